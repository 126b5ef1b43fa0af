"""The database keeps what was frozen: texts of an agenda after the freeze, and minutes once they are written."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

FROZEN = "EXISTS (SELECT 1 FROM decisions_meeting m WHERE m.id = OLD.meeting_id AND m.frozen_at IS NOT NULL)"
TEXT_MOVED = "(NEW.text <> OLD.text OR NEW.title <> OLD.title OR NEW.kind <> OLD.kind OR NEW.meeting_id <> OLD.meeting_id)"
WRITTEN = "OLD.minutes_sha256 <> '' AND (NEW.minutes <> OLD.minutes OR NEW.minutes_sha256 <> OLD.minutes_sha256)"
GUARDS = (
    Guard("decisions_item_frozen", "decisions_item", "UPDATE", f"{TEXT_MOVED} AND {FROZEN}", "the texts of this assembly are frozen"),
    Guard("decisions_minutes_kept", "decisions_meeting", "UPDATE", WRITTEN, "minutes are never edited"),
)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_meetings")]
    operations = [guarded(GUARDS)]
