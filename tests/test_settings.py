"""Settings come from the environment, and say so in a sentence when it makes no sense."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from coopdelivery.env import BadSetting, database, env_bool, env_int, env_list, env_secret

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("yes", True), ("On", True), ("0", False), ("false", False), ("", True)])
def test_yes_and_no_are_read_in_the_usual_spellings(monkeypatch: pytest.MonkeyPatch, text: str, expected: bool) -> None:  # noqa: FBT001  a value of the table
    monkeypatch.setenv("SOME_SWITCH", text)
    assert env_bool("SOME_SWITCH", default=True) is expected


def test_a_switch_that_is_neither_yes_nor_no_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SWITCH", "maybe")
    with pytest.raises(BadSetting, match="SOME_SWITCH='maybe' is neither yes nor no"):
        env_bool("SOME_SWITCH", default=False)


def test_a_number_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_PORT", "eighty")
    with pytest.raises(BadSetting, match="SOME_PORT='eighty' is not a whole number"):
        env_int("SOME_PORT", 80)


def test_a_list_forgives_spaces_and_empty_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_HOSTS", " a.example.org, ,b.example.org ")
    assert env_list("SOME_HOSTS") == ["a.example.org", "b.example.org"]


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("SOME_SECRET", "from the environment")
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "secret"))
    assert env_secret("SOME_SECRET") == "from the file"


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "gone"))
    with pytest.raises(BadSetting, match=r"SOME_SECRET_FILE='.*gone' cannot be read: No such file or directory"):
        env_secret("SOME_SECRET")


def test_sqlite_begins_its_transactions_immediately() -> None:
    entry = database("sqlite:////data/coop.sqlite3")
    assert entry["NAME"] == "/data/coop.sqlite3"
    assert entry["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_postgres_address_is_taken_apart() -> None:
    entry = database("postgres://coop:p%40ss@db:5433/books?sslmode=require")
    assert {name: entry[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "books", "USER": "coop", "PASSWORD": "p@ss", "HOST": "db", "PORT": "5433",
    }  # fmt: skip
    assert entry["OPTIONS"] == {"sslmode": "require"}


def test_another_kind_of_database_is_refused_with_examples() -> None:
    with pytest.raises(BadSetting, match="use sqlite:////path/to/file or postgres://user@host/name"):
        database("mysql://db/books")


def settings_in(environment: dict[str, str], name: str) -> str:
    """The value of one setting in a fresh process with exactly this environment."""
    code = f"from coopdelivery import settings; print(repr(settings.{name}))"
    answer = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def test_without_a_secret_key_there_is_none_outside_development() -> None:
    assert settings_in({}, "SECRET_KEY") == "''"


def test_an_https_address_switches_secure_cookies_on() -> None:
    assert settings_in({"BASE_URL": "https://coops.example.org"}, "SESSION_COOKIE_SECURE") == "True"
    assert settings_in({"BASE_URL": "http://localhost:8000"}, "SESSION_COOKIE_SECURE") == "False"


def test_redis_replaces_the_embedded_broker() -> None:
    assert settings_in({}, "CELERY_BROKER_URL") == "'filesystem://'"
    assert settings_in({"REDIS_URL": "redis://redis:6379/0"}, "CELERY_BROKER_URL") == "'redis://redis:6379/0'"


def names_read_from_the_environment() -> set[str]:
    """The first argument of every env…() call in settings.py."""
    tree = ast.parse((ROOT / "coopdelivery" / "settings.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    firsts = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id.startswith("env") and call.args]
    return {first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)}


def test_every_setting_is_explained_in_the_operators_guide() -> None:
    guide = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    assert {name for name in names_read_from_the_environment() if f"`{name}`" not in guide} == set()
