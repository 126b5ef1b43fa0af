"""The plan of the house, held by a machine. Import directions are in pyproject.toml (`lint-imports`); here is what imports do not show."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from collectives.tenancy import OwnedManager

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("coopdelivery", "collectives", "orders", "dispatch", "federation")
FLOORS = ("kit", "journal", "people", "places", "notices", "decisions", "ledger", "collectives", "orders", "dispatch", "federation")
HEIGHT = {"kit": 0, "journal": 1, "people": 2, "places": 2, "notices": 3, "decisions": 3, "ledger": 3} | {
    name: height for height, name in enumerate(("collectives", "orders", "dispatch", "federation"), 4)
}
TOP_LEVEL = {
    "manage.py", "coopdelivery", "federation", "collectives", "orders", "dispatch", "templates", "static", "tests", "docker-compose.yml",
    "pyproject.toml", "LICENSE.CoopCycle", "README.md", "CHANGELOG.md", "bin", "docs", "bench", "Dockerfile", "requirements.lock",
    "requirements-dev.lock", ".ci", ".gitignore", ".dockerignore",
}  # fmt: skip


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in HEIGHT]


def test_every_floor_has_a_height() -> None:
    assert set(FLOORS) == set(HEIGHT)
    ours = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES}
    assert ours - {"house"} == set(FLOORS)


def test_foreign_keys_point_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
        if HEIGHT.get(field.related_model._meta.app_label, -1) > HEIGHT[model._meta.app_label]
    ]
    assert upward == []


def test_rows_of_a_collective_are_owned_and_fail_closed() -> None:
    open_models = [
        model._meta.label
        for model in our_models()
        if any(field.name == "collective" for field in model._meta.fields) and model._meta.app_label != "federation"
        if not isinstance(model._default_manager, OwnedManager)
    ]
    assert open_models == []


def test_all_collectives_at_once_is_rare() -> None:
    uses = [
        str(path.relative_to(ROOT))
        for path in sources()
        for _ in re.findall(r"with acting_for_everyone\(", path.read_text(encoding="utf-8"))
    ]
    assert len(uses) < 10, uses


def test_the_top_level_of_the_repository_is_as_planned() -> None:
    listed = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") or path.name in TOP_LEVEL}
    assert listed - TOP_LEVEL - {"var", "__pycache__"} == set()


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > 60:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({lines} lines)"


def test_no_function_is_longer_than_a_screen() -> None:
    assert [found for path in sources() for found in long_functions(path)] == []


def test_no_file_has_grown_past_five_hundred_lines() -> None:
    assert [str(path.relative_to(ROOT)) for path in sources() if len(path.read_text(encoding="utf-8").splitlines()) > 500] == []


def test_no_template_is_longer_than_two_hundred_lines() -> None:
    templates = [path for path in (ROOT / "templates").rglob("*.*") if path.suffix in {".html", ".txt"}]
    assert [str(path.relative_to(ROOT)) for path in templates if len(path.read_text(encoding="utf-8").splitlines()) > 200] == []


def test_nothing_is_left_to_do_later() -> None:
    words = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
    assert [str(path.relative_to(ROOT)) for path in sources() if words.search(path.read_text(encoding="utf-8"))] == []


def dependencies() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_locked_with_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = {re.split(r"==", line)[0].lower() for line in text.splitlines() if re.match(r"^[a-zA-Z0-9._-]+==", line)}
    wanted = {re.split(r"[\[<>=;! ]", name)[0].lower() for name in dependencies()["dependencies"]}
    assert wanted - pinned == set()
    assert text.count("--hash=sha256:") > len(pinned)
