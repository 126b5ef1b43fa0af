import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from collectives.models import Collective, Membership, Role
from coopdelivery.people.models import Person
from federation import services
from federation.models import Condition, Dossier, Evidence, Officer
from tests.conftest import make_member
from tests.federation.world import PDF, apply, hold_all, make_evidence, member, officer_from, upload

NEW = {
    "name": "La Cordée",
    "legal_form": "SC agréée",
    "city": "Mons",
    "country": "be",
    "place": "50.45, 3.95",
    "time_zone": "Europe/Brussels",
    "language": "fr",
    "currency": "EUR",
    "headcount": "7",
    "contact_name": "Mona",
    "contact_email": "mona@cordee.test",
}


def page_of(dossier: Dossier) -> str:
    return f"/federation/dossiers/{dossier.ref}/"


def piece(dossier: Dossier, **answers: Any) -> dict[str, Any]:
    today = dossier.collective.today()
    dates = {"issued_on": today.isoformat(), "expires_on": (today + dt.timedelta(days=300)).isoformat()}
    return {"condition": "employed", "title": "Signed headcount", "file": upload(), **dates, **answers}


def test_an_officer_opens_a_dossier_and_the_applicant_exists(client: Client, fay: Person) -> None:
    client.force_login(fay)
    answer = client.post("/federation/dossiers/new/", NEW)
    dossier = Dossier.objects.select_related("collective").get()
    assert answer.headers["Location"] == page_of(dossier)
    co = dossier.collective
    assert (co.slug, co.country, co.time_zone, co.latitude, co.standing) == ("la-cordee", "BE", "Europe/Brussels", 50.45, "applicant")
    assert "La Cordée" in client.get("/federation/").text


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": ""}, "This is needed for a new co-op."),
        ({"country": "XX"}, "There is no country “XX”."),
        ({"place": "somewhere"}, "This is not a place on the earth."),
        ({"place": "95, 3"}, "This is not a place on the earth."),
        ({"contact_email": "mona"}, "Enter a valid email address."),
        ({"headcount": "-3"}, "greater than or equal to 1"),
    ],
)
def test_a_dossier_with_a_wrong_answer_is_refused_with_what_was_typed(
    client: Client, fay: Person, answers: dict[str, str], sentence: str
) -> None:
    client.force_login(fay)
    answer = client.post("/federation/dossiers/new/", {**NEW, **answers})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Mons"' in answer.text
    assert not Dossier.objects.exists()


def test_a_collective_that_is_here_already_gets_its_dossier(client: Client, fay: Person, montreuil: Collective) -> None:
    client.force_login(fay)
    client.post("/federation/dossiers/new/", {"collective": montreuil.pk, "contact_email": "ada@montreuil.test"})
    assert Dossier.objects.get().collective == montreuil
    assert Collective.objects.count() == 1


def test_from_evidence_to_membership_in_the_browser(client: Client, dossier: Dossier, fay: Person, otto: Person) -> None:
    client.force_login(fay)
    for condition in Condition:
        client.post(f"{page_of(dossier)}evidence/", piece(dossier, condition=condition.value))
    for reviewer in (officer_from(None, fay), otto):
        client.force_login(reviewer)
        for waiting in Evidence.objects.all():
            client.post(f"/federation/evidence/{waiting.ref}/review/", {f"{waiting.ref}-holds": "yes", f"{waiting.ref}-comment": ""})
    client.post(f"{page_of(dossier)}step/", {"step": "trial", "reason": "Two reviews."})
    client.post(f"{page_of(dossier)}step/", {"step": "member", "reason": "No vote yet."})
    assert Collective.objects.get(pk=dossier.collective_id).standing == "trial"
    client.post(f"{page_of(dossier)}step/", {"step": "found", "reason": "The founding assembly said yes."})
    assert Collective.objects.get(pk=dossier.collective_id).standing == "member"
    text = client.get(page_of(dossier)).text
    assert "applicant → on trial" in text
    assert "on trial → member" in text


def test_a_wrong_file_is_refused_beside_its_field_and_the_title_stays(client: Client, dossier: Dossier, fay: Person) -> None:
    client.force_login(fay)
    answer = client.post(f"{page_of(dossier)}evidence/", piece(dossier, file=upload(b"<html>", "statutes.pdf")))
    assert answer.status_code == 422
    assert "This is not a PDF, JPEG, PNG, OpenDocument or Office file" in answer.text
    assert 'value="Signed headcount"' in answer.text
    assert not Evidence.objects.exists()


def test_a_file_is_handed_out_to_officers_only_and_never_shown_in_the_page(
    client: Client, dossier: Dossier, fay: Person, nina: Membership
) -> None:
    url = f"/federation/evidence/{make_evidence(dossier, fay).ref}/file/"
    assert client.get(url).status_code == 302
    client.force_login(nina.person)
    assert client.get(url).status_code == 404
    client.force_login(fay)
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]  # a FileResponse
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="signed-statement.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"


def test_who_added_a_piece_gets_no_review_form(client: Client, dossier: Dossier, fay: Person, otto: Person) -> None:
    make_evidence(dossier, fay)
    client.force_login(fay)
    assert "It holds" not in client.get(page_of(dossier)).text
    client.force_login(otto)
    assert "It holds" in client.get(page_of(dossier)).text


def test_r01_who_comes_from_no_other_co_op_gets_no_review_form_once_there_are_two(
    client: Client, dossier: Dossier, fay: Person, otto: Person, montreuil: Collective, nantes: Collective
) -> None:
    make_evidence(dossier, fay)
    client.force_login(otto)
    assert "It holds" not in client.get(page_of(dossier)).text
    client.force_login(officer_from(montreuil, fay))
    assert "It holds" in client.get(page_of(dossier)).text


def test_a_review_of_ones_own_piece_is_refused(client: Client, dossier: Dossier, fay: Person) -> None:
    waiting = make_evidence(dossier, fay)
    client.force_login(fay)
    answer = client.post(f"/federation/evidence/{waiting.ref}/review/", {f"{waiting.ref}-holds": "yes"})
    assert answer.status_code == 409
    assert "You added this piece yourself." in answer.text
    waiting.refresh_from_db()
    assert waiting.verdict == "waiting"


def test_a_refusal_without_a_comment_is_asked_again(client: Client, dossier: Dossier, fay: Person, otto: Person) -> None:
    waiting = make_evidence(dossier, fay)
    client.force_login(otto)
    answer = client.post(f"/federation/evidence/{waiting.ref}/review/", {f"{waiting.ref}-holds": "no"})
    assert answer.status_code == 422
    assert "Say what is missing" in answer.text


@pytest.mark.parametrize(
    ("answers", "status", "sentence"),
    [
        ({"step": "trial", "reason": "They are nice."}, 409, "Not all conditions are held"),
        ({"step": "member", "reason": "In a hurry."}, 409, "there is no step to"),
        ({"step": "king", "reason": "Why not."}, 409, "there is no step to"),
        ({"step": "trial"}, 422, "Write the reason."),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(
    client: Client, dossier: Dossier, fay: Person, answers: dict[str, str], status: int, sentence: str
) -> None:
    client.force_login(fay)
    answer = client.post(f"{page_of(dossier)}step/", answers)
    assert answer.status_code == status
    assert sentence in answer.text
    assert Collective.objects.get(pk=dossier.collective_id).standing == "applicant"


def test_the_register_puts_what_is_urgent_first_then_the_alphabet(client: Client, fay: Person, otto: Person) -> None:
    for name in ("Zéphyr", "Dynamo", "Béquille"):
        member(fay, otto, name=name)
    services.lapse(dossier=Dossier.objects.get(collective__name="Zéphyr"), by=fay, reason="No statement.")
    client.force_login(fay)
    names = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', client.get("/federation/").text)
    assert names == ["Zéphyr", "Béquille", "Dynamo"]


def test_filters_and_search_narrow_the_register(client: Client, fay: Person, otto: Person) -> None:
    member(fay, otto, name="Dynamo", city="Lille")
    member(fay, otto, name="Zéphyr", city="Nantes")
    services.lapse(dossier=Dossier.objects.get(collective__name="Zéphyr"), by=fay, reason="No statement.")
    client.force_login(fay)

    def names(query: str) -> list[str]:
        return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', client.get(f"/federation/?{query}").text)

    assert names("only=lapsed") == ["Zéphyr"]
    assert names("q=LILLE") == ["Dynamo"]
    assert names("only=trial") == []
    assert names("only=nonsense") == ["Zéphyr", "Dynamo"]
    with time_machine.travel(timezone.now() + dt.timedelta(days=250), tick=False):
        client.force_login(fay)
        assert names("only=expiring") == ["Dynamo"]


def test_the_register_asks_the_same_few_questions_however_long_it_is(
    client: Client, fay: Person, otto: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(fay)
    for n in range(8):
        member(fay, otto, name=f"Co-op {n}")
        make_evidence(apply(fay, f"Applicant {n}"), fay)
    client.get("/federation/")
    with django_assert_num_queries(8):
        client.get("/federation/")
    with django_assert_num_queries(2):
        Client().get("/federation/directory/")


def test_the_directory_is_for_everyone_and_shows_members_and_trials_only(client: Client, fay: Person, otto: Person) -> None:
    member(fay, otto, name="Dynamo", city="Lille", country="FR")
    trial = apply(fay, "Béquille", city="Poitiers", country="FR")
    hold_all(trial, adder=fay, reviewer=otto)
    services.admit(dossier=trial, standing="trial", by=fay, reason="Good.")
    apply(fay, "Selle de Ville", city="Ghent")
    text = client.get("/federation/directory/").text
    assert "Dynamo" in text
    assert 'href="/at/bequille/">Béquille</a> <small>on trial</small>' in text
    assert "Selle de Ville" not in text
    assert "1 bike courier co-" in text
    found = client.get("/federation/directory/?q=poit").text
    assert "Béquille" in found
    assert "<b>Lille</b>" not in found
    assert "<b>Lille</b>" not in client.get("/federation/directory/?country=BE").text


def test_an_officer_names_another_by_email(client: Client, fay: Person, nina: Membership, nantes: Collective) -> None:
    client.force_login(fay)
    unknown = client.post("/federation/officers/", {"email": "who@nowhere.test"})
    assert unknown.status_code == 422
    assert "Nobody with the address who@nowhere.test has an account here." in unknown.text
    client.post("/federation/officers/", {"email": str(nina.person.email), "home": nantes.pk})
    assert Officer.objects.get(person=nina.person).home == nantes
    client.post(f"/federation/officers/{nina.person.ref}/end/")
    client.force_login(nina.person)
    assert client.get("/federation/").status_code == 404


def test_people_without_an_office_do_not_find_the_federation(client: Client, dossier: Dossier, nina: Membership) -> None:
    client.force_login(nina.person)
    for path in ("", "figures/", "officers/", "dossiers/new/", f"dossiers/{dossier.ref}/"):
        assert client.get(f"/federation/{path}").status_code == 404
    assert client.post(f"{page_of(dossier)}step/", {"step": "trial", "reason": "me"}).status_code == 404


def test_a_collective_sees_its_own_licence_and_sends_new_pieces(client: Client, dossier: Dossier, fay: Person) -> None:
    ada = make_member(dossier.collective, "Ada", Role.ADMIN)
    carl = make_member(dossier.collective, "Carl", Role.COURIER)
    base = f"/c/{dossier.collective.slug}/licence/"
    client.force_login(carl.person)
    assert client.get(base).status_code == 200
    assert client.post(f"{base}evidence/", piece(dossier)).status_code == 403
    client.force_login(ada.person)
    assert client.post(f"{base}evidence/", piece(dossier, title="")).status_code == 422
    client.post(f"{base}evidence/", piece(dossier))
    sent = Evidence.objects.get()
    assert (sent.added_by, sent.dossier) == (ada.person, dossier)
    assert b"".join(client.get(f"{base}evidence/{sent.ref}/file/").streaming_content) == PDF  # type: ignore[attr-defined]  # a FileResponse
    for officer in (fay, officer_from(None, fay)):
        client.force_login(officer)
        client.post(f"/federation/evidence/{sent.ref}/review/", {f"{sent.ref}-holds": "yes"})
    sent.refresh_from_db()
    assert sent.verdict == "holds"


def test_pieces_of_another_collective_are_not_found(client: Client, dossier: Dossier, fay: Person, nina: Membership) -> None:
    foreign = make_evidence(dossier, fay)
    client.force_login(nina.person)
    assert client.get(f"/c/nantes/licence/evidence/{foreign.ref}/file/").status_code == 404
    assert "has not opened a dossier" in client.get("/c/nantes/licence/").text
