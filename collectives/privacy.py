"""What this floor keeps about a person, for their own export."""

from typing import Any

from collectives.models import AssemblyTime, Collective, TimeCorrection, TimeMark
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import exports


@exports("working_time")
def marks_of_person(person: Person) -> list[dict[str, Any]]:
    """Wherever they worked, also where they have left."""
    found: list[dict[str, Any]] = []
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            rows = TimeMark.objects.filter(membership__person=person).order_by("at", "pk")
            kept = rows.values("ref", "verb", "at", "received_at", "reason", "replaces__ref", "membership__collective__name")
            found += [dict(row) for row in kept]
    return found


@exports("working_time_corrections")
def corrections_of_person(person: Person) -> list[dict[str, Any]]:
    """Also what was not confirmed."""
    found: list[dict[str, Any]] = []
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            rows = TimeCorrection.objects.filter(membership__person=person).order_by("asked_at", "pk")
            kept = rows.values("ref", "verb", "at", "reason", "replaces__ref", "asked_at", "state", "answered_at", "mark__ref")
            found += [{**row, "membership__collective__name": collective.name} for row in kept]
    return found


@exports("assembly_hours")
def assembly_hours_of_person(person: Person) -> list[dict[str, Any]]:
    """Also those taken back."""
    found: list[dict[str, Any]] = []
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            rows = AssemblyTime.objects.filter(membership__person=person).order_by("starts_at", "pk")
            kept = rows.values("ref", "meeting__title", "starts_at", "ends_at", "written_at", "withdrawn_at")
            found += [{**row, "membership__collective__name": collective.name} for row in kept]
    return found
