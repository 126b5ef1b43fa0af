"""What a new collective still lacks before it can work. Floors above add their steps; this floor only keeps the list."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.access import allows
from collectives.models import Collective, Membership, OpeningHours, Role, RoleHeld, Vehicle, Zone


@dataclass(frozen=True, slots=True)
class Step:
    """`done` is asked inside the collective's scope."""

    key: str
    label: str | Promise
    url_name: str
    permission: str
    done: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class StepShown:
    label: str | Promise
    url: str
    done: bool


_steps: dict[str, Step] = {}


def add_step(key: str, *, label: str | Promise, url_name: str, permission: str, done: Callable[[], bool]) -> None:
    """Register a first step; called once, when the program starts."""
    _steps[key] = Step(key, label, url_name, permission, done)


def steps_for(membership: Membership | None, collective: Collective) -> list[StepShown]:
    """The steps this member may take, done or not; none when all are done, or for those who may take none."""
    mine = [step for step in _steps.values() if allows(membership, step.permission)]
    shown = [StepShown(step.label, reverse(step.url_name, kwargs={"collective": collective.slug}), step.done()) for step in mine]
    return shown if any(not step.done for step in shown) else []


add_step(
    "hours", label=_("Opening hours"), url_name="collectives:hours", permission="hours.edit", done=lambda: OpeningHours.objects.exists()
)
add_step("zone", label=_("Zone"), url_name="collectives:zones", permission="zones.edit", done=lambda: Zone.objects.exists())
add_step("vehicles", label=_("Bikes"), url_name="collectives:vehicles", permission="fleet.edit", done=lambda: Vehicle.objects.exists())
add_step(
    "team",
    label=_("Couriers"),
    url_name="collectives:invitation_new",
    permission="members.invite",
    done=lambda: RoleHeld.objects.filter(role=Role.COURIER, membership__is_active=True).exists(),
)
