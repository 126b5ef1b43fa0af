"""Travel between two points, as a router answered it."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TravelLeg",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("profile", models.CharField(max_length=12)),
                ("start", models.CharField(max_length=24)),
                ("end", models.CharField(max_length=24)),
                ("distance_m", models.PositiveIntegerField()),
                ("duration_s", models.PositiveIntegerField()),
                ("climb_m", models.PositiveIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("profile", "start", "end"), name="travel_leg_once")],
            },
        ),
    ]
