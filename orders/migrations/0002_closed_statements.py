"""A closed month never changes: the database refuses it, whoever asks."""

from django.db import migrations

CLOSED = "EXISTS (SELECT 1 FROM orders_statement s WHERE s.id = {row}.statement_id AND s.closed_at IS NOT NULL)"
WHY = "a closed statement never changes: write a credit, it lands in the next open month"

# name → (table, event, condition); the rows it looks at exist in the trigger of the same event
GUARDS = {
    "orders_statement_kept": ("orders_statement", "UPDATE", "OLD.closed_at IS NOT NULL"),
    "orders_statement_stays": ("orders_statement", "DELETE", "OLD.closed_at IS NOT NULL"),
    "orders_statement_line_added": ("orders_statementline", "INSERT", CLOSED.format(row="NEW")),
    "orders_statement_line_kept": ("orders_statementline", "UPDATE", f"{CLOSED.format(row='OLD')} OR {CLOSED.format(row='NEW')}"),
    "orders_statement_line_stays": ("orders_statementline", "DELETE", CLOSED.format(row="OLD")),
}
REFUSE = f"""
CREATE FUNCTION {{name}}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {{condition}} THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = 'check_violation'; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""


def forwards(apps, editor):
    for name, (table, event, condition) in GUARDS.items():
        if editor.connection.vendor == "postgresql":
            editor.execute(REFUSE.format(name=name, condition=condition), params=None)
            editor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None)
        else:
            body = f"SELECT RAISE(ABORT, '{WHY}')"
            editor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN {body}; END", params=None)


def backwards(apps, editor):
    for name, (table, _event, _condition) in GUARDS.items():
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON {table}", params=None)
            editor.execute(f"DROP FUNCTION {name}()", params=None)
        else:
            editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
