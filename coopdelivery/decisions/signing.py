"""Minutes are signed by two people, the chair and the secretary, each for the text of one fingerprint."""

from django.db import IntegrityError, transaction

from coopdelivery.decisions.models import Meeting, Signature
from coopdelivery.decisions.refusals import NotNow, OtherMinutes, SignedAlready
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person


def sign_minutes(*, meeting: Meeting, role: str, sha256: str, by: Person) -> Signature:
    """`sha256` is the fingerprint of what the signer read. Raises NotNow, OtherMinutes, SignedAlready."""
    if role not in Signature.Role.values or meeting.state != Meeting.State.CLOSED:
        raise NotNow(state=meeting.get_state_display())
    if sha256 != meeting.minutes_sha256:
        raise OtherMinutes
    with transaction.atomic():
        try:
            with transaction.atomic():
                signature = Signature.objects.create(meeting=meeting, role=role, person=by, sha256=sha256)
        except IntegrityError as error:
            raise SignedAlready from error
        facts = {"label": meeting.title, "role": role, "sha256": sha256}
        journal.record("minutes.signed", subject=meeting.ref, collective_id=meeting.collective_id, by=by, **facts)
    return signature
