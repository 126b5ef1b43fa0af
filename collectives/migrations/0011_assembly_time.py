"""Hours in an assembly are put down once; they may be taken back, and nothing else about them changes."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from coopdelivery.kit.guards import Guard, guarded

KEPT = "hours in an assembly stay as they were put down"
FACTS = ("ref", "collective_id", "membership_id", "meeting_id", "starts_at", "ends_at", "written_at")
CHANGED = " OR ".join(["OLD.withdrawn_at IS NOT NULL", *(f"NEW.{name} <> OLD.{name}" for name in FACTS)])
GUARDS = (
    Guard("collectives_assemblytime_same", "collectives_assemblytime", "UPDATE", CHANGED, KEPT),
    Guard("collectives_assemblytime_stays", "collectives_assemblytime", "DELETE", "", KEPT),
)


class Migration(migrations.Migration):
    dependencies = [
        ("collectives", "0010_invitations_say_the_seat"),
        ("decisions", "0010_kept_for_ever"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssemblyTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "collective",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collectives.collective"),
                ),
                ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="decisions.meeting")),
                (
                    "membership",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collectives.membership"),
                ),
            ],
            options={
                "ordering": ["starts_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)), fields=("membership", "starts_at"), name="assembly_time_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="assembly_time_forwards"),
                ],
            },
        ),
        guarded(GUARDS),
    ]
