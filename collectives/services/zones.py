"""Where the collective rides."""

from typing import Any

from django.db import IntegrityError, transaction

from collectives.areas import parse_area, refuse_far
from collectives.models import Collective, Zone
from collectives.refusals import NameTaken
from collectives.services.rows import write_row
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person


def save_zone(
    *,
    collective: Collective,
    name: str,
    area: dict[str, Any] | str,
    by: Person | None,
    is_service_area: bool = True,
    zone: Zone | None = None,
) -> Zone:
    """A new area, or `zone` changed. `area` is GeoJSON (text or data). Raises BadArea, NameTaken, NotActive."""
    clean = parse_area(area)
    if collective.has_centre:
        refuse_far(clean, latitude=collective.latitude, longitude=collective.longitude, town=collective.city)
    facts = {"name": name.strip(), "area": clean, "is_service_area": is_service_area}
    before = None if zone is None else {key: getattr(zone, key) for key in facts}
    row = zone or Zone(collective=collective)
    with acting_for(collective):
        try:
            with transaction.atomic():
                write_row(row, facts)
                journal.record("zone.saved", subject=row.ref, collective_id=collective.pk, by=by, before=before, after=facts)
        except IntegrityError as error:
            raise NameTaken(name=facts["name"]) from error
    return row


def remove_zone(*, zone: Zone, by: Person) -> None:
    """The outline stays readable in the journal."""
    with acting_for(zone.collective_id), transaction.atomic():
        journal.record("zone.removed", subject=zone.ref, collective_id=zone.collective_id, by=by, label=zone.name, area=zone.area)
        Zone.objects.filter(pk=zone.pk).delete()
