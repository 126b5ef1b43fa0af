"""The database itself keeps what groups spend: mandates by passed resolutions, two signatures of others, no cent without its source."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

DECIDED = "a mandate and its budget come from a passed resolution of the assembly"
KEPT = "what a group spent is only ever added to"
OVER_BUDGET = "the budget of this mandate is used up"
NOT_BY_ASKER = "who asks for an expense does not sign it"
UNSIGNED = "an expense is paid after two signatures, out of contributions that arrived"
OVERDRAWN = "more than this contribution brought"
UNDECIDED = """NOT EXISTS (
    SELECT 1 FROM decisions_proposal p WHERE p.id = NEW.resolution_id AND p.state = 'passed' AND p.collective_id IS NULL)"""
TOO_MUCH = """(SELECT coalesce(sum(e.cents), 0) FROM federation_expense e WHERE e.mandate_id = NEW.mandate_id AND e.state <> 'withdrawn')
    + NEW.cents > (SELECT m.cents FROM federation_mandate m WHERE m.id = NEW.mandate_id)"""
CHANGED = """NEW.ref <> OLD.ref OR NEW.mandate_id <> OLD.mandate_id OR NEW.cents <> OLD.cents OR NEW.currency <> OLD.currency
    OR NEW.sha256 <> OLD.sha256 OR NEW.title <> OLD.title OR NEW.payee <> OLD.payee OR NEW.asked_by_id <> OLD.asked_by_id
    OR OLD.state IN ('paid', 'withdrawn')"""
NOT_COVERED = """NEW.state IN ('signed', 'paid') AND (SELECT count(*) FROM federation_signature s WHERE s.expense_id = NEW.id) < 2
    OR NEW.state = 'paid' AND (SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.expense_id = NEW.id) <> NEW.cents"""
OWN = "EXISTS (SELECT 1 FROM federation_expense e WHERE e.id = NEW.expense_id AND e.asked_by_id = NEW.person_id)"
SPENT = """(SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.payment_id = NEW.payment_id)
    + NEW.cents > (SELECT p.cents FROM federation_duespayment p WHERE p.id = NEW.payment_id)"""
GUARDS = (
    Guard("groups_mandate_decided", "federation_mandate", "INSERT", UNDECIDED, DECIDED),
    Guard("groups_mandate_same", "federation_mandate", "UPDATE", "", KEPT),
    Guard("groups_mandate_stays", "federation_mandate", "DELETE", "", KEPT),
    Guard("groups_expense_in_budget", "federation_expense", "INSERT", TOO_MUCH, OVER_BUDGET),
    Guard("groups_expense_same", "federation_expense", "UPDATE", CHANGED, KEPT),
    Guard("groups_expense_covered", "federation_expense", "UPDATE", NOT_COVERED, UNSIGNED),
    Guard("groups_expense_stays", "federation_expense", "DELETE", "", KEPT),
    Guard("groups_signature_of_another", "federation_signature", "INSERT", OWN, NOT_BY_ASKER),
    Guard("groups_signature_same", "federation_signature", "UPDATE", "", KEPT),
    Guard("groups_signature_stays", "federation_signature", "DELETE", "", KEPT),
    Guard("groups_source_left", "federation_source", "INSERT", SPENT, OVERDRAWN),
    Guard("groups_source_same", "federation_source", "UPDATE", "", KEPT),
    Guard("groups_source_stays", "federation_source", "DELETE", "", KEPT),
)


class Migration(migrations.Migration):
    dependencies = [("federation", "0006_groups")]
    operations = [guarded(GUARDS)]
