"""What the assembly decides: opened with a frozen roll of co-ops, voted by delegates, carried out by who reads the result."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from collectives.models import Collective, Standing
from collectives.refusals import Refusal
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.attempts import attempts
from coopdelivery.decisions.models import Ballot, Item, Proposal
from coopdelivery.decisions.proxies import may_cast
from coopdelivery.decisions.refusals import NoProxy
from coopdelivery.decisions.refusals import Refusal as DecisionRefusal
from coopdelivery.decisions.secret import cast_secretly
from coopdelivery.decisions.tally import Rule
from coopdelivery.journal import services as journal
from coopdelivery.kit.windows import day_bounds
from coopdelivery.people.models import Person
from federation.assembly.mandates import check_mandate
from federation.assembly.refusals import NobodyVotes, NotOnThisRoll, NoVoice
from federation.assembly.voices import speaks_for, voices
from federation.models import Dossier
from federation.policies.rules import quorum
from federation.register.offices import impartial_officer, officers_today
from federation.register.refusals import AlreadyAsked, ConditionsMissing, NotAnOfficer, NotAStep, NotFounding
from federation.register.standing import conditions_of, resolution_for

REFUSALS = (Refusal, DecisionRefusal)


def resolutions() -> QuerySet[Proposal]:
    """The newest first."""
    return Proposal.objects.filter(collective_id=None).select_related("opened_by")


def ends_at(last_day: date) -> datetime:
    """A minute before midnight of the federation's seat."""
    return day_bounds(last_day, ZoneInfo(settings.TIME_ZONE))[1] - timedelta(minutes=1)


def open_resolution(
    *,
    title: str,
    text: str,
    closes_at: datetime,
    by: Person,
    settles: dict[str, Any] | None = None,
    record_date: datetime | None = None,
    rule: Rule | None = None,
) -> Proposal:
    """Put something to the vote of all members of the record date (now), by their quorum. Raises NotAnOfficer, NobodyVotes, EndsTooSoon."""
    if not officers_today().filter(person_id=by.pk).exists():
        raise NotAnOfficer
    roll = list(voices(record_date).values_list("pk", flat=True))
    if not roll:
        raise NobodyVotes
    return decisions.open_proposal(
        collective_id=None,
        title=title,
        text=text,
        roll=roll,
        by=by,
        settles=settles,
        closes_at=closes_at,
        rule=rule or Rule(quorum=quorum()),
    )


def cast_voice(
    *, proposal: Proposal, collective: Collective, by: Person, choice: str, reason: str = "", voice_of: Collective | None = None
) -> Ballot:
    """The co-op's one voice, given by its delegate; or that of `voice_of`, which it carries by proxy. A refusal is written in the journal.

    Raises NotTheDelegate, NoVoice, NotOnThisRoll, VoiceGivenAway, NoProxy, ConsultationOpen,
    DivergesWithoutReason, UnknownChoice, BareObjection, VoteClosed.
    """
    whose = voice_of or collective
    with attempts(proposal, by=by, collective_id=collective.pk, refusals=REFUSALS):
        _may_vote(proposal, collective, whose, by)
        diverges = check_mandate(motion=proposal, collective=whose, choice=choice, reason=reason)
        with transaction.atomic():
            ballot = decisions.cast(proposal=proposal, by=by, choice=choice, reason=reason, seat=whose.pk)
            if diverges:
                facts = {"number": proposal.number, "choice": choice, "reason": ballot.reason}
                journal.record("mandate.diverged", subject=proposal.ref, collective_id=whose.pk, by=by, **facts)
        return ballot


def cast_voice_secretly(*, proposal: Proposal, collective: Collective, by: Person, choice: str, voice_of: Collective | None = None) -> str:
    """The co-op's one voice in an election: the code of its ballot, told once. Nobody can tell whether it followed a mandate.

    Raises NotTheDelegate, NoVoice, NotOnThisRoll, VoiceGivenAway, NoProxy, UnknownChoice, AlreadyVoted, VoteClosed.
    """
    whose = voice_of or collective
    with attempts(proposal, by=by, collective_id=collective.pk, refusals=REFUSALS):
        _may_vote(proposal, collective, whose, by)
        return cast_secretly(proposal=proposal, by=by, choice=choice, seat=whose.pk)


def _may_vote(proposal: Proposal, collective: Collective, whose: Collective, by: Person) -> None:
    """Raises NotTheDelegate, NoVoice, NotOnThisRoll, VoiceGivenAway, NoProxy."""
    speaks_for(collective, by)
    for co_op in {collective, whose}:
        co_op.refresh_from_db()
        if co_op.standing != Standing.MEMBER:
            raise NoVoice(name=co_op.name)
    if whose.pk not in proposal.roll:
        raise NotOnThisRoll(name=whose.name)
    item = Item.objects.filter(proposal=proposal).select_related("meeting").first()
    if item is not None:
        may_cast(item=item, seat=whose.pk, caster=collective.pk)
    elif whose != collective:
        raise NoProxy


def put_admission(*, dossier: Dossier, closes_at: datetime, by: Person, text: str = "") -> Proposal:
    """Ask the assembly to admit a co-op on trial whose conditions are all held.

    Raises NotAnOfficer, OwnCollective, NotAStep, ConditionsMissing, AlreadyAsked, NobodyVotes.
    """
    impartial_officer(by, dossier)
    _ready(dossier)
    settles = {"admit": str(dossier.ref)}
    if resolutions().filter(state=Proposal.State.OPEN, settles=settles).exists():
        raise AlreadyAsked
    title = _("Admit %(name)s, %(city)s, as a member") % {"name": dossier.collective.name, "city": dossier.collective.city}
    return open_resolution(title=title[:160], text=text, closes_at=closes_at, by=by, settles=settles)


def record_founding(*, dossier: Dossier, on: date, by: Person, text: str = "") -> Proposal:
    """While there is no member, nobody can vote: write down that the founding assembly admitted this co-op.

    Raises NotAnOfficer, OwnCollective, NotAStep, ConditionsMissing, NotFounding.
    """
    impartial_officer(by, dossier)
    _ready(dossier)
    if voices().exists():
        raise NotFounding
    title = _("Founding assembly: %(name)s, %(city)s, is a member") % {"name": dossier.collective.name, "city": dossier.collective.city}
    return decisions.record_assembly(
        collective_id=None,
        title=title[:160],
        text=text,
        roll=[dossier.collective_id],
        on=on,
        zone=ZoneInfo(settings.TIME_ZONE),
        settles={"admit": str(dossier.ref)},
        by=by,
    )


def asked_for(dossier: Dossier) -> Proposal | None:
    """The open vote on this admission, or the passed one that was not carried out."""
    return resolutions().filter(state=Proposal.State.OPEN, settles={"admit": str(dossier.ref)}).first() or resolution_for(dossier)


def _ready(dossier: Dossier) -> None:
    collective = Collective.objects.get(pk=dossier.collective_id)
    if collective.standing != Standing.TRIAL:
        raise NotAStep(before=collective.get_standing_display(), after=Standing.MEMBER.label)
    missing = [state for state in conditions_of(dossier) if not state.is_valid]
    if missing:
        raise ConditionsMissing(missing=", ".join(str(state.condition.label) for state in missing))
