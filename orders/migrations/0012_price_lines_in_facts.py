from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0011_shop_window"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="code",
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name="orderline",
            name="facts",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
