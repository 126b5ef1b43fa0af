"""The database itself refuses a membership that the assembly did not decide: a resolution of the federation, passed, about this dossier."""

from django.db import migrations

WHY = "membership needs a resolution of the assembly that has passed"
UNDECIDED = """
    NEW.before = 'trial' AND NEW.after = 'member' AND NOT EXISTS (
        SELECT 1 FROM decisions_proposal p WHERE p.id = NEW.resolution_id AND p.state = 'passed' AND p.collective_id IS NULL)
"""
POSTGRES = f"""
CREATE FUNCTION federation_admitted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {UNDECIDED} THEN
        RAISE EXCEPTION '{WHY}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER federation_admitted BEFORE INSERT OR UPDATE ON federation_standingchange
    FOR EACH ROW EXECUTE FUNCTION federation_admitted();
"""
POSTGRES_BACK = "DROP TRIGGER federation_admitted ON federation_standingchange; DROP FUNCTION federation_admitted();"


def forwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        return
    for verb in ("INSERT", "UPDATE"):
        name = f"federation_admitted_{verb.lower()}"
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON federation_standingchange WHEN {UNDECIDED} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
            params=None,
        )


def backwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_BACK, params=None)
        return
    for verb in ("insert", "update"):
        editor.execute(f"DROP TRIGGER federation_admitted_{verb}", params=None)


class Migration(migrations.Migration):
    dependencies = [("federation", "0002_register_in_full"), ("decisions", "0004_one_ballot_a_seat")]
    operations = [migrations.RunPython(forwards, backwards)]
