"""R11 to R14 in a real Chromium: an assembly of 34 co-ops, 31 of them with a voice, from the convening to signed minutes."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from collectives.models import Collective, Role, Standing
from coopdelivery.decisions.models import Ballot, Item, Meeting, Proposal, SecretBallot, Turnout
from coopdelivery.people.models import Person
from federation import services
from tests.browser.conftest import PHONE, SignedIn
from tests.browser.story import said
from tests.browser.test_board import DESK
from tests.conftest import make_collective, make_member

pytestmark = pytest.mark.browser
NOTICE = dt.timedelta(days=16)
TOWNS = [
    "Angers",
    "Berlin",
    "Bologna",
    "Brest",
    "Bruges",
    "Caen",
    "Dresden",
    "Gent",
    "Getafe",
    "Girona",
    "Graz",
    "Grenoble",
    "Hull",
    "Kassel",
    "Leeds",
    "Leuven",
    "Lille",
    "Lyon",
    "Metz",
    "Mons",
    "Nancy",
    "Nantes",
    "Namur",
    "Nice",
    "Padova",
    "Rennes",
    "Sevilla",
    "Torino",
    "Tours",
    "Utrecht",
    "Zaragoza",
]

GUESTS = {"Aalst": Standing.TRIAL, "Bilbao": Standing.TRIAL, "Cork": Standing.APPLICANT}


@dataclass
class Hall:
    """Everybody of the assembly: two officers, a delegate for each member co-op, and the browsers that are open."""

    fay: Person
    gil: Person
    delegates: dict[str, Person]
    signed_in: SignedIn
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, who: str) -> Page:
        """The officers sit at a desk; delegates have their phones."""
        if who not in self.pages:
            person = {"fay": self.fay, "gil": self.gil}.get(who) or self.delegates[who]
            self.pages[who] = self.signed_in(person, **(DESK if who in {"fay", "gil"} else PHONE)).new_page()
        return self.pages[who]

    def at(self, town: str, path: str) -> Page:
        page = self.page(town)
        page.goto(f"/c/{town.lower()}/federation/{path}")
        return page


@pytest.fixture
def hall(fay: Person, signed_in: SignedIn) -> Hall:
    """34 co-ops have a dossier; three of them have no vote."""
    gil = Person.objects.create_user(name="Gil", email="gil@federation.test")
    services.name_officer(email="gil@federation.test", home=None, by=fay)
    delegates = {}
    for name in (*TOWNS, *GUESTS):
        collective = make_collective(name, name.lower(), standing=GUESTS.get(name, Standing.MEMBER))
        person = make_member(collective, f"Voice{name}", Role.ADMIN).person
        delegates[name] = services.name_delegate(collective=collective, person=person, by=person).person
    assert Collective.objects.count() == 34
    return Hall(fay, gil, delegates, signed_in)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The server's clock, which runs on; the browsers keep theirs."""
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller


def convene(hall: Hall) -> Meeting:
    """Prepared with two points, sent out early enough."""
    page = hall.page("fay")
    page.goto("/federation/assembly/")
    expect(page.get_by_text("31 member co-ops, 31 voices.")).to_be_visible()
    page.get_by_role("link", name="Prepare an assembly").click()
    page.get_by_label("Title").fill("Spring assembly")
    page.get_by_label("Where").fill("Halle Pajol, Paris")
    page.get_by_label("Begins").fill(timezone.localtime(timezone.now() + NOTICE).strftime("%Y-%m-%dT%H:%M"))
    page.locator("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", name="Spring assembly")).to_be_visible()
    page.get_by_role("button", name="Convene").click()
    expect(page.get_by_role("alert")).to_contain_text("agenda")
    for kind, title, text in (
        ("ordinary", "A common fund", "Two per cent of the value added."),
        ("election", "Rosa chairs the federation", "For two years."),
        ("information", "The year in figures", "Read with the agenda."),
    ):
        page.get_by_label("Kind").select_option(kind)
        page.get_by_label("Title").fill(title)
        page.get_by_label("Text").fill(text)
        page.get_by_role("button", name="Add to the agenda").click()
        expect(page.get_by_role("region", name="Agenda").get_by_text(title)).to_be_visible()
    page.get_by_role("button", name="Convene").click()
    expect(said(page)).to_contain_text("The assembly is now: convened")
    return Meeting.objects.get()


def amend(hall: Hall, meeting: Meeting) -> None:
    """A co-op on trial speaks as well as a member does; one text is taken over, one is not."""
    for town, text in (("Aalst", "Three per cent."), ("Caen", "One and a half per cent of the value added.")):
        page = hall.at(town, f"meetings/{meeting.ref}/")
        page.get_by_text("Propose another text: A common fund").click()
        group = page.get_by_role("group").filter(has_text="A common fund").first
        group.get_by_label("Our text").fill(text)
        group.get_by_role("button", name="Propose", exact=True).click()
        expect(said(page)).to_contain_text("Your amendment is in the agenda.")
    page = hall.page("fay")
    page.reload()
    page.get_by_role("button", name=re.compile("Do not take it over ?: VoiceAalst")).click()
    expect(page.get_by_role("button", name=re.compile("VoiceAalst"))).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Take it over ?: VoiceCaen")).click()
    expect(page.get_by_text("Two per cent of the value added.")).to_have_count(0)
    page.get_by_role("button", name="Freeze texts and roll").click()
    expect(said(page)).to_contain_text("The assembly is now: texts and roll frozen")
    expect(page.get_by_text("31 co-ops, 31 voices.")).to_be_visible()


def give_the_voice(hall: Hall, meeting: Meeting) -> None:
    page = hall.at("Brest", f"meetings/{meeting.ref}/")
    page.get_by_label("Who carries our voice").select_option(label="Lyon")
    page.get_by_role("button", name="Give our voice").click()
    expect(said(page)).to_contain_text("Lyon carries our voice.")


def open_it(hall: Hall, meeting: Meeting, clock: time_machine.Traveller) -> tuple[Proposal, Proposal]:
    """Not before its hour."""
    page = hall.page("fay")
    page.get_by_role("button", name="Open the assembly").click()
    expect(page.get_by_role("alert")).to_be_visible()
    clock.shift(NOTICE)
    page.get_by_role("button", name="Open the assembly").click()
    expect(said(page)).to_contain_text("The assembly is now: open")
    fund, chair = (item.proposal for item in meeting.items.exclude(kind=Item.Kind.INFORMATION).select_related("proposal"))
    assert fund is not None
    assert chair is not None
    return fund, chair


def vote(hall: Hall, fund: Proposal, town: str, choice: str, *, voice_of: str = "") -> None:
    page = hall.at(town, f"motions/{fund.ref}/")
    page.get_by_role("radio", name=choice, exact=True).check()
    if voice_of:
        page.get_by_label("Whose voice").select_option(label=voice_of)
    page.get_by_role("button", name="Cast our vote").click()
    expect(said(page)).to_contain_text("The voice of our co-op is counted.")


def read_a_paper(hall: Hall, fund: Proposal) -> None:
    """The delegate of Zaragoza has no phone: two officers enter the paper, each by themselves."""
    for who, told in (("gil", "Kept until a second person has read the same."), ("fay", "The papers are counted.")):
        page = hall.page(who)
        page.goto(f"/federation/assembly/{fund.ref}/")
        page.get_by_role("link", name="Votes on paper").click()
        page.get_by_label("Zaragoza (VoiceZaragoza)").select_option(label="against")
        page.get_by_role("button", name="Enter what I read").click()
        expect(said(page)).to_contain_text(told)


def elect(hall: Hall, chair: Proposal) -> str:
    """In secret: the code of the ballot, as the delegate's phone shows it this one time."""
    page = hall.at("Lille", f"motions/{chair.ref}/")
    page.get_by_role("radio", name="for", exact=True).check()
    page.get_by_role("button", name="Cast our vote").click()
    code = page.get_by_role("region", name="You have voted").locator("code").inner_text()
    page.goto(page.url.removesuffix("vote/"))
    expect(page.get_by_text(code)).to_have_count(0)
    return code


def the_others_vote(hall: Hall, fund: Proposal, chair: Proposal) -> None:
    """Fourteen more delegates for the fund, twelve for the chair; the rest stay silent."""
    for town in TOWNS[4:18]:
        if town not in {"Lyon", "Lille"}:
            collective = Collective.objects.get(slug=town.lower())
            services.cast_voice(proposal=fund, collective=collective, by=hall.delegates[town], choice="for")
            services.cast_voice_secretly(proposal=chair, collective=collective, by=hall.delegates[town], choice="for")


def close_and_sign(hall: Hall, meeting: Meeting, code: str) -> None:
    page = hall.page("fay")
    page.goto(f"/federation/assembly/meetings/{meeting.ref}/")
    page.get_by_role("button", name="Close and write the minutes").click()
    expect(said(page)).to_contain_text("The assembly is now: closed")
    meeting.refresh_from_db()
    text = page.request.get(f"/federation/assembly/meetings/{meeting.ref}/minutes/").body()
    assert hashlib.sha256(text).hexdigest() == meeting.minutes_sha256
    for words in ("Voices on the roll: 31.", "One and a half per cent of the value added.", f"{code} for", "Read with the agenda."):
        expect(page.get_by_role("region", name="Minutes")).to_contain_text(words)
        assert words in text.decode()
    page.get_by_role("button", name="Sign as chair").click()
    expect(said(page)).to_contain_text("You have signed the minutes.")
    expect(page.get_by_role("button", name="Sign as secretary")).to_have_count(0)
    other = hall.page("gil")
    other.goto(page.url)
    other.get_by_role("button", name="Sign as secretary").click()
    expect(said(other)).to_contain_text("You have signed the minutes.")


def test_r11_an_assembly_of_34_co_ops_from_convening_to_signed_minutes(hall: Hall, clock: time_machine.Traveller) -> None:
    meeting = convene(hall)
    amend(hall, meeting)
    give_the_voice(hall, meeting)
    fund, chair = open_it(hall, meeting, clock)

    hall.at("Aalst", f"motions/{fund.ref}/")
    expect(hall.page("Aalst").get_by_text("Our co-op is not on the roll of this vote.")).to_be_visible()
    vote(hall, fund, "Angers", "for")
    vote(hall, fund, "Berlin", "abstention")
    vote(hall, fund, "Lyon", "against")
    vote(hall, fund, "Lyon", "for", voice_of="Brest")
    read_a_paper(hall, fund)
    expect(hall.page("fay").get_by_text("not reached")).to_be_visible()
    code = elect(hall, chair)
    the_others_vote(hall, fund, chair)

    page = hall.at("Nice", f"motions/{fund.ref}/")
    count = page.get_by_role("region", name="Count so far")
    for words in ("14 for", "2 against", "1 abstained", "14 not yet", "31", "11"):
        expect(count).to_contain_text(words)
    expect(count.get_by_text("reached", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="The roll").get_by_role("listitem")).to_have_count(31)
    expect(page.get_by_role("listitem").filter(has_text="Brest")).to_contain_text("given by VoiceLyon")
    expect(page.get_by_role("listitem").filter(has_text="Zaragoza")).to_contain_text("on paper")

    close_and_sign(hall, meeting, code)
    late = hall.at("Nice", f"motions/{fund.ref}/")
    expect(late.get_by_role("button", name="Cast our vote")).to_have_count(0)
    late.goto("/federation/assemblies/")
    expect(late.get_by_text(meeting.minutes_sha256)).to_be_visible()
    for role in ("chair", "secretary"):
        expect(late.get_by_text(f"Signed: {role}")).to_be_visible()
    states = Proposal.objects.filter(collective_id=None).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["passed", "passed"]
    assert (Ballot.objects.filter(proposal=fund).count(), Turnout.objects.count(), SecretBallot.objects.count()) == (17, 13, 13)
