"""R01 and R04 in a real Chromium: a co-op applies, proves itself to two others, is tried, voted in, and votes."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from collectives.models import Collective, Role, Standing
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.journal import services as journal
from coopdelivery.notices import sending
from coopdelivery.people.models import Person
from federation import services
from federation.models import Evidence, StandingChange
from tests.browser.conftest import SignedIn
from tests.browser.story import said
from tests.browser.test_board import DESK
from tests.conftest import PASSWORD, make_collective, make_member
from tests.federation.world import PDF

pytestmark = pytest.mark.browser
ZOE = "zoe@lacordee.test"
PIECES = {
    "headcount": "Headcount signed by the office",
    "payroll": "Certificate of social security",
    "minutes": "Minutes of May",
    "statutes": "Statutes of 2024",
    "approval": "Approval of the ministry",
}


@dataclass
class Member:
    """A member co-op, who speaks for it, and the browser in front of them."""

    collective: Collective
    person: Person
    page: Page

    def vote(self, motion: Proposal, choice: str, home: str) -> None:
        self.page.goto(f"/c/{self.collective.slug}/federation/")
        self.page.get_by_role("link", name=motion.title).click()
        self.page.get_by_role("radio", name=choice, exact=True).check()
        self.page.get_by_role("button", name="Cast our vote").click()
        expect(said(self.page)).to_contain_text("The voice of our co-op is counted.")
        assert self.page.url == f"{home}/c/{self.collective.slug}/federation/motions/{motion.ref}/"


@pytest.fixture
def members(fay: Person, signed_in: SignedIn) -> list[Member]:
    """Montreuil, Nantes and Lyon; the delegates of the first two hold an office and judge the evidence of others."""
    found = []
    for name in ("Montreuil", "Nantes", "Lyon"):
        collective = make_collective(name, name.lower())
        person = make_member(collective, f"Voice{name}", Role.ADMIN).person
        services.name_delegate(collective=collective, person=person, by=person)
        if name != "Lyon":
            services.name_officer(email=str(person.email), home=collective, by=fay)
        found.append(Member(collective, person, signed_in(person, **DESK).new_page()))
    return found


def apply(office: Page) -> str:
    """The dossier, as the officer who took the call writes it down; its address."""
    office.goto("/federation/dossiers/new/")
    for label, value in {
        "Name of the co-op": "La Cordée",
        "Legal form": "SC agréée",
        "Town": "Mons",
        "Country": "BE",
        "Where it is": "50.4542, 3.9523",
        "People at work": "5",
        "Who to talk to": "Zoé Lambert",
        "E-mail": ZOE,
    }.items():
        office.get_by_label(label).fill(value)
    office.get_by_role("button", name="Open the dossier").click()
    expect(office.get_by_role("heading", name="La Cordée", level=1)).to_be_visible()
    return office.url


def join(office: Page, newcomer: Page) -> None:
    """The first person of the co-op's administration follows the link of the invitation."""
    office.get_by_role("link", name="Invite its administration").click()
    office.get_by_role("button", name="Send the invitation").click()
    expect(said(office)).to_contain_text(f"{ZOE} is invited.")
    while journal.run_waiting():
        pass
    sending.send_waiting()
    text = next(str(message.body) for message in mail.outbox if ZOE in message.to)
    link = re.search(r"https?://\S+/welcome/\S+", text)
    assert link is not None
    newcomer.goto(urlsplit(link[0]).path)
    newcomer.get_by_label("Your name").fill("Zoé Lambert")
    newcomer.get_by_label("Choose a password").fill(PASSWORD)
    newcomer.get_by_role("button", name="Join").click()
    newcomer.wait_for_url(lambda url: "/welcome/" not in url)


def prove(newcomer: Page, paper: Path) -> None:
    newcomer.goto("/c/la-cordee/licence/")
    for kind, title in PIECES.items():
        condition = {"headcount": "employed", "payroll": "employed", "minutes": "governance"}.get(kind, "values")
        newcomer.get_by_label("Which condition").select_option(condition)
        newcomer.get_by_label("Kind of piece").select_option(kind)
        newcomer.get_by_label("What it is").fill(title)
        newcomer.get_by_label("File", exact=True).set_input_files(paper)
        newcomer.get_by_label("Valid until").fill((dt.date.today() + dt.timedelta(days=300)).isoformat())  # noqa: DTZ011  any day next year
        newcomer.get_by_role("button", name="Send to the federation").click()
        expect(newcomer.get_by_role("listitem").filter(has_text=title).get_by_text("0 of 2 reviews")).to_be_visible()


def review(page: Page, dossier: str) -> None:
    page.goto(dossier)
    for title in PIECES.values():
        page.get_by_role("form", name=f"Review of “{title}”").get_by_role("button", name="It holds", exact=True).click()
        expect(said(page)).to_contain_text(title)


def test_r01_a_co_op_joins_from_application_to_vote(
    members: list[Member], fay: Person, signed_in: SignedIn, chromium: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PDF)
    office = signed_in(fay, **DESK).new_page()
    dossier = apply(office)
    anybody = chromium.new_context(base_url=live_server.url, viewport={"width": 360, "height": 740})
    newcomer = anybody.new_page()
    join(office, newcomer)
    prove(newcomer, paper)
    mons = Collective.objects.get(slug="la-cordee")
    assert mons.standing == Standing.APPLICANT

    office.goto(dossier)
    expect(office.get_by_role("button", name="It holds", exact=True)).to_have_count(0)
    expect(office.get_by_role("button", name="Admit for a trial")).to_be_disabled()
    review(members[0].page, dossier)
    expect(members[0].page.get_by_role("button", name="Admit for a trial")).to_be_disabled()
    review(members[1].page, dossier)
    assert set(Evidence.objects.values_list("verdict", flat=True)) == {"holds"}
    homes = Evidence.objects.values_list("reviews__home__slug", flat=True)
    assert set(homes) == {"montreuil", "nantes"}

    office.goto(dossier)
    office.get_by_label("Reason").fill("Proved by two co-ops.")
    office.get_by_role("button", name="Admit for a trial").click()
    expect(said(office)).to_contain_text("La Cordée: on trial")
    newcomer.goto("/c/la-cordee/federation/")
    expect(newcomer.get_by_text("Our co-op has no voice now")).to_be_visible()
    newcomer.get_by_label("Who speaks for us").select_option(label="Zoé Lambert")
    newcomer.get_by_role("button", name="Name the delegate").click()
    expect(said(newcomer)).to_contain_text("Zoé Lambert speaks for us")

    office.goto(dossier)
    expect(office.get_by_role("button", name="Admit as a member")).to_have_count(0)
    office.get_by_label("Reason").fill("A good year of work.")
    office.get_by_role("button", name="Put the admission to the assembly").click()
    expect(said(office)).to_contain_text("The assembly votes on the admission of La Cordée.")
    motion = Proposal.objects.get(collective_id=None)
    newcomer.goto(f"/c/la-cordee/federation/motions/{motion.ref}/")
    expect(newcomer.get_by_text("Our co-op is not on the roll of this vote.")).to_be_visible()
    for member, choice in zip(members, ("for", "against", "for"), strict=True):
        member.vote(motion, choice, live_server.url)
    office.get_by_role("link", name="Read it").click()
    expect(office.get_by_role("list").filter(has_text="given by VoiceNantes").get_by_text("against")).to_be_visible()
    office.get_by_role("button", name="Count the votes").click()
    expect(said(office)).to_contain_text(f"{motion.number} has passed.")

    while journal.run_waiting():
        pass
    office.goto(dossier)
    expect(office.get_by_text("trial → member")).to_be_visible()
    expect(office.get_by_role("link", name=motion.number)).to_be_visible()
    assert StandingChange.objects.get(after=Standing.MEMBER).resolution == motion

    office.goto("/federation/assembly/new/")
    office.get_by_label("What do you propose?").fill("A common fund for tyres")
    office.get_by_role("button", name="Open the vote").click()
    expect(said(office)).to_contain_text("is open for votes.")
    motion = Proposal.objects.get(title="A common fund for tyres")
    assert len(motion.roll) == 4
    zoe = Person.objects.get(email=ZOE)
    Member(mons, zoe, newcomer).vote(motion, "for", live_server.url)
    ballot = Ballot.objects.get(proposal=motion)
    assert (ballot.seat, ballot.voter, ballot.choice) == (mons.pk, zoe, "for")
    anybody.close()
