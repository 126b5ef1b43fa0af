"""The kinds of people, shops and things a demo town is made of; the towns themselves are in `towns/`."""

from dataclasses import dataclass

from collectives.models import Role


@dataclass(frozen=True, slots=True)
class Worker:
    """`sign_in` is the user name; the e-mail is made from it and the co-op's domain, which leads nowhere."""

    name: str
    sign_in: str
    roles: tuple[Role, ...]
    hours: int = 28
    years: int = 2


@dataclass(frozen=True, slots=True)
class Thing:
    """What partners tick: name, short code, grams, litres."""

    key: str
    name: str
    code: str
    weight_g: int | None
    volume_l: int


@dataclass(frozen=True, slots=True)
class Shop:
    """`people` are (name, sign-in) of those who order; `carries` are keys of things with usual quantities."""

    key: str
    name: str
    kind: str
    address: str
    phone: str
    people: tuple[tuple[str, str], ...]
    carries: tuple[tuple[str, int], ...]
    pickup_note: str = ""
    notes: tuple[str, ...] = ()
    terms: str = "statement"
    proof_photo: str = "optional"
    proof_name: str = "optional"
    regular: bool = False


@dataclass(frozen=True, slots=True)
class Prices:
    """In minor units; `regular` partners have a list of their own with cheaper further drops."""

    base: int
    extra_drop: int
    regular_extra_drop: int
    per_km: int
    steps: tuple[tuple[int | None, int], ...]
    short_window: int
    bulky: int
    vat_rate: int
    words: tuple[str, str, str, str, str, str]
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bike:
    name: str
    kind: str
    max_weight_g: int
    max_volume_l: int
    electric: bool = True


@dataclass(frozen=True, slots=True)
class Coop:
    """A collective with everything it owns on its first morning."""

    slug: str
    name: str
    legal_form: str
    city: str
    country: str
    currency: str
    language: str
    time_zone: str
    tile: str
    tile_colour: str
    town: str
    phone: str
    street_address: str
    vat_number: str
    zone_name: str
    hub: tuple[str, str]
    contact: str
    workers: tuple[Worker, ...]
    bikes: tuple[Bike, ...]
    things: tuple[Thing, ...]
    prices: Prices
    shops: tuple[Shop, ...]
    recipients: tuple[str, ...]
    recipient_phone: str
    door_notes: tuple[str, ...]
    order_notes: tuple[str, ...]
    front_door: str = ""  # the partner in whose name people without an account order; empty: they cannot

    @property
    def domain(self) -> str:
        return f"{self.slug}.example"

    def shop(self, key: str) -> Shop:
        return next(shop for shop in self.shops if shop.key == key)

    def of_role(self, role: Role) -> list[Worker]:
        return [worker for worker in self.workers if role in worker.roles]
