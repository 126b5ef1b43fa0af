"""The pages under docs/ say what the code does: every event, permission and command, no more and no less."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectives.access import GRANTS, OFFICER
from collectives.models import Role
from orders.models import SeatRole
from orders.seats import SEATS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FLOORS = ("coopdelivery", "collectives", "orders", "dispatch", "federation")
EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
COLUMNS = (Role.COURIER, Role.DISPATCHER, Role.ADMIN, Role.PARTNER, OFFICER)


def sources() -> Iterator[ast.Module]:
    """All our modules but migrations, the demo, and those that define messages: their kinds are named like events."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if not {"migrations", "demo"} & set(path.parts) and path.name != "notifications.py":
                yield ast.parse(path.read_text(encoding="utf-8"))


def event_names(node: ast.AST) -> set[str]:
    values = (leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant))
    return {value for value in values if isinstance(value, str) and EVENT.fullmatch(value)}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def recorders() -> set[str]:
    """`record`, `record_all`, and our functions that hand one of their arguments on to it as the name."""
    found = {"record", "record_all"}
    for function in (node for module in sources() for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
        own = {argument.arg for argument in function.args.args}
        calls = (node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args and called(node) == "record")
        if any(getattr(call.args[0], "id", "") in own for call in calls):
            found.add(function.name)
    return found


def recorded_events() -> set[str]:
    """Names given to a function that records, and the values of mappings called EVENTS."""
    found: set[str] = set()
    names = recorders()
    for module in sources():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and node.args and called(node) in names:
                found |= event_names(node.args[0])
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and getattr(node.targets[0], "id", "") == "EVENTS":
                found |= event_names(node.value)
    return found


def rows(page: str) -> list[list[str]]:
    """Cells of every table row whose first cell is `code`."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return [[row[0].strip("`"), *row[1:]] for row in cells]


def test_every_event_is_explained() -> None:
    explained = [row[0] for row in rows("events.md")]
    assert sorted(recorded_events() - set(explained)) == [], "add a row to docs/events.md"
    assert sorted(set(explained) - recorded_events()) == [], "nothing records these any more: take them out of docs/events.md"
    assert len(explained) == len(set(explained))


def test_every_event_says_what_happened() -> None:
    for name, *words in rows("events.md"):
        assert len(words) == 3, f"{name}: it happened | subject | says besides"
        assert words[0], name
        assert words[1], name


@pytest.mark.parametrize("permission", sorted(GRANTS))
def test_every_permission_is_explained_with_who_holds_it(permission: str) -> None:
    page = {name: (words, marks) for name, words, *marks in rows("permissions.md")}
    assert permission in page, "add a row to docs/permissions.md"
    words, marks = page[permission]
    assert len(words) > 8
    assert marks == ["yes" if role in GRANTS[permission] else "" for role in COLUMNS]


def test_no_permission_is_explained_that_does_not_exist() -> None:
    assert {row[0] for row in rows("permissions.md")} == set(GRANTS)


def test_what_a_partners_people_may_do_is_explained_as_it_is() -> None:
    """The table whose first cell ends with the permission: a column for each kind of seat."""
    found = re.findall(r"^\| [^|`]+: `([a-z.]+)` \|(.+)\|$", (DOCS / "permissions.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    explained = {name: [cell.strip() for cell in cells.split("|")] for name, cells in found}
    assert explained == {name: ["yes" if role in roles else "" for role in SeatRole.values] for name, roles in SEATS.items()}


def test_every_command_is_explained_somewhere() -> None:
    commands = {path.stem for floor in FLOORS for path in (ROOT / floor).rglob("management/commands/[a-z]*.py")}
    words = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    assert sorted(command for command in commands if f"manage.py {command}" not in words) == []


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    inside = [target for target in targets if not target.startswith(("http://", "https://", "mailto:"))]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_the_licence_names_the_three_conditions_and_its_limits() -> None:
    text = " ".join((ROOT / "LICENSE.CoopCycle").read_text(encoding="utf-8").split())
    for words in ("Couriers are employed.", "Couriers take part in governance.", "Co-operative values are respected.", "without warranty"):
        assert words in text
