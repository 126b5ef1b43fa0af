"""The database itself keeps the solidarity fund: fed by resolutions, out of contributions not spent elsewhere, paid when agreed to."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

DECIDED = "what goes into the solidarity fund comes from a passed resolution"
KEPT = "the solidarity fund is only ever added to"
OVERDRAWN = "more than this contribution brought"
NOT_AGREED = "aid is paid once the other co-ops have agreed"
OVERPAID = "more comes back than was lent"
UNDECIDED = """NOT EXISTS (
    SELECT 1 FROM decisions_proposal p WHERE p.id = NEW.resolution_id AND p.state = 'passed' AND p.collective_id IS NULL)"""
SPENT = """(SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.payment_id = NEW.payment_id)
    + (SELECT coalesce(sum(f.cents), 0) FROM federation_fundsource f WHERE f.payment_id = NEW.payment_id)
    + NEW.cents > (SELECT p.cents FROM federation_duespayment p WHERE p.id = NEW.payment_id)"""
ONLY_SPENT = """(SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.payment_id = NEW.payment_id)
    + NEW.cents > (SELECT p.cents FROM federation_duespayment p WHERE p.id = NEW.payment_id)"""
CHANGED = """NEW.ref <> OLD.ref OR NEW.collective_id <> OLD.collective_id OR NEW.cents <> OLD.cents OR NEW.currency <> OLD.currency
    OR NEW.form <> OLD.form OR NEW.resolution_id <> OLD.resolution_id OR OLD.paid_on IS NOT NULL"""
TOO_EARLY = f"NEW.paid_on IS NOT NULL AND {UNDECIDED}"
TOO_MUCH = """(SELECT coalesce(sum(r.cents), 0) FROM federation_repayment r WHERE r.aid_id = NEW.aid_id) + NEW.cents
    > (SELECT coalesce(sum(a.cents), 0) FROM federation_aidrequest a
       WHERE a.id = NEW.aid_id AND a.form = 'loan' AND a.paid_on IS NOT NULL)"""
GUARDS = (
    Guard("fund_endowment_decided", "federation_endowment", "INSERT", UNDECIDED, DECIDED),
    Guard("fund_endowment_same", "federation_endowment", "UPDATE", "", KEPT),
    Guard("fund_endowment_stays", "federation_endowment", "DELETE", "", KEPT),
    Guard("fund_source_left", "federation_fundsource", "INSERT", SPENT, OVERDRAWN),
    Guard("fund_source_same", "federation_fundsource", "UPDATE", "", KEPT),
    Guard("fund_source_stays", "federation_fundsource", "DELETE", "", KEPT),
    Guard("fund_aid_unpaid", "federation_aidrequest", "INSERT", "NEW.paid_on IS NOT NULL", NOT_AGREED),
    Guard("fund_aid_same", "federation_aidrequest", "UPDATE", CHANGED, KEPT),
    Guard("fund_aid_agreed", "federation_aidrequest", "UPDATE", TOO_EARLY, NOT_AGREED),
    Guard("fund_aid_stays", "federation_aidrequest", "DELETE", "", KEPT),
    Guard("fund_repayment_fits", "federation_repayment", "INSERT", TOO_MUCH, OVERPAID),
    Guard("fund_repayment_same", "federation_repayment", "UPDATE", "", KEPT),
    Guard("fund_repayment_stays", "federation_repayment", "DELETE", "", KEPT),
)
# What a group spends leaves what the fund has taken: the guard of migration 0007 looks at both from now on.
SPENDING = Guard("groups_source_left", "federation_source", "INSERT", SPENT, OVERDRAWN)
ONLY_SPENDING = SPENDING._replace(when=ONLY_SPENT)


class Migration(migrations.Migration):
    dependencies = [("federation", "0009_solidarity")]
    operations = [guarded([SPENDING, *GUARDS], instead_of=[ONLY_SPENDING])]
