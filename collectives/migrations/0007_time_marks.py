"""Working time is only ever added: the database itself refuses anything else."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

POSTGRES = """
CREATE FUNCTION collectives_timemark_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'working time is only ever added' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER collectives_timemark_kept BEFORE UPDATE OR DELETE ON collectives_timemark
    FOR EACH ROW EXECUTE FUNCTION collectives_timemark_refuse();
"""
POSTGRES_BACK = "DROP TRIGGER collectives_timemark_kept ON collectives_timemark; DROP FUNCTION collectives_timemark_refuse();"
SQLITE = {"collectives_timemark_kept": "UPDATE", "collectives_timemark_stays": "DELETE"}


def forwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        return
    for name, act in SQLITE.items():
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON collectives_timemark BEGIN SELECT RAISE(ABORT, 'working time is only ever added'); END",
            params=None,
        )


def backwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_BACK, params=None)
        return
    for name in SQLITE:
        editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("collectives", "0006_emergencies_end"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("client_id", models.UUIDField(default=uuid.uuid4)),
                (
                    "verb",
                    models.CharField(
                        choices=[("clock_on", "began"), ("rest", "break"), ("back", "back at work"), ("clock_off", "stopped")],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "collective",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collectives.collective"),
                ),
                (
                    "membership",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collectives.membership"),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collectives.timemark"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["membership", "at"], name="time_marks_of_member")],
                "constraints": [models.UniqueConstraint(fields=("collective", "client_id"), name="time_mark_once")],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
