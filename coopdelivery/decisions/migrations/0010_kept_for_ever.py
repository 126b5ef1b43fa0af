"""The database keeps what an assembly froze: its agenda, amendments and roll; ballots without a name; signatures of this very text."""

from django.db import migrations

FROZEN = "EXISTS (SELECT 1 FROM decisions_meeting m WHERE m.id = {row}.meeting_id AND m.frozen_at IS NOT NULL)"
ITEM_FROZEN = (
    "EXISTS (SELECT 1 FROM decisions_item i JOIN decisions_meeting m ON m.id = i.meeting_id"
    " WHERE i.id = {row}.item_id AND m.frozen_at IS NOT NULL)"
)
AGENDA, ROLL = "the agenda of this assembly is frozen", "the roll of this assembly is frozen"
BALLOT, SIGNED, WHAT = "a secret ballot is final", "a signature stays", "a signature is for the minutes as they are"
MOVED = "OLD.frozen_at IS NOT NULL AND (NEW.roll <> OLD.roll OR NEW.frozen_at IS NULL OR NEW.frozen_at <> OLD.frozen_at)"
OTHER = "NEW.sha256 = '' OR NOT EXISTS (SELECT 1 FROM decisions_meeting m WHERE m.id = NEW.meeting_id AND m.minutes_sha256 = NEW.sha256)"
# name, table, moment, when the database refuses it, why
GUARDS = (
    ("decisions_item_added", "decisions_item", "INSERT", FROZEN.format(row="NEW"), AGENDA),
    ("decisions_item_removed", "decisions_item", "DELETE", FROZEN.format(row="OLD"), AGENDA),
    ("decisions_amendment_added", "decisions_amendment", "INSERT", ITEM_FROZEN.format(row="NEW"), AGENDA),
    ("decisions_amendment_edited", "decisions_amendment", "UPDATE", ITEM_FROZEN.format(row="OLD"), AGENDA),
    ("decisions_roll_kept", "decisions_meeting", "UPDATE", MOVED, ROLL),
    ("decisions_secret_kept", "decisions_secretballot", "UPDATE", "", BALLOT),
    ("decisions_signature_true", "decisions_signature", "INSERT", OTHER, WHAT),
    ("decisions_signature_edited", "decisions_signature", "UPDATE", "", SIGNED),
    ("decisions_signature_removed", "decisions_signature", "DELETE", "", SIGNED),
)


def forwards(apps, editor):
    for name, table, moment, when, why in GUARDS:
        if editor.connection.vendor == "postgresql":
            returned = "OLD" if moment == "DELETE" else "NEW"
            refusal = f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation';"
            body = f"IF {when} THEN {refusal} END IF;" if when else refusal
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {returned}; END $$;"
                f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();",
                params=None,
            )
        else:
            condition = f"WHEN {when} " if when else ""
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {moment} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{why}'); END", params=None
            )


def backwards(apps, editor):
    for name, table, _moment, _when, _why in GUARDS:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();", params=None)
        else:
            editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0009_elections_and_papers")]
    operations = [migrations.RunPython(forwards, backwards)]
