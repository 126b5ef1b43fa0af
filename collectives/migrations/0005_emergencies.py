from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("collectives", "0004_public_api"), ("decisions", "0006_frozen_texts")]
    operations = [migrations.AddField("policy", "until", models.DateTimeField(blank=True, null=True))]
