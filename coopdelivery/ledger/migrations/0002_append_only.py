"""The database itself keeps the books balanced and append-only, whoever writes.

PostgreSQL checks at commit, by a deferred constraint trigger, that every new posting is sealed and sums to zero. SQLite has no deferred
triggers: there the check runs when a posting is sealed, and what is not sealed does not count in any balance.
"""

from django.db import migrations

SEALED_ONLY = """
    OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL OR NEW.id <> OLD.id OR NEW.book_id <> OLD.book_id OR NEW.key <> OLD.key
    OR NEW.number <> OLD.number OR NEW."on" <> OLD."on" OR NEW.memo <> OLD.memo OR NEW.digest <> OLD.digest
    OR NEW.written_at <> OLD.written_at OR NEW.by_id {differs} OLD.by_id OR NEW.reverses_id {differs} OLD.reverses_id
"""
UNBALANCED = """
    (SELECT count(*) < 2 OR sum(cents) <> 0 FROM ledger_entry WHERE posting_id = {posting})
"""
MISPLACED = """
    NOT EXISTS (SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.book_id = p.book_id
                WHERE p.id = NEW.posting_id AND a.id = NEW.account_id AND p.sealed_at IS NULL)
"""

SQLITE = {
    "ledger_posting_unsealed": "BEFORE INSERT ON ledger_posting WHEN NEW.sealed_at IS NOT NULL",
    "ledger_posting_kept": f"BEFORE UPDATE ON ledger_posting WHEN {SEALED_ONLY.format(differs='IS NOT')}",
    "ledger_posting_balanced": f"BEFORE UPDATE ON ledger_posting WHEN {UNBALANCED.format(posting='NEW.id')}",
    "ledger_posting_stays": "BEFORE DELETE ON ledger_posting",
    "ledger_entry_fits": f"BEFORE INSERT ON ledger_entry WHEN {MISPLACED}",
    "ledger_entry_kept": "BEFORE UPDATE ON ledger_entry",
    "ledger_entry_stays": "BEFORE DELETE ON ledger_entry",
}
WHY = {
    "ledger_posting_unsealed": "a posting is sealed after its entries are written",
    "ledger_posting_kept": "postings are never changed: reverse, then post anew",
    "ledger_posting_balanced": "the entries of a posting sum to zero",
    "ledger_posting_stays": "postings are never deleted",
    "ledger_entry_fits": "an entry belongs to an open posting and to an account of the same book",
    "ledger_entry_kept": "entries are never changed",
    "ledger_entry_stays": "entries are never deleted",
}

POSTGRES = f"""
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    IF {UNBALANCED.format(posting="which")} THEN
        RAISE EXCEPTION 'the entries of posting % do not sum to zero', which USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_posting WHERE id = which AND sealed_at IS NULL) THEN
        RAISE EXCEPTION 'posting % was never sealed', which USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {MISPLACED} THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_posting_unsealed BEFORE INSERT ON ledger_posting FOR EACH ROW
    WHEN (NEW.sealed_at IS NOT NULL) EXECUTE FUNCTION ledger_refuse('{WHY["ledger_posting_unsealed"]}');
CREATE TRIGGER ledger_posting_kept BEFORE UPDATE ON ledger_posting FOR EACH ROW
    WHEN ({SEALED_ONLY.format(differs="IS DISTINCT FROM")}) EXECUTE FUNCTION ledger_refuse('{WHY["ledger_posting_kept"]}');
CREATE TRIGGER ledger_posting_stays BEFORE DELETE ON ledger_posting FOR EACH ROW
    EXECUTE FUNCTION ledger_refuse('{WHY["ledger_posting_stays"]}');
CREATE TRIGGER ledger_entry_fits BEFORE INSERT ON ledger_entry FOR EACH ROW
    EXECUTE FUNCTION ledger_fits('{WHY["ledger_entry_fits"]}');
CREATE TRIGGER ledger_entry_kept BEFORE UPDATE ON ledger_entry FOR EACH ROW
    EXECUTE FUNCTION ledger_refuse('{WHY["ledger_entry_kept"]}');
CREATE TRIGGER ledger_entry_stays BEFORE DELETE ON ledger_entry FOR EACH ROW
    EXECUTE FUNCTION ledger_refuse('{WHY["ledger_entry_stays"]}');
CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT OR UPDATE ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced('id');
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced('posting_id');
"""
POSTGRES_BACK = """
DROP TRIGGER ledger_entry_balanced ON ledger_entry; DROP TRIGGER ledger_posting_balanced ON ledger_posting;
DROP TRIGGER ledger_entry_stays ON ledger_entry; DROP TRIGGER ledger_entry_kept ON ledger_entry;
DROP TRIGGER ledger_entry_fits ON ledger_entry; DROP TRIGGER ledger_posting_stays ON ledger_posting;
DROP TRIGGER ledger_posting_kept ON ledger_posting; DROP TRIGGER ledger_posting_unsealed ON ledger_posting;
DROP FUNCTION ledger_fits(); DROP FUNCTION ledger_balanced(); DROP FUNCTION ledger_refuse();
"""


def forwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        return
    for name, when in SQLITE.items():
        editor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{WHY[name]}'); END", params=None)


def backwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_BACK, params=None)
        return
    for name in SQLITE:
        editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
