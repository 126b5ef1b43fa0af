"""The minutes of an assembly, made from what was recorded: plain text, whose fingerprint anybody can compute again."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from coopdelivery.decisions.models import Ballot, Item, Meeting, Proposal, SecretBallot, Turnout
from coopdelivery.decisions.services import rule_of, tallies
from coopdelivery.decisions.tally import Tally


def fingerprint(text: str) -> str:
    """SHA-256 of the text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def minutes_of(meeting: Meeting, items: Sequence[Item]) -> str:
    """What was on the agenda, in which words, and how each vote ended. Times are UTC."""
    voted = [item.proposal for item in items if item.proposal is not None]
    counts, told = tallies(voted), _told(voted)
    present = len({seat for kept in (Ballot, Turnout) for seat in kept.objects.filter(proposal__in=voted).values_list("seat", flat=True)})
    lines = [
        meeting.title,
        _("Convened %(convened)s, opened %(opened)s, closed %(closed)s (UTC).")
        % {name: f"{getattr(meeting, name + '_at'):%Y-%m-%d %H:%M}" for name in ("convened", "opened", "closed")},
        _("Voices on the roll: %(roll)s. Voices that voted: %(present)s.") % {"roll": len(meeting.roll), "present": present},
    ]
    if meeting.place:
        lines.insert(1, meeting.place)
    for item in items:
        lines += ["", f"{item.position}. {item.title} ({item.get_kind_display()})", item.text]
        if item.proposal is not None:
            lines += [_result(item.proposal, counts[item.proposal.pk]), *_details(item.proposal, counts[item.proposal.pk], told)]
    return "\n".join(lines) + "\n"


def _details(proposal: Proposal, count: Tally, told: Mapping[UUID, list[str]]) -> list[str]:
    """What lets anybody follow the result: each college's voices, objections in their words, secret ballots under their codes."""
    words = _("%(college)s: %(for)s for, %(against)s against, %(abstained)s abstained.")
    lines = []
    for college, own in count.colleges:
        facts = {"college": college, "for": own.votes_for, "against": own.votes_against, "abstained": own.abstentions}
        lines.append(words % facts)
    return lines + told.get(proposal.ref, [])


def _told(voted: Iterable[Proposal]) -> dict[UUID, list[str]]:
    """Objections and published ballots of all votes, by the proposal's reference: two queries."""
    lines: dict[UUID, list[str]] = defaultdict(list)
    consent = [row for row in voted if rule_of(row).consent]
    objections = Ballot.objects.filter(proposal__in=consent, choice=Ballot.Choice.AGAINST).order_by("proposal", "seat")
    for ref, reason in objections.values_list("proposal__ref", "reason"):
        lines[ref].append(_("Objection: %(reason)s") % {"reason": reason})
    for ballot in SecretBallot.objects.filter(proposal_ref__in=[row.ref for row in voted if not row.is_open]):
        lines[ballot.proposal_ref].append(f"{ballot.code} {ballot.get_choice_display()}")
    return lines


def _result(proposal: Proposal, count: Tally) -> str:
    facts = {
        "number": proposal.number,
        "for": count.votes_for,
        "against": count.votes_against,
        "abstained": count.abstentions,
        "quorum": count.quorum,
        "share": rule_of(proposal).majority,
        "state": proposal.get_state_display(),
    }
    return (
        _("%(number)s: %(for)s for, %(against)s against, %(abstained)s abstained; quorum %(quorum)s, majority %(share)s: %(state)s.")
        % facts
    )
