"""A name means one round a day."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collectives", "0007_time_marks"),
        ("dispatch", "0010_pushes_arrive"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                models.F("collective"),
                models.F("on"),
                condition=models.Q(("name", ""), _negated=True),
                name="round_name_once_a_day",
            ),
        ),
    ]
