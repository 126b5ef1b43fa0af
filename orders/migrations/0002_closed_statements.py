"""A closed month never changes: the database refuses it, whoever asks."""

from django.db import migrations

from coopdelivery.kit.guards import Guard, guarded

CLOSED = "EXISTS (SELECT 1 FROM orders_statement s WHERE s.id = {row}.statement_id AND s.closed_at IS NOT NULL)"
WHY = "a closed statement never changes: write a credit, it lands in the next open month"

ADDED = CLOSED.format(row="NEW")
GONE = CLOSED.format(row="OLD")
GUARDS = (
    Guard("orders_statement_kept", "orders_statement", "UPDATE", "OLD.closed_at IS NOT NULL", WHY),
    Guard("orders_statement_stays", "orders_statement", "DELETE", "OLD.closed_at IS NOT NULL", WHY),
    Guard("orders_statement_line_added", "orders_statementline", "INSERT", ADDED, WHY),
    Guard("orders_statement_line_kept", "orders_statementline", "UPDATE", f"{GONE} OR {ADDED}", WHY),
    Guard("orders_statement_line_stays", "orders_statementline", "DELETE", GONE, WHY),
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [guarded(GUARDS)]
