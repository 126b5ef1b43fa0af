"""Bikes, trailers and hubs."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError

from collectives.models import Collective, Hub, Vehicle
from collectives.refusals import HubInUse, NameTaken, VehicleInUse
from collectives.services.rows import write_row
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places.models import Place

FIELDS = ("name", "kind", "max_weight_g", "max_volume_l", "electric", "in_service")


def save_vehicle(*, collective: Collective, by: Person | None, vehicle: Vehicle | None = None, **facts: Any) -> Vehicle:
    """A new vehicle, or `vehicle` changed; `facts` are among FIELDS (`max_weight_g` grams, `max_volume_l` litres).

    Raises NameTaken, NotActive.
    """
    unknown = facts.keys() - set(FIELDS)
    if unknown:
        raise TypeError(f"not a fact of a vehicle: {', '.join(sorted(unknown))}")
    before = None if vehicle is None else {key: getattr(vehicle, key) for key in facts}
    row = vehicle or Vehicle(collective=collective)
    with acting_for(collective):
        try:
            with transaction.atomic():
                write_row(row, facts)
                journal.record("vehicle.saved", subject=row.ref, collective_id=collective.pk, by=by, before=before, after=facts)
        except IntegrityError as error:
            raise NameTaken(name=facts.get("name", row.name)) from error
    return row


def remove_vehicle(*, vehicle: Vehicle, by: Person) -> None:
    """Only a vehicle that never rode; raises VehicleInUse otherwise."""
    with acting_for(vehicle.collective_id):
        try:
            with transaction.atomic():
                Vehicle.objects.filter(pk=vehicle.pk).delete()
                journal.record("vehicle.removed", subject=vehicle.ref, collective_id=vehicle.collective_id, by=by, label=vehicle.name)
        except (ProtectedError, RestrictedError) as error:
            raise VehicleInUse(name=vehicle.name) from error


def save_hub(*, collective: Collective, name: str, place: Place, by: Person | None, hub: Hub | None = None) -> Hub:
    """A place where parcels rest. Raises NameTaken, NotActive."""
    before = None if hub is None else {"name": hub.name, "place": str(hub.place.ref)}
    row = hub or Hub(collective=collective)
    with acting_for(collective):
        try:
            with transaction.atomic():
                write_row(row, {"name": name.strip(), "place": place})
                after = {"name": row.name, "place": str(place.ref)}
                journal.record("hub.saved", subject=row.ref, collective_id=collective.pk, by=by, before=before, after=after)
        except IntegrityError as error:
            raise NameTaken(name=name.strip()) from error
    return row


def remove_hub(*, hub: Hub, by: Person) -> None:
    """Raises HubInUse when something refers to it."""
    with acting_for(hub.collective_id):
        try:
            with transaction.atomic():
                Hub.objects.filter(pk=hub.pk).delete()
                journal.record("hub.removed", subject=hub.ref, collective_id=hub.collective_id, by=by, label=hub.name)
        except (ProtectedError, RestrictedError) as error:
            raise HubInUse(name=hub.name) from error
