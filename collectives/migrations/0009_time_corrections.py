"""Corrections of working time stay as they were asked: the database lets them be answered once, and nothing else."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

WORDS = "a correction of working time stays as it was asked"
FACTS = ("ref", "membership_id", "verb", "at", "reason", "replaces_id", "asked_by_id", "asked_at")
POSTGRES = f"""
CREATE FUNCTION collectives_timecorrection_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'open' AND ({", ".join(f"NEW.{name}" for name in FACTS)})
        IS NOT DISTINCT FROM ({", ".join(f"OLD.{name}" for name in FACTS)}) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER collectives_timecorrection_kept BEFORE UPDATE OR DELETE ON collectives_timecorrection
    FOR EACH ROW EXECUTE FUNCTION collectives_timecorrection_refuse();
"""
POSTGRES_BACK = (
    "DROP TRIGGER collectives_timecorrection_kept ON collectives_timecorrection; DROP FUNCTION collectives_timecorrection_refuse();"
)
CHANGED = " OR ".join(["OLD.state <> 'open'", *(f"NEW.{name} IS NOT OLD.{name}" for name in FACTS)])
SQLITE = {"collectives_timecorrection_kept": ("UPDATE", f"WHEN {CHANGED} "), "collectives_timecorrection_stays": ("DELETE", "")}


def forwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        return
    for name, (act, when) in SQLITE.items():
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON collectives_timecorrection {when}BEGIN SELECT RAISE(ABORT, '{WORDS}'); END", params=None
        )


def backwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_BACK, params=None)
        return
    for name in SQLITE:
        editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("collectives", "0008_standing_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "verb",
                    models.CharField(
                        choices=[("clock_on", "began"), ("rest", "break"), ("back", "back at work"), ("clock_off", "stopped")],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "waits for the other side"), ("agreed", "confirmed by both"), ("declined", "not confirmed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "collective",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collectives.collective"),
                ),
                (
                    "mark",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collectives.timemark"
                    ),
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
                "ordering": ["-asked_at", "-id"],
                "indexes": [models.Index(fields=["collective", "state", "asked_at"], name="time_corrections_open")],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "open")), fields=("replaces",), name="time_correction_open_once")
                ],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
