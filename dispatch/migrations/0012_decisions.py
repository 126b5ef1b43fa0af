"""An incident can also give the order up, or only be noted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0011_one_name_a_day"),
    ]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "to decide"),
                    ("retry", "second attempt"),
                    ("returned", "returned"),
                    ("cancelled", "given up"),
                    ("closed", "closed"),
                    ("noted", "noted, the stop goes on"),
                ],
                default="open",
                max_length=10,
            ),
        ),
    ]
