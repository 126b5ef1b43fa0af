"""Who calls, their stores, and what an order form needs to know of them."""

from django.db.models import QuerySet
from django.utils import timezone

from collectives.api.callers import roles_of
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import not_found
from collectives.api.shapes import address, collection, iri, paged
from collectives.models import SCOPES
from orders.api import shapes
from orders.api.seen import one, places_of, stores_of
from orders.models import ParcelType, Partner
from orders.services.terms import order_calendar

ANYBODY = frozenset(SCOPES)
READS = frozenset({"deliveries", "tasks", "orders", "tasks:all", "orders:all"})


class Me(Endpoint):
    """An application with its store, or a person with their roles."""

    rules = {"GET": Rule("", ANYBODY, summary="Who calls", answers="ApiApp")}

    def get(self, call: Call) -> Answer:
        application = call.caller.application
        if application is None:
            return _person(call)
        partner = stores_of(call.caller).first() if application.partner_ref else None
        data = {
            "@id": iri("api_apps", application.pk),
            "@type": "ApiApp",
            "id": application.pk,
            "name": application.name,
            "store": iri("stores", partner.pk) if partner else None,
            "shop": None,
        }
        return Answer(data, context="ApiApp")


def _person(call: Call) -> Answer:
    person = call.person
    data = {
        "@id": iri("users", person.pk),
        "@type": "User",
        "id": person.pk,
        "username": person.username,
        "email": person.email or "",
        "fullName": person.name,
        "telephone": person.phone or None,
        "roles": roles_of(call.caller.membership),
        "enabled": person.is_active,
        "addresses": [],
    }
    return Answer(data, context="User")


class Stores(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="The caller's stores", answers="Store", query=("page", "itemsPerPage"))}

    def get(self, call: Call) -> Answer:
        rows = stores_of(call.caller).select_related("place").order_by("name")
        page, total, view = paged(call.request, rows)
        members = [shapes.store(partner, open_hours=_has_hours(call)) for partner in page]
        return Answer(collection(call.request.path, members, total=total, view=view), context="Store")


class Store(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="One store", answers="Store")}

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(shapes.store(store_or_404(call, pk), open_hours=_has_hours(call)), context="Store")


class StoreAddresses(Endpoint):
    """The store's own address first, then its address book."""

    rules = {"GET": Rule("deliveries.view", READS, summary="A store's addresses", answers="Address", query=("page", "itemsPerPage"))}

    def get(self, call: Call, pk: int) -> Answer:
        partner = store_or_404(call, pk)
        page, total, view = paged(call.request, partner.address_book.select_related("place").order_by("contact_name"))
        book = [address(entry.place, contact_name=entry.contact_name, phone=entry.phone, note=entry.note) for entry in page]
        own = [address(partner.place, contact_name=partner.name, phone=partner.phone)] if "hydra:previous" not in view else []
        return Answer(collection(call.request.path, own + book, total=total + 1, view=view), context="Address")


class StoreTimeSlots(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="A store's time slots", answers="TimeSlot")}

    def get(self, call: Call, pk: int) -> Answer:
        store_or_404(call, pk)
        calendar = order_calendar(call.collective)
        slots = [shapes.time_slot(call.collective, calendar, call.collective.today())] if calendar.hours else []
        return Answer(collection(call.request.path, slots), context="TimeSlot")


class StorePackages(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="What a store can send", answers="Package")}

    def get(self, call: Call, pk: int) -> Answer:
        store_or_404(call, pk)
        return Answer(collection(call.request.path, [shapes.package(kind) for kind in ParcelType.objects.all()]), context="Package")


class StorePaymentMethods(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="How a store pays")}

    def get(self, call: Call, pk: int) -> Answer:
        terms = store_or_404(call, pk).terms
        kind = "card" if terms == Partner.Terms.CARD else "invoice"
        return Answer(
            {"@id": call.request.path, "@type": "StorePaymentMethods", "methods": [{"type": kind}]}, context="StorePaymentMethods"
        )


class MyStores(Stores):
    """The stores a person orders for."""


class TimeSlot(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="The windows of a week", answers="TimeSlot")}

    def get(self, call: Call, pk: int) -> Answer:
        calendar = order_calendar(call.collective)
        if pk != call.collective.pk or not calendar.hours:
            raise not_found()
        return Answer(shapes.time_slot(call.collective, calendar, call.collective.today()), context="TimeSlot")


class Choices(Endpoint):
    """The windows that can be chosen now."""

    rules = {"GET": Rule("deliveries.view", READS, summary="The windows that can still be chosen")}

    def get(self, call: Call, pk: int | None = None) -> Answer:
        if pk not in {None, call.collective.pk}:
            raise not_found()
        now = timezone.now()
        found = shapes.choices(order_calendar(call.collective), call.collective.today(), now)
        return Answer({"@id": call.request.path, "@type": "TimeSlotChoices", "choices": found}, context="TimeSlotChoices")


class Packages(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="Kinds of parcels", answers="Package")}

    def get(self, call: Call) -> Answer:
        return Answer(collection(call.request.path, [shapes.package(kind) for kind in ParcelType.objects.all()]), context="Package")


class Package(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="One kind of parcel", answers="Package")}

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(shapes.package(one(ParcelType.objects.all(), pk)), context="Package")


class Address(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="One address", answers="Address")}

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(address(one(places_of(call.caller, _own(call)), pk)), context="Address")


def _own(call: Call) -> QuerySet[Partner]:
    return stores_of(call.caller)


def store_or_404(call: Call, pk: int) -> Partner:
    partner: Partner = one(stores_of(call.caller).select_related("place", "collective"), pk)
    return partner


def _has_hours(call: Call) -> bool:
    return bool(order_calendar(call.collective).hours)
