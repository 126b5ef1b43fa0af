"""What pages say of framework contracts: lots with who applied, how they were allotted, and what was said against it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from collectives.models import Collective
from federation.contracts.calls import HELD
from federation.models import Allotment, Appeal, Application, FrameworkContract, Lot

State = FrameworkContract.State


@dataclass(frozen=True, slots=True)
class LotRow:
    """One lot. `applications` is empty while the call runs: nobody reads them before the last day."""

    lot: Lot
    applications: list[Application]
    allotments: list[Allotment]
    mine: Application | None

    @property
    def current(self) -> Allotment | None:
        """The one that stands still or is in force."""
        return next((each for each in self.allotments if each.state in HELD), None)


@dataclass(frozen=True, slots=True)
class ContractPage:
    contract: FrameworkContract
    lots: list[LotRow]
    today: date

    @property
    def is_asking(self) -> bool:
        return self.contract.takes_applications(self.today)

    @property
    def is_to_allot(self) -> bool:
        return self.contract.is_to_allot(self.today)


def contracts() -> QuerySet[FrameworkContract]:
    """The newest first, each with how many lots it has and how many of them are in force."""
    in_force = Q(lots__allotments__state=Allotment.State.IN_FORCE)
    counts = {"lot_count": Count("lots", distinct=True), "in_force": Count("lots", filter=in_force, distinct=True)}
    return FrameworkContract.objects.select_related("opened_by").annotate(**counts)


def published() -> QuerySet[FrameworkContract]:
    """What co-ops read: not what is still in preparation."""
    return contracts().exclude(state=State.DRAFT)


def all_lots() -> QuerySet[Lot]:
    return Lot.objects.select_related("contract__opened_by")


def all_allotments() -> QuerySet[Allotment]:
    return Allotment.objects.select_related("lot__contract__opened_by", "collective", "decided_by")


def all_appeals() -> QuerySet[Appeal]:
    return Appeal.objects.select_related("allotment__lot__contract__opened_by", "collective", "made_by", "decided_by")


def page_of(contract: FrameworkContract, today: date, collective: Collective | None = None) -> ContractPage:
    """Four queries, however many lots and candidates. `collective`: whose own applications are shown too.

    An allotment that its co-op did not take is kept, and shown to nobody.
    """
    asking = contract.takes_applications(today)
    applied = Application.objects.filter(lot__contract=contract).select_related("collective").order_by("collective__name", "pk")
    by_lot: dict[int, list[Application]] = defaultdict(list)
    for application in applied:
        by_lot[application.lot_id].append(application)
    objected = Prefetch("appeals", Appeal.objects.select_related("collective", "decided_by"))
    told = Allotment.objects.exclude(state=Allotment.State.DECLINED).select_related("collective", "decided_by")
    decided = Prefetch("allotments", told.prefetch_related(objected))
    own = collective.pk if collective else 0
    lots = [
        LotRow(
            lot,
            [] if asking else by_lot[lot.pk],
            list(lot.allotments.all()),
            next((each for each in by_lot[lot.pk] if each.collective_id == own), None),
        )
        for lot in Lot.objects.filter(contract=contract).prefetch_related(decided)
    ]
    return ContractPage(contract, lots, today)
