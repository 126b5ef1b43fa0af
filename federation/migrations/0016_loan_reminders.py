"""Who was reminded of a loan that is behind: once for each part."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("federation", "0015_handovers")]

    operations = [
        migrations.CreateModel(
            name="LoanReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField()),
                ("cents", models.PositiveBigIntegerField()),
                ("told_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "aid",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="federation.aidrequest"),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "constraints": [models.UniqueConstraint(fields=("aid", "due_on"), name="loan_reminded_once")],
            },
        ),
    ]
