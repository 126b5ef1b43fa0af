"""A demo co-op while its story is told: its rows by the short names of the cast, and the door through which everything happens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from random import Random

from django.utils import timezone, translation

from collectives.models import Collective, Membership, Role, Vehicle
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.demo import clock
from federation.demo.cast import Coop, Shop
from federation.demo.doors import Door, doors_of
from orders.models import AddressBookEntry, ParcelType, Partner


@dataclass
class Home:
    """`people` and `members` by sign-in, `partners` and `books` by the shop's key, `things` by key, `bikes` by name."""

    coop: Coop
    collective: Collective
    random: Random
    people: dict[str, Person] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    books: dict[str, list[AddressBookEntry]] = field(default_factory=dict)
    things: dict[str, ParcelType] = field(default_factory=dict)
    bikes: dict[str, Vehicle] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.doors = doors_of(self.coop, self.random)

    @contextmanager
    def acting(self, source: str = "web") -> Iterator[None]:
        """As a person of this co-op would, by that door: its rows, its zone, its language."""
        with ExitStack() as doors:
            doors.enter_context(acting_for(self.collective))
            doors.enter_context(timezone.override(self.collective.zone))
            doors.enter_context(translation.override(self.collective.language))
            doors.enter_context(journal.source(source))
            yield

    @contextmanager
    def at(self, moment: datetime, source: str = "web") -> Iterator[None]:
        """The same, at that moment of the story."""
        with clock.at(moment), self.acting(source):
            yield

    def local(self, day: date, hour: int, minute: int = 0) -> datetime:
        """The instant of a wall-clock time of the co-op, in UTC: there adding hours means hours, also when clocks change."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.collective.zone).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.collective.zone).date()

    def shop(self, key: str) -> Shop:
        return self.coop.shop(key)

    def orders_for(self, key: str) -> Person:
        """The first person of the shop."""
        return self.people[self.shop(key).people[0][1]]

    def first(self, role: Role) -> Person:
        return self.people[self.coop.of_role(role)[0].sign_in]

    def door(self) -> Door:
        """The next house of the town."""
        return next(self.doors)


def home_of(coop: Coop, seed: str) -> Home:
    """The co-op as it is in the database."""
    home = Home(coop, Collective.objects.get(slug=coop.slug), Random(seed))  # noqa: S311  a story, not a secret
    with acting_for(home.collective):
        members = Membership.objects.select_related("person").prefetch_related("held")
        home.members = {row.person.username: row for row in members}
        home.people = {name: row.person for name, row in home.members.items()}
        home.bikes = {row.name: row for row in Vehicle.objects.all()}
        types, partners = {row.name: row for row in ParcelType.objects.all()}, {row.name: row for row in _partners()}
        home.things = {thing.key: types[thing.name] for thing in coop.things if thing.name in types}
        home.partners = {shop.key: partners[shop.name] for shop in coop.shops if shop.name in partners}
        for key, partner in home.partners.items():
            home.books[key] = list(AddressBookEntry.objects.filter(partner=partner).select_related("place").order_by("pk"))
    return home


def _partners() -> list[Partner]:
    return list(Partner.objects.select_related("collective", "place", "price_list"))
