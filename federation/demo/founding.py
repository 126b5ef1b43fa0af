"""How the demo federation came to be: two officers, three dossiers with their papers, and what each founding assembly decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from collectives.models import Collective, Role, Standing
from collectives.policies import Value
from collectives.services import found_policies
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation import services as register
from federation.demo import clock
from federation.demo.building import card_of, furnish, hire, make_people, set_prices, take_on_partners
from federation.demo.cast import Coop
from federation.demo.days import rides_at_night
from federation.demo.dues import tell_dues
from federation.demo.groups import tell_fund, tell_groups, tell_trainings
from federation.demo.home import Home
from federation.demo.papers import paper
from federation.demo.towns import COOPS, HELSINKI, SAN_TELMO, VAUCLAIR
from federation.demo.windows import open_windows
from federation.models import Condition, Delegate, Dossier, Officer

DOMAIN = "federation.example"
OFFICERS = (("Fay Moreau", "fay"), ("Teodor Lind", "teodor"))


@dataclass(frozen=True, slots=True)
class Admission:
    """Days before today: the dossier opened, the trial began, membership followed (None: still on trial)."""

    opened: int
    trial: int
    member: int | None
    papers: Mapping[str, tuple[str, int]]  # condition → title, days from today until it ends
    rules: Mapping[str, Value]


ADMISSIONS: Mapping[str, Admission] = {
    HELSINKI.slug: Admission(
        opened=460,
        trial=430,
        member=65,
        papers={
            Condition.EMPLOYED: ("Employer's certificate of the pension fund", 310),
            Condition.GOVERNANCE: ("Minutes of the general assembly, board elected", 41),
            Condition.VALUES: ("Statutes and auditor's opinion", 700),
        },
        rules={"round_floor": 3200, "order_help": True, "recipient_sees_stops_before": True},
    ),
    VAUCLAIR.slug: Admission(
        opened=440,
        trial=410,
        member=60,
        papers={
            Condition.EMPLOYED: ("Attestation de la caisse de compensation", 280),
            Condition.GOVERNANCE: ("Procès-verbal de l'assemblée générale", 220),
            Condition.VALUES: ("Statuts inscrits au registre du commerce", 900),
        },
        rules={"round_floor": 4500, "self_assignment": True},
    ),
    SAN_TELMO.slug: Admission(
        opened=130,
        trial=95,
        member=None,
        papers={
            Condition.EMPLOYED: ("Constancia de seguridad social, socias y socios", 250),
            Condition.GOVERNANCE: ("Acta de asamblea, consejo electo", 270),
            Condition.VALUES: ("Bases constitutivas", 800),
        },
        rules={"round_floor": 18_000},
    ),
}


def found_federation(now: datetime) -> list[Home]:
    """Everything up to the first order. The first officer is named by whoever installs the instance, here by us."""
    first = max(admission.opened for admission in ADMISSIONS.values()) + 20
    with clock.at(now - timedelta(days=first)), journal.source("web"):
        people = make_people(((name, key, f"{key}@{DOMAIN}") for name, key in OFFICERS), language="en")
        fay, teodor = people["fay"], people["teodor"]
        Officer.objects.create(person=fay)
        register.name_officer(email=str(teodor.email), home=None, by=fay)
    homes = [_found(coop, now, fay, teodor) for coop in COOPS]
    for home in homes:
        _admit(home, now, ADMISSIONS[home.coop.slug].member, teodor)
    _share_the_work(homes, now, fay)
    tell_dues(homes, now, fay)
    tell_groups(homes, now, fay)
    tell_fund(homes, now, fay)
    tell_trainings(homes, now)
    return homes


def _share_the_work(homes: list[Home], now: datetime, fay: Person) -> None:
    """An admin of each member co-op reviews the papers of the others, never those of their own."""
    with clock.at(now - timedelta(days=55)), journal.source("web"):
        for home in homes[:2]:
            register.name_officer(email=str(home.first(Role.ADMIN).email), home=home.collective, by=fay)


def _found(coop: Coop, now: datetime, fay: Person, teodor: Person) -> Home:
    plan = ADMISSIONS[coop.slug]
    with clock.at(now - timedelta(days=plan.opened)), journal.source("web"):
        dossier = _open(coop, fay)
    home = Home(coop, dossier.collective, Random(f"{coop.slug} {now:%Y-%m-%d}"))  # noqa: S311  a story, not a secret
    with home.at(now - timedelta(days=plan.opened - 5)):
        hire(home)
        roll = [home.people[worker.sign_in].pk for worker in coop.workers]
        found_policies(collective=home.collective, by=home.first(Role.ADMIN), values=plan.rules, roll=roll)
    with home.at(now - timedelta(days=plan.trial + 10)):
        _show_papers(home, dossier, plan, now, reviewers=(fay, teodor))
    with home.at(now - timedelta(days=plan.trial)):
        register.admit(dossier=dossier, standing=Standing.TRIAL, by=teodor, reason="Three conditions shown, two visits made.")
    home.collective.refresh_from_db()
    return home


def _admit(home: Home, now: datetime, days: int | None, by: Person) -> None:
    """The first member is admitted by the founding assembly, the others by the vote of those before them."""
    if days is None:
        return
    dossier = Dossier.objects.get(collective=home.collective)
    voices = list(Collective.objects.filter(standing=Standing.MEMBER))
    with home.at(now - timedelta(days=days)):
        if not voices:
            register.record_founding(
                dossier=dossier, on=now.date() - timedelta(days=days), by=by, text="The founding assembly met in Turku."
            )
        else:
            motion = register.put_admission(dossier=dossier, closes_at=now, by=by, text="A year of trial; three conditions, two reviews.")
            for voice in voices:
                speaker = Delegate.objects.get(collective=voice, until=None).person
                register.cast_voice(proposal=motion, collective=voice, by=speaker, choice=Ballot.Choice.FOR, reason="We rode with them.")
            decisions.close(proposal=motion, by=by)
        admin = home.first(Role.ADMIN)
        register.name_delegate(collective=home.collective, person=admin, by=admin)
    home.collective.refresh_from_db()


def _open(coop: Coop, by: Person) -> Dossier:
    return register.open_dossier(
        by=by,
        contact_name=coop.contact,
        contact_email=f"office@{coop.domain}",
        headcount=len(coop.workers),
        slug=coop.slug,
        name=coop.name,
        city=coop.city,
        country=coop.country,
        currency=coop.currency,
        language=coop.language,
        time_zone=coop.time_zone,
        **card_of(coop),
    )


def _show_papers(home: Home, dossier: Dossier, plan: Admission, now: datetime, *, reviewers: tuple[Person, Person]) -> None:
    """One paper for each condition: sent by the co-op, reviewed by the two founding officers."""
    today = home.collective.today()
    for condition, (title, days) in plan.papers.items():
        evidence = register.add_evidence(
            dossier=dossier,
            condition=condition,
            title=title,
            file=paper(home.collective.name, title),
            issued_on=today - timedelta(days=20),
            expires_on=now.date() + timedelta(days=days),
            by=home.first(Role.ADMIN),
        )
        for reviewer in reviewers:
            register.review_evidence(evidence=evidence, holds=True, comment="", by=reviewer)


def furnish_homes(homes: list[Home], now: datetime, *, first_day: datetime) -> None:
    """Hours, area, bikes, prices and partners, some days before the first order; at night the co-ops ride at night."""
    for home in homes:
        with home.at(first_day - timedelta(days=3)):
            furnish(home, open_at_night=rides_at_night(home, now))
            take_on_partners(home, *set_prices(home))
            open_windows(home)


def open_questions(homes: list[Home], now: datetime) -> None:
    """What waits for somebody: a vote in Helsinki, a paper to review in San Telmo."""
    helsinki, san_telmo = homes[0], homes[2]
    with helsinki.at(now - timedelta(days=2, hours=3)):
        _ask_the_team(helsinki, now)
    with san_telmo.at(now - timedelta(days=3)):
        title = "Acta: dos repartidores entran al consejo"
        evidence = register.add_evidence(
            dossier=Dossier.objects.get(collective=san_telmo.collective),
            condition=Condition.GOVERNANCE,
            title=title,
            file=paper(san_telmo.collective.name, title),
            issued_on=san_telmo.collective.today() - timedelta(days=4),
            expires_on=san_telmo.collective.today() + timedelta(days=400),
            by=san_telmo.first(Role.ADMIN),
        )
        register.review_evidence(evidence=evidence, holds=True, comment="Two couriers of five.", by=homes[1].first(Role.ADMIN))


def _ask_the_team(home: Home, now: datetime) -> None:
    roll = [home.people[worker.sign_in].pk for worker in home.coop.workers]
    proposal = decisions.open_proposal(
        collective_id=home.collective.pk,
        title="Recipients see the courier's first name",
        text="Shops know who comes; people at the door ask us to say it too. First name only, on the day itself. We look again in a year.",
        roll=roll,
        settles={"policy": "recipient_sees_courier_name", "value": True},
        closes_at=now + timedelta(days=5),
        by=home.people["aino"],
    )
    reasons = {"aino": "I am asked at every second door.", "eero": "", "mikko": "", "leila": "I would rather choose myself."}
    for sign_in, reason in reasons.items():
        choice = Ballot.Choice.AGAINST if sign_in == "leila" else Ballot.Choice.FOR
        decisions.cast(proposal=proposal, by=home.people[sign_in], choice=choice, reason=reason)
