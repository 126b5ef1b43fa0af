"""No collective, no rows: what the manager covers, each way of asking, and what it is known not to cover."""

from collections.abc import Callable

import pytest
from celery import shared_task
from django.db import models, transaction
from django.db.models import Count, Max, Q

from collectives.forms import OwnedForm
from collectives.models import Collective, Membership, RoleHeld, Shift, Vehicle, Zone
from collectives.services import save_vehicle
from collectives.tasks import OwnedTask
from collectives.tenancy import NoCollective, acting_for, acting_for_everyone, acting_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def bakfiets(montreuil: Collective) -> Vehicle:
    return save_vehicle(collective=montreuil, name="Bakfiets", by=None)


@pytest.fixture
def stranger(nantes: Collective) -> Vehicle:
    return save_vehicle(collective=nantes, name="Triporteur", by=None)


def test_rows_cannot_be_asked_for_while_nobody_acts() -> None:
    with pytest.raises(NoCollective, match=r"Vehicle: wrap this in acting_for\(collective\)"):
        list(Vehicle.objects.all())


ASKING: dict[str, Callable[[], object]] = {
    "list": lambda: list(Vehicle.objects.all()),
    "get": lambda: Vehicle.objects.get(name="Bakfiets"),
    "first": lambda: Vehicle.objects.first(),
    "count": lambda: Vehicle.objects.count(),
    "exists": lambda: Vehicle.objects.exists(),
    "aggregate": lambda: Vehicle.objects.aggregate(Max("max_weight_g")),
    "annotate": lambda: list(Vehicle.objects.annotate(n=Count("pk"))),
    "values": lambda: list(Vehicle.objects.values("name")),
    "iterator": lambda: list(Vehicle.objects.iterator()),
    "in_bulk": lambda: Vehicle.objects.in_bulk([1]),
    "update": lambda: Vehicle.objects.update(name="Mine"),
    "delete": lambda: Vehicle.objects.filter(name="Bakfiets").delete(),
    "bulk_update": lambda: Vehicle.objects.bulk_update([Vehicle(pk=1, name="Mine")], ["name"]),
    "lock": lambda: list(Vehicle.objects.select_for_update()),
    "slice": lambda: list(Vehicle.objects.all()[:1]),
    "union": lambda: list(Vehicle.objects.order_by().union(Vehicle.objects.order_by())),
    "subquery": lambda: list(Collective.objects.filter(pk__in=Vehicle.objects.values("collective_id"))),
}


@pytest.mark.parametrize("way", ASKING)
def test_every_way_of_asking_is_refused_while_nobody_acts(way: str, bakfiets: Vehicle) -> None:
    with pytest.raises(NoCollective), transaction.atomic():
        ASKING[way]()
    with acting_for(bakfiets.collective):
        assert Vehicle.objects.get().name == "Bakfiets"


SEEN: dict[str, Callable[[], list[str]]] = {
    "list": lambda: [row.name for row in Vehicle.objects.all()],
    "get": lambda: [Vehicle.objects.get().name],
    "count": lambda: ["Bakfiets"] * Vehicle.objects.count(),
    "aggregate": lambda: [Vehicle.objects.aggregate(last=Max("name"))["last"]],
    "annotate": lambda: [row.name for row in Vehicle.objects.annotate(n=Count("pk"))],
    "values": lambda: list(Vehicle.objects.values_list("name", flat=True)),
    "iterator": lambda: [row.name for row in Vehicle.objects.iterator()],
    "in_bulk": lambda: [row.name for row in Vehicle.objects.in_bulk().values()],
    "lock": lambda: [row.name for row in Vehicle.objects.select_for_update()],
    "slice": lambda: [row.name for row in Vehicle.objects.all()[:5]],
    "union": lambda: [row.name for row in Vehicle.objects.order_by().union(Vehicle.objects.order_by())],
    "or": lambda: [row.name for row in Vehicle.objects.filter(Q(electric=True) | Q(electric=False))],
}


@pytest.mark.parametrize("way", SEEN)
def test_only_rows_of_the_acting_collective_are_seen(way: str, bakfiets: Vehicle, stranger: Vehicle) -> None:
    with acting_for(bakfiets.collective):
        assert SEEN[way]() == ["Bakfiets"]


def test_an_update_or_a_delete_reaches_no_other_collective(bakfiets: Vehicle, stranger: Vehicle) -> None:
    with acting_for(bakfiets.collective):
        assert Vehicle.objects.update(max_volume_l=1) == 1
        assert Vehicle.objects.filter(pk=stranger.pk).update(name="Mine") == 0
        assert Vehicle.objects.filter(pk=stranger.pk).delete()[0] == 0
    with acting_for(stranger.collective):
        assert Vehicle.objects.get().max_volume_l == 300


def test_a_bulk_update_writes_only_own_rows(bakfiets: Vehicle, stranger: Vehicle) -> None:
    bakfiets.name = stranger.name = "Renamed"
    with acting_for(bakfiets.collective):
        assert Vehicle.objects.bulk_update([bakfiets, stranger], ["name"]) == 1
    with acting_for(stranger.collective):
        assert Vehicle.objects.get().name == "Triporteur"


def test_a_reverse_relation_asks_for_the_scope_too(carl: Membership) -> None:
    with pytest.raises(NoCollective):
        list(carl.held.all())
    with acting_for(carl.collective):
        assert [held.role for held in carl.held.all()] == ["courier"]


def test_a_queryset_made_inside_the_scope_stays_with_its_collective(bakfiets: Vehicle, stranger: Vehicle) -> None:
    with acting_for(bakfiets.collective):
        rows = Vehicle.objects.all()
    assert [row.name for row in rows] == ["Bakfiets"]
    with acting_for(stranger.collective):
        assert [row.name for row in rows.order_by("pk")] == ["Bakfiets"]


def test_scopes_nest_and_close(montreuil: Collective, nantes: Collective) -> None:
    with acting_for(montreuil):
        with acting_for(nantes):
            assert acting_id() == nantes.pk
        assert acting_id() == montreuil.pk
    assert acting_id() is None


def test_a_scope_closes_when_something_breaks_inside(montreuil: Collective) -> None:
    with pytest.raises(ZeroDivisionError), acting_for(montreuil):
        raise ZeroDivisionError
    assert acting_id() is None


def test_an_unsaved_collective_cannot_act() -> None:
    with pytest.raises(NoCollective, match="not saved yet"), acting_for(Collective()):
        pass


def test_everyone_at_once_needs_a_reason(bakfiets: Vehicle, stranger: Vehicle) -> None:
    with pytest.raises(ValueError, match="say why"), acting_for_everyone(""):
        pass
    with acting_for_everyone("this test counts the vehicles of all"):
        assert Vehicle.objects.count() == 2


class ShiftForm(OwnedForm):
    class Meta:
        model = Shift
        fields = ("membership",)


def names_offered(form: OwnedForm) -> list[str]:
    field = form.fields["membership"]
    return [str(choice.person) for choice in field.queryset]  # type: ignore[attr-defined]  # a ModelChoiceField


def test_the_choices_of_a_form_are_those_of_the_collective_acting_now(carl: Membership, nina: Membership) -> None:
    with acting_for(carl.collective):
        assert names_offered(ShiftForm()) == ["Carl"]
    with acting_for(nina.collective):
        assert names_offered(ShiftForm()) == ["Nina"]


def test_a_choice_of_another_collective_is_refused_by_the_form(carl: Membership, nina: Membership) -> None:
    with acting_for(carl.collective):
        assert not ShiftForm({"membership": nina.pk}).is_valid()
        assert ShiftForm({"membership": carl.pk}).is_valid()


@shared_task(base=OwnedTask, name="tests.vehicle_names")
def vehicle_names(collective_id: int) -> list[str]:
    return list(Vehicle.objects.values_list("name", flat=True))


def test_a_task_of_a_collective_opens_its_scope_from_its_first_argument(bakfiets: Vehicle, stranger: Vehicle) -> None:
    assert vehicle_names(bakfiets.collective_id) == ["Bakfiets"]
    with pytest.raises(TypeError, match="the first argument must be the collective's id"):
        vehicle_names("montreuil")


def test_known_not_to_be_covered_a_join_from_an_unowned_model_crosses(carl: Membership, nina: Membership) -> None:
    """So a question about owned rows starts from them; start from the person only for the person's own."""
    joined = type(carl.person).objects.filter(memberships__held__role="admin")
    with acting_for(carl.collective):
        assert list(joined) == [nina.person]
        assert list(RoleHeld.objects.filter(role="admin")) == []


def test_known_not_to_be_covered_an_object_already_held_can_be_read_and_saved(stranger: Vehicle, montreuil: Collective) -> None:
    """So the door is the first fetch: views get rows by reference, inside the scope."""
    with acting_for(montreuil):
        stranger.refresh_from_db()
        assert stranger.collective.slug == "nantes"


def test_every_owned_model_has_the_closed_manager() -> None:
    owned = [Membership, RoleHeld, Shift, Vehicle, Zone]
    for model in owned:
        with pytest.raises(NoCollective):
            model._default_manager.count()


def test_unique_names_are_unique_within_a_collective_only(montreuil: Collective, nantes: Collective) -> None:
    for collective in (montreuil, nantes):
        save_vehicle(collective=collective, name="Bakfiets", by=None)
    with acting_for_everyone("this test counts the vehicles of all"):
        assert Vehicle.objects.filter(name="Bakfiets").count() == 2
    assert isinstance(Vehicle._meta.constraints[0], models.UniqueConstraint)
