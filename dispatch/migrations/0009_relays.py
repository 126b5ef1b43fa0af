"""A way through a hub: tasks with a place and hours of their own, beside the stop they belong to."""

import django.db.models.deletion
from django.db import migrations, models

LEGS = [(0, "the stop itself"), (1, "to the hub"), (2, "on from the hub")]
PLACED = models.Q(("leg", 0), ("place", None)) | models.Q(("leg__gt", 0), ("place__isnull", False))


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0008_phones_requests_and_looks"),
        ("places", "0001_initial"),
    ]
    operations = [
        migrations.RemoveConstraint(model_name="task", name="task_attempt_once"),
        migrations.AddField(model_name="task", name="closes_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name="task", name="leg", field=models.PositiveSmallIntegerField(choices=LEGS, default=0)),
        migrations.AddField(model_name="task", name="opens_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            model_name="task",
            name="place",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
            ),
        ),
        migrations.AddConstraint(
            model_name="task", constraint=models.UniqueConstraint(fields=("stop", "leg", "attempt"), name="task_leg_attempt_once")
        ),
        migrations.AddConstraint(model_name="task", constraint=models.CheckConstraint(condition=PLACED, name="task_leg_with_place")),
    ]
