import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from coopdelivery.kit.access import open_to_all, rule_of, signed_in


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("served")


@open_to_all("a page for this test")
def everyone(request: HttpRequest) -> HttpResponse:
    return HttpResponse("served")


urlpatterns = [path("forgotten/", forgotten), path("everyone/", everyone)]
handler403 = "coopdelivery.kit.views.refused"


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__, TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
def test_a_view_that_forgot_its_rule_is_not_served() -> None:
    client = Client(raise_request_exception=False)
    assert b"served" not in client.get("/forgotten/").content
    assert client.get("/everyone/").content == b"served"


def test_an_open_door_says_why() -> None:
    with pytest.raises(ValueError, match="why"):
        open_to_all("")
    assert rule_of(everyone) == "open: a page for this test"
    assert rule_of(forgotten) is None


def test_someone_not_signed_in_is_sent_to_the_sign_in_page() -> None:
    request = RequestFactory().get("/account/?x=1")
    request.user = AnonymousUser()
    answer = signed_in(forgotten)(request)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/account/%3Fx%3D1")
