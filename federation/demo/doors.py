"""The houses that things are brought to: real numbers of the town's gazetteer, in an order that looks like chance and never changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

from coopdelivery.places.towns import towns
from federation.demo.cast import Coop


@dataclass(frozen=True, slots=True)
class Door:
    """Somebody who receives something. `note` is what a courier should know of the house, often nothing."""

    address: str
    name: str
    phone: str
    note: str


def doors_of(coop: Coop, random: Random) -> Iterator[Door]:
    """Endless; every house of the town comes once before any comes twice."""
    town = next(town for town in towns() if town.slug == coop.town)
    houses = [row for row in town.rows() if row["number"]]
    random.shuffle(houses)
    for number, house in enumerate(cycle(houses)):
        postcode = f"{house['postcode']} " if house["postcode"] else ""
        note = coop.door_notes[number // 3 % len(coop.door_notes)] if number % 3 == 0 else ""
        yield Door(
            address=f"{house['street']} {house['number']}, {postcode}{house['city']}",
            name=coop.recipients[number % len(coop.recipients)],
            phone=coop.recipient_phone.format(1000 + number % 8000),
            note=note,
        )
