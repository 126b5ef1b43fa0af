"""A ballot belongs to a seat on the roll: in the federation that is a co-op, whoever speaks for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]
    operations = [
        migrations.AddField("proposal", "rule", models.JSONField(blank=True, null=True)),
        migrations.AddField("ballot", "seat", models.BigIntegerField(null=True)),
    ]
