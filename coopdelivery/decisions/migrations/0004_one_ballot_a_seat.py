from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0003_seats_taken")]
    operations = [
        migrations.AlterField("ballot", "seat", models.BigIntegerField()),
        migrations.RemoveConstraint("ballot", "ballot_once"),
        migrations.AddConstraint("ballot", models.UniqueConstraint(fields=["proposal", "seat"], name="ballot_of_a_seat_once")),
    ]
