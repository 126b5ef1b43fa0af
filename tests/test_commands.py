"""The two commands: what they start they stop, what they refuse they explain."""

import gettext
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import _children
import _common
import _dev
import _po
import _programs
import _test
import pytest

FOREVER = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); {FOREVER}"
WITH_A_CHILD_OF_ITS_OWN = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}])
print(child.pid, flush=True)
child.wait()
"""


def child(tmp_path: Path, code: str, *, ready: Callable[[], bool] = lambda: True, name: str = "one") -> _children.Child:
    return _children.Child(name, [sys.executable, "-c", code], tmp_path / f"{name}.log", ready)


def runs(pid: int) -> bool:
    """Whether a process still runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition: Callable[[], bool]) -> bool:
    for _ in range(400):
        if condition():
            return True
        time.sleep(0.05)
    return False


# ---------------------------------------------------------------- what bin/dev keeps running


def test_programs_are_waited_for_and_then_stopped(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    program = child(tmp_path, f"print('I am ready.', flush=True); {FOREVER}", ready=_children.says(log, b"ready."))
    _children.start_all([program], dict(os.environ), stop=threading.Event())
    assert program.alive()
    _children.stop_all([program])
    assert not program.alive()


def test_a_grandchild_that_will_not_listen_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_children, "GRACE_S", 0.5)
    log = tmp_path / "one.log"
    program = child(tmp_path, WITH_A_CHILD_OF_ITS_OWN, ready=_children.says(log, b"up"))
    _children.start_all([program], dict(os.environ), stop=threading.Event())
    (grandchild,) = (int(line) for line in log.read_text(encoding="utf-8").split() if line.isdigit())
    assert runs(grandchild)
    _children.stop_all([program])
    assert eventually(lambda: not runs(grandchild))


def test_a_program_that_dies_is_named_with_its_last_lines(tmp_path: Path) -> None:
    program = child(tmp_path, "import sys; print('the disk is full', flush=True); sys.exit(3)", ready=lambda: False, name="worker")
    with pytest.raises(_common.Refused, match=r"“worker” has stopped \(exit 3\)[\s\S]*the disk is full"):
        _children.start_all([program], dict(os.environ), stop=threading.Event())
    _children.stop_all([program])


def test_a_program_that_may_end_does_so_in_peace(tmp_path: Path) -> None:
    program = child(tmp_path, "pass")
    program.may_end = True
    program.start(dict(os.environ))
    assert eventually(program.ended)
    _children.mourn([program])


def test_killing_the_command_outright_takes_its_programs_along(tmp_path: Path) -> None:
    code = f"""
import os, sys, threading
sys.path.insert(0, {str(_common.ROOT / "bin")!r})
from pathlib import Path
import _children
one = _children.Child("one", [sys.executable, "-c", {FOREVER!r}], Path({str(tmp_path / "one.log")!r}), lambda: True)
_children.start_all([one], dict(os.environ), stop=threading.Event())
print(one.process.pid, flush=True)
{FOREVER}
"""
    command = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with command:
        lines: Iterator[str] = iter(command.stdout or [])
        pid = next(int(line) for line in lines if line.strip().isdigit())
        assert runs(pid)
        os.kill(command.pid, signal.SIGKILL)
    assert eventually(lambda: not runs(pid))


# ---------------------------------------------------------------- ports and settings of bin/dev


@pytest.mark.parametrize("text", ["eighty", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(_common.Refused, match=f"PORT={text} is not a port number"):
        _programs.Ports()


def test_a_port_that_is_taken_is_refused_with_another_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(_common.Refused, match=rf"Port {port} is taken by another program. Choose another: PORT=\d+ bin/dev"):
            _programs.Ports().must_be_free()


def test_a_demo_keeps_its_secrets_between_starts_and_to_its_owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    first = _programs.kept_secret("secret-key")
    assert _programs.kept_secret("secret-key") == first
    assert len(first) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_demo_listens_to_this_machine_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    monkeypatch.delenv("HOST", raising=False)
    assert _programs.Ports().host == "127.0.0.1"
    assert _programs.environment(_programs.Ports(), debug=False)["ALLOWED_HOSTS"] == "localhost,127.0.0.1,[::1]"
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104  nothing is opened here
    assert _programs.environment(_programs.Ports(), debug=False)["ALLOWED_HOSTS"] == "*"


def test_the_embedded_database_logs_ahead(tmp_path: Path) -> None:
    path = tmp_path / "coop.sqlite3"
    _dev.set_up_sqlite(f"sqlite:///{path}")
    assert path.read_bytes()[18:20] == b"\x02\x02"  # the file format's mark of write-ahead logging


# ---------------------------------------------------------------- preparing


def test_a_preparing_step_that_fails_shows_what_it_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(_common.Refused, match=r"packages: this did not work[\s\S]*no such package"):
        _common.run_logged("packages", [sys.executable, "-c", "raise SystemExit('no such package')"])


def test_stopping_while_something_is_prepared_stops_that_too(tmp_path: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(_common.ROOT / "bin")!r})
import _common
_common.end_like_ctrl_c()
_common.run_logged("packages", [sys.executable, "-c", {f"import os; print(os.getpid(), flush=True); {FOREVER}"!r}])
"""
    log = tmp_path / "log" / "prepare.log"
    command = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "DATA_DIR": str(tmp_path)}, stderr=subprocess.DEVNULL)
    assert eventually(lambda: log.exists() and log.read_text(encoding="utf-8").endswith("\n"))
    pid = int(log.read_text(encoding="utf-8"))
    command.terminate()
    command.wait()
    assert not runs(pid)


def test_a_python_that_is_too_old_will_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_common, "OLDEST", (9, 0))
    with pytest.raises(_common.Refused, match=r"needs Python 3\.11 or later and found none"):
        _common.find_python()


def test_packages_are_synced_again_when_the_lock_changes(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("one==1", encoding="utf-8")
    before = _common.fingerprint(lock)
    assert _common.fingerprint(lock) == before
    lock.write_text("one==2", encoding="utf-8")
    assert _common.fingerprint(lock) != before


# ---------------------------------------------------------------- translations without gettext's programs

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

#. a comment for translators
#: somewhere.html:3
msgid "Round"
msgstr "Tournée"

msgctxt "verb"
msgid "Round"
msgstr "Arrondir"
msgid "%(n)d stop"
msgid_plural "%(n)d stops"
msgstr[0] "%(n)d arrêt"
msgstr[1] "%(n)d arrêts"

#, fuzzy
msgid "Unsure"
msgstr "Peut-être"

msgid ""
"Two "
"lines \\"quoted\\""
msgstr ""
"Deux "
"lignes « citées »"

msgid "Not yet"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Parti"
"""


@pytest.fixture
def french(tmp_path: Path) -> gettext.GNUTranslations:
    folder = tmp_path / "coopdelivery" / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE, encoding="utf-8")
    assert _po.compile_catalogues(tmp_path) == 1
    assert _po.compile_catalogues(tmp_path) == 0
    with (folder / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_compiled_words_are_found(french: gettext.GNUTranslations) -> None:
    assert french.gettext("Round") == "Tournée"
    assert french.pgettext("verb", "Round") == "Arrondir"
    assert french.gettext('Two lines "quoted"') == "Deux lignes « citées »"


def test_compiled_plurals_follow_the_language(french: gettext.GNUTranslations) -> None:
    assert [french.ngettext("%(n)d stop", "%(n)d stops", n) for n in (0, 1, 2)] == ["%(n)d arrêt", "%(n)d arrêt", "%(n)d arrêts"]


def test_what_is_unsure_missing_or_gone_stays_english(french: gettext.GNUTranslations) -> None:
    assert [french.gettext(word) for word in ("Unsure", "Not yet", "Gone")] == ["Unsure", "Not yet", "Gone"]


def test_a_broken_catalogue_says_where(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text('msgid "a"\nmsgstr "b\n', encoding="utf-8")
    with pytest.raises(_po.BadCatalogue, match=r"django\.po:2: this is neither a keyword nor a text"):
        _po.messages(path)


# ---------------------------------------------------------------- bin/test


def test_all_checks_run_and_one_failure_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    run = _test.Run(dict(os.environ))
    run.check("bad", [sys.executable, "-c", "print('one thing is wrong'); raise SystemExit(1)"])
    run.check("good", [sys.executable, "-c", "print('fine')"])
    run.pytest("tests on SQLite", "not browser", ["--version"], workers="0")
    assert run.summary() == 1
    shown = capsys.readouterr().out
    assert "✗ bad" in shown
    assert "✓ good" in shown
    assert "2 of 3 passed" in shown
    assert "Failed: bad." in shown
    assert shown.strip().splitlines()[-1].startswith("pytest ")


def test_a_persons_own_settings_do_not_reach_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_real")
    monkeypatch.setenv("DATABASE_URL", "postgres://production/books")
    env = _test.settings("/tmp/x")  # noqa: S108  only handed back
    assert "STRIPE_SECRET_KEY" not in env
    assert "DATABASE_URL" not in env
    assert env["DATA_DIR"] == "/tmp/x"  # noqa: S108
