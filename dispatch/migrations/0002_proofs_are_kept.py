"""Proofs are only ever added, and plans are only ever made by a door that people use: the database itself refuses anything else."""

from django.db import migrations

POSTGRES = """
CREATE FUNCTION dispatch_proof_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'proofs are only ever added' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER dispatch_proof_kept BEFORE UPDATE OR DELETE ON dispatch_proof
    FOR EACH ROW EXECUTE FUNCTION dispatch_proof_refuse();
"""
POSTGRES_BACK = "DROP TRIGGER dispatch_proof_kept ON dispatch_proof; DROP FUNCTION dispatch_proof_refuse();"
SQLITE = {"dispatch_proof_kept": "UPDATE", "dispatch_proof_stays": "DELETE"}


def forwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        return
    for name, act in SQLITE.items():
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON dispatch_proof BEGIN SELECT RAISE(ABORT, 'proofs are only ever added'); END",
            params=None,
        )


def backwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_BACK, params=None)
        return
    for name in SQLITE:
        editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
