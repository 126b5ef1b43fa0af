"""The frame of every page, the fields of every form, and the pages for what goes wrong."""

import pytest
from django import forms
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from coopdelivery.kit import views
from coopdelivery.kit.gallery import SampleForm


class Address(forms.Form):
    street = forms.CharField(help_text="With the number.")
    floor = forms.CharField(required=False)
    colour = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)

    def clean_street(self) -> str:
        raise forms.ValidationError("No such street.")


def test_a_field_has_label_hint_value_and_error_tied_together() -> None:
    text = str(Address({"street": "<12 rue>"})["street"].as_field_group())
    assert '<label for="id_street">Street</label>' in text
    assert 'value="&lt;12 rue&gt;"' in text
    assert 'aria-describedby="id_street_helptext id_street_error"' in text
    assert 'aria-invalid="true"' in text
    assert 'class="in"' in text
    assert 'id="id_street_error"' in text
    assert "No such street." in text


def test_only_what_may_stay_empty_is_marked() -> None:
    form = Address()
    assert "(optional)" in str(form["floor"].as_field_group())
    assert "(optional)" not in str(form["street"].as_field_group())


def test_a_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    text = str(Address()["colour"].as_field_group())
    assert "<fieldset" in text
    assert "<legend>Colour</legend>" in text


def test_a_form_says_first_what_needs_another_look() -> None:
    text = str(Address({"street": "x"}))
    assert '<a href="#id_street">Street</a>' in text
    assert 'role="alert"' in text


@pytest.mark.django_db
def test_the_components_can_be_seen(client: Client) -> None:
    answer = client.get("/docs/components/")
    assert answer.status_code == 200
    assert answer.content.count(b'class="gauge') == 8
    assert SampleForm.base_fields.keys() == {"address", "phone", "when", "cold"}


@pytest.mark.django_db
def test_the_frame_has_one_main_and_a_way_to_skip_to_it(client: Client) -> None:
    page = client.get("/docs/components/").content.decode()
    assert page.count("<main") == 1
    assert '<a class="skip" href="#main">' in page
    assert '<html lang="en">' in page


@pytest.mark.django_db
def test_the_browser_is_told_the_colours_it_chose(client: Client) -> None:
    client.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in client.get("/docs/components/").content.decode()


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_says_so_in_a_sentence(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "status", "says"),
    [(views.refused, 403, "another role"), (views.bad_request, 400, "could not read"), (views.not_found, 404, "nothing at this")],
)
@pytest.mark.django_db
def test_refusals_have_their_own_pages(rf: RequestFactory, view: object, status: int, says: str) -> None:
    answer = view(rf.get("/"), None)  # type: ignore[operator]  # three views of one shape
    assert answer.status_code == status
    assert says in answer.content.decode()


def test_the_page_for_our_own_mistakes_needs_no_request_and_no_database() -> None:
    answer = views.broken(HttpRequest())
    assert answer.status_code == 500
    assert "The server made a mistake" in answer.content.decode()


@pytest.mark.parametrize("name", ["403_csrf.html", "429.html", "500.html"])
def test_refusals_render_without_any_context(name: str) -> None:
    assert "<h1>" in render_to_string(name)


@pytest.mark.django_db
def test_a_character_that_cannot_be_kept_is_refused_before_anything_is_asked(client: Client) -> None:
    assert client.get("/federation/directory/?q=a%00b").status_code == 400
    assert client.get("/federation/directory/?%00=b").status_code == 400
    assert client.post("/account/login/", {"login": "a\0b", "password": "x"}).status_code in {200, 422}  # a form says so itself
    assert client.get("/federation/directory/?q=a").status_code == 200
