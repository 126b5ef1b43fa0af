"""The database itself keeps dues: terms and reliefs only by a passed resolution of the assembly; what is written is not written again."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

WHY = "dues change only by a passed resolution of the assembly"
KEPT = "dues are only ever added"
UNDECIDED = """NOT EXISTS (
    SELECT 1 FROM decisions_proposal p WHERE p.id = NEW.resolution_id AND p.state = 'passed' AND p.collective_id IS NULL)"""
SAME_CALL = """
    NEW.ref = OLD.ref AND NEW.collective_id = OLD.collective_id AND NEW.year = OLD.year AND NEW.month = OLD.month
    AND NEW.cents = OLD.cents AND NEW.currency = OLD.currency AND NEW.due_on = OLD.due_on AND NEW.terms_id = OLD.terms_id"""
REFUSED = (
    ("federation_duesterms", "INSERT", UNDECIDED, WHY),
    ("federation_duesrelief", "INSERT", UNDECIDED, WHY),
    ("federation_duesterms", "UPDATE", "", KEPT),
    ("federation_duesterms", "DELETE", "", KEPT),
    ("federation_duesrelief", "UPDATE", "", KEPT),
    ("federation_duesrelief", "DELETE", "", KEPT),
    ("federation_duespayment", "UPDATE", "", KEPT),
    ("federation_duespayment", "DELETE", "", KEPT),
    ("federation_duescall", "UPDATE", f"NOT ({SAME_CALL})", KEPT),
    ("federation_duescall", "DELETE", "", KEPT),
    ("federation_filedaccounts", "UPDATE", "OLD.confirmed_at IS NOT NULL", KEPT),
    ("federation_filedaccounts", "DELETE", "OLD.confirmed_at IS NOT NULL", KEPT),
)
GUARDS = [Guard(f"{table}_{moment.lower()}_kept", table, moment, when, why) for table, moment, when, why in REFUSED]


class Migration(migrations.Migration):
    dependencies = [("federation", "0004_dues")]
    operations = [guarded(GUARDS)]
