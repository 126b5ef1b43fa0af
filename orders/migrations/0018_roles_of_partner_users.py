# Who ordered for a partner before could do everything, and goes on so: they become owners. People added later order, unless said.

from django.db import migrations, models

ROLES = [("owner", "owner"), ("orders", "orders"), ("accounts", "accounts"), ("reader", "reads only")]


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0017_stops_vehicles_vat"),
    ]

    operations = [
        migrations.AddField(
            model_name="partneruser",
            name="role",
            field=models.CharField(choices=ROLES, default="owner", max_length=12),
        ),
        migrations.AlterField(
            model_name="partneruser",
            name="role",
            field=models.CharField(choices=ROLES, default="orders", max_length=12),
        ),
    ]
