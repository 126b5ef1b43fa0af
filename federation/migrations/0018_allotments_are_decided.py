"""The database itself refuses an allotment without a person, reasons and its list of candidates, or by somebody of a candidate co-op."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

KEPT = "what was decided about a lot stays"
WITHOUT = "a lot is allotted by a person, with reasons, among the candidates that are named with it"
CONFLICT = "nobody decides about a lot that their own co-op applied for"
OPEN_APPEAL = "an allotment is not in force while an appeal is open"
NOT_NOW = "an appeal is made while the allotment stands still"
OWN = "who allotted a lot does not decide about an appeal against it"
CANDIDATES = "SELECT count(*) FROM federation_application a WHERE a.lot_id = NEW.lot_id"
BARE = f"""trim(NEW.reasons) = '' OR NEW.state <> 'standstill' OR {{length}}(NEW.candidates) = 0
    OR {{length}}(NEW.candidates) <> ({CANDIDATES})
    OR NOT EXISTS (SELECT 1 FROM federation_application a WHERE a.lot_id = NEW.lot_id AND a.collective_id = NEW.collective_id)
    OR NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id = NEW.decided_by_id AND p.is_active)"""
INTERESTED = """EXISTS (SELECT 1 FROM federation_application a JOIN collectives_membership m ON m.collective_id = a.collective_id
    WHERE a.lot_id = NEW.lot_id AND m.person_id = NEW.decided_by_id AND m.is_active)"""
SAME = """NEW.ref = OLD.ref AND NEW.lot_id = OLD.lot_id AND NEW.collective_id = OLD.collective_id AND NEW.reasons = OLD.reasons
    AND NEW.decided_by_id = OLD.decided_by_id AND NEW.standstill_until = OLD.standstill_until"""
ENDED = "OLD.state IN ('overturned', 'declined') OR OLD.state = 'in_force' AND NEW.state <> 'in_force'"
CHANGED = f"NOT ({SAME} AND NEW.candidates = OLD.candidates) OR {ENDED}"
OBJECTED = """NEW.state = 'in_force' AND EXISTS (
    SELECT 1 FROM federation_appeal p WHERE p.allotment_id = NEW.id AND (p.granted IS NULL OR p.granted))"""
NOT_STILL = "(SELECT a.state FROM federation_allotment a WHERE a.id = NEW.allotment_id) <> 'standstill'"
APPEAL_CHANGED = """NEW.ref <> OLD.ref OR NEW.allotment_id <> OLD.allotment_id OR NEW.collective_id <> OLD.collective_id
    OR NEW.text <> OLD.text OR OLD.granted IS NOT NULL"""
BY_AUTHOR = "NEW.decided_by_id = (SELECT a.decided_by_id FROM federation_allotment a WHERE a.id = NEW.allotment_id)"
ALLOTMENT, APPEAL = "federation_allotment", "federation_appeal"
GUARDS = (
    Guard(
        "contracts_allotment_whole",
        ALLOTMENT,
        "INSERT",
        BARE.format(length="jsonb_array_length"),
        WITHOUT,
        on_sqlite=BARE.format(length="json_array_length"),
    ),
    Guard("contracts_allotment_impartial", ALLOTMENT, "INSERT", INTERESTED, CONFLICT),
    Guard("contracts_allotment_same", ALLOTMENT, "UPDATE", CHANGED, KEPT),
    Guard("contracts_allotment_unopposed", ALLOTMENT, "UPDATE", OBJECTED, OPEN_APPEAL),
    Guard("contracts_allotment_stays", ALLOTMENT, "DELETE", "", KEPT),
    Guard("contracts_appeal_in_time", APPEAL, "INSERT", NOT_STILL, NOT_NOW),
    Guard("contracts_appeal_same", APPEAL, "UPDATE", APPEAL_CHANGED, KEPT),
    Guard("contracts_appeal_by_another", APPEAL, "UPDATE", BY_AUTHOR, OWN),
    Guard("contracts_appeal_stays", APPEAL, "DELETE", "", KEPT),
)


class Migration(migrations.Migration):
    dependencies = [("federation", "0017_framework_contracts")]
    operations = [guarded(GUARDS)]
