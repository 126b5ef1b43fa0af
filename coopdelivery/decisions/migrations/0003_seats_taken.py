"""So far everybody voted for themselves."""

from django.db import migrations
from django.db.models import F


def fill(apps, editor):
    apps.get_model("decisions", "Ballot").objects.filter(seat=None).update(seat=F("voter_id"))


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_seats")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
