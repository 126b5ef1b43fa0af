"""The database keeps what was frozen: texts of an agenda after the freeze, and minutes once they are written."""

from django.db import migrations

FROZEN = "EXISTS (SELECT 1 FROM decisions_meeting m WHERE m.id = OLD.meeting_id AND m.frozen_at IS NOT NULL)"
TEXT_MOVED = "(NEW.text <> OLD.text OR NEW.title <> OLD.title OR NEW.kind <> OLD.kind OR NEW.meeting_id <> OLD.meeting_id)"
WRITTEN = "OLD.minutes_sha256 <> '' AND (NEW.minutes <> OLD.minutes OR NEW.minutes_sha256 <> OLD.minutes_sha256)"
GUARDS = (
    ("decisions_item_frozen", "decisions_item", f"{TEXT_MOVED} AND {FROZEN}", "the texts of this assembly are frozen"),
    ("decisions_minutes_kept", "decisions_meeting", WRITTEN, "minutes are never edited"),
)


def forwards(apps, editor):
    for name, table, when, why in GUARDS:
        if editor.connection.vendor == "postgresql":
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
                f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$;"
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();",
                params=None,
            )
        else:
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END", params=None
            )


def backwards(apps, editor):
    for name, table, _when, _why in GUARDS:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();", params=None)
        else:
            editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_meetings")]
    operations = [migrations.RunPython(forwards, backwards)]
