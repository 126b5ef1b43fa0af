"""The database refuses a setting that no passed resolution set, but for an emergency of 72 hours, and keeps every one."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

WHY, KEPT = "a setting needs a passed resolution of the assembly", "settings are only ever added"
DECIDED = """
    NOT EXISTS (SELECT 1 FROM decisions_proposal p
                WHERE p.id = NEW.decision_id AND p.state = 'passed' AND p.collective_id IS NULL AND ({cases}))
"""
ON_POSTGRES = DECIDED.format(
    cases="p.manner <> 'urgent' AND NEW.until IS NULL OR p.manner = 'urgent' AND NEW.until <= p.decided_at + interval '72 hours'"
)
ON_SQLITE = DECIDED.format(
    cases="p.manner <> 'urgent' AND NEW.until IS NULL "
    "OR p.manner = 'urgent' AND NEW.until IS NOT NULL AND julianday(NEW.until) <= julianday(p.decided_at) + 3.00001"
)
TABLE = "federation_federationpolicy"


GUARDS = (
    Guard("federation_policy_decided", TABLE, "INSERT", ON_POSTGRES, WHY, ON_SQLITE),
    Guard("federation_policy_edited", TABLE, "UPDATE", "", KEPT),
    Guard("federation_policy_removed", TABLE, "DELETE", "", KEPT),
)


class Migration(migrations.Migration):
    dependencies = [("federation", "0011_settings")]
    operations = [guarded(GUARDS)]
