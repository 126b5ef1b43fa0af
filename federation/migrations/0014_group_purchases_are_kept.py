"""The database itself keeps group purchases: below the threshold nobody is charged, shares sum up to the invoice, what is written stays."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

KEPT = "what a group purchase wrote down stays"
TOO_FEW = "a group purchase binds nobody below its threshold, and from then on units only change hands"
NOT_ARRIVED = "a group purchase is billed once the goods arrived"
NOT_SPLIT = "the shares of a group purchase sum up to its invoice"
CHANGED = """NEW.ref <> OLD.ref OR NEW.currency <> OLD.currency OR NEW.unit_cents <> OLD.unit_cents OR NEW.vat_rate <> OLD.vat_rate
    OR NEW.threshold <> OLD.threshold OR NEW.step <> OLD.step OR NEW.closes_on <> OLD.closes_on OR NEW.terms <> OLD.terms
    OR OLD.state = 'called_off'"""
BOUND = "('committed', 'ordered', 'received', 'settled')"
BINDS_FEW = f"""NEW.state IN {BOUND} AND (NEW.committed_units < NEW.threshold OR NEW.committed_units <>
    (SELECT coalesce(sum(i.units), 0) FROM federation_intent i WHERE i.purchase_id = NEW.id))"""
UNSPLIT = """NEW.state = 'settled' AND (SELECT coalesce(sum(s.cents), 0) FROM federation_share s
    JOIN federation_bill b ON b.id = s.bill_id WHERE b.purchase_id = NEW.id AND b.taken_back_at IS NULL)
    <> (SELECT coalesce(sum(b.goods_cents + b.freight_cents + b.customs_cents + b.vat_cents - b.discount_cents), -1)
        FROM federation_bill b WHERE b.purchase_id = NEW.id AND b.taken_back_at IS NULL)"""
STATE = "(SELECT p.state FROM federation_grouppurchase p WHERE p.id = {row}.purchase_id)"
INTENT_CHANGED = f"""NEW.purchase_id <> OLD.purchase_id OR NEW.collective_id <> OLD.collective_id
    OR NEW.units <> OLD.units AND {STATE.format(row="NEW")} NOT IN ('open', 'committed', 'ordered')
    OR (coalesce(NEW.came, -1) <> coalesce(OLD.came, -1) OR coalesce(NEW.damaged, -1) <> coalesce(OLD.damaged, -1))
        AND {STATE.format(row="NEW")} <> 'ordered'"""
BILL_CHANGED = """NEW.ref <> OLD.ref OR NEW.purchase_id <> OLD.purchase_id OR NEW.number <> OLD.number OR NEW.goods_cents <> OLD.goods_cents
    OR NEW.freight_cents <> OLD.freight_cents OR NEW.customs_cents <> OLD.customs_cents OR NEW.discount_cents <> OLD.discount_cents
    OR NEW.vat_cents <> OLD.vat_cents OR OLD.paid_on IS NOT NULL OR OLD.taken_back_at IS NOT NULL"""
SHARE_CHANGED = """NEW.ref <> OLD.ref OR NEW.bill_id <> OLD.bill_id OR NEW.collective_id <> OLD.collective_id OR NEW.units <> OLD.units
    OR NEW.cents <> OLD.cents OR NEW.vat_cents <> OLD.vat_cents OR OLD.paid_on IS NOT NULL"""
SHARE_EARLY = """(SELECT p.state FROM federation_grouppurchase p JOIN federation_bill b ON b.purchase_id = p.id
    WHERE b.id = NEW.bill_id) <> 'received'"""
GUARDS = (
    Guard("purchase_same", "federation_grouppurchase", "UPDATE", CHANGED, KEPT),
    Guard("purchase_binds_enough", "federation_grouppurchase", "UPDATE", BINDS_FEW, TOO_FEW),
    Guard("purchase_split", "federation_grouppurchase", "UPDATE", UNSPLIT, NOT_SPLIT),
    Guard("purchase_begins_open", "federation_grouppurchase", "INSERT", "NEW.state <> 'open'", TOO_FEW),
    Guard("purchase_stays", "federation_grouppurchase", "DELETE", "", KEPT),
    Guard(
        "purchase_intent_in_time", "federation_intent", "INSERT", f"{STATE.format(row='NEW')} NOT IN ('open', 'committed', 'ordered')", KEPT
    ),
    Guard("purchase_intent_same", "federation_intent", "UPDATE", INTENT_CHANGED, KEPT),
    Guard("purchase_intent_stays", "federation_intent", "DELETE", f"{STATE.format(row='OLD')} <> 'open'", KEPT),
    Guard("purchase_bill_after", "federation_bill", "INSERT", f"{STATE.format(row='NEW')} <> 'received'", NOT_ARRIVED),
    Guard("purchase_bill_same", "federation_bill", "UPDATE", BILL_CHANGED, KEPT),
    Guard("purchase_bill_stays", "federation_bill", "DELETE", "", KEPT),
    Guard("purchase_share_after", "federation_share", "INSERT", SHARE_EARLY, NOT_ARRIVED),
    Guard("purchase_share_same", "federation_share", "UPDATE", SHARE_CHANGED, KEPT),
    Guard("purchase_share_stays", "federation_share", "DELETE", "", KEPT),
)


class Migration(migrations.Migration):
    dependencies = [("federation", "0013_group_purchases")]
    operations = [guarded(GUARDS)]
