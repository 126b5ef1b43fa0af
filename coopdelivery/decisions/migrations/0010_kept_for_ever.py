"""The database keeps what an assembly froze: its agenda, amendments and roll; ballots without a name; signatures of this very text."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

FROZEN = "EXISTS (SELECT 1 FROM decisions_meeting m WHERE m.id = {row}.meeting_id AND m.frozen_at IS NOT NULL)"
ITEM_FROZEN = (
    "EXISTS (SELECT 1 FROM decisions_item i JOIN decisions_meeting m ON m.id = i.meeting_id"
    " WHERE i.id = {row}.item_id AND m.frozen_at IS NOT NULL)"
)
AGENDA, ROLL = "the agenda of this assembly is frozen", "the roll of this assembly is frozen"
BALLOT, SIGNED, WHAT = "a secret ballot is final", "a signature stays", "a signature is for the minutes as they are"
MOVED = "OLD.frozen_at IS NOT NULL AND (NEW.roll <> OLD.roll OR NEW.frozen_at IS NULL OR NEW.frozen_at <> OLD.frozen_at)"
OTHER = "NEW.sha256 = '' OR NOT EXISTS (SELECT 1 FROM decisions_meeting m WHERE m.id = NEW.meeting_id AND m.minutes_sha256 = NEW.sha256)"
GUARDS = (
    Guard("decisions_item_added", "decisions_item", "INSERT", FROZEN.format(row="NEW"), AGENDA),
    Guard("decisions_item_removed", "decisions_item", "DELETE", FROZEN.format(row="OLD"), AGENDA),
    Guard("decisions_amendment_added", "decisions_amendment", "INSERT", ITEM_FROZEN.format(row="NEW"), AGENDA),
    Guard("decisions_amendment_edited", "decisions_amendment", "UPDATE", ITEM_FROZEN.format(row="OLD"), AGENDA),
    Guard("decisions_roll_kept", "decisions_meeting", "UPDATE", MOVED, ROLL),
    Guard("decisions_secret_kept", "decisions_secretballot", "UPDATE", "", BALLOT),
    Guard("decisions_signature_true", "decisions_signature", "INSERT", OTHER, WHAT),
    Guard("decisions_signature_edited", "decisions_signature", "UPDATE", "", SIGNED),
    Guard("decisions_signature_removed", "decisions_signature", "DELETE", "", SIGNED),
)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0009_elections_and_papers")]
    operations = [guarded(GUARDS)]
