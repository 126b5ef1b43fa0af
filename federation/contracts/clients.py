"""Once a lot is in force, its co-op takes the client in as a partner, on a price list of its own: orders arrive as any partner's."""

from collectives.models import Collective
from coopdelivery.people.models import Person
from coopdelivery.places.services import find_or_create_place
from federation.contracts.calls import attempts, record
from federation.contracts.refusals import ClientNamed, NotPossibleNow, NotYours
from federation.models import Allotment
from orders.models import Partner, PriceList
from orders.refusals import NameTaken
from orders.services.partners import add_partner


def take_on(*, allotment: Allotment, collective: Collective, price_list: PriceList, address: str, by: Person) -> Partner:
    """The client as a partner of the co-op, once. Acts for `collective`. Raises NotYours, NotPossibleNow, ClientNamed.

    `address` is where its goods are fetched. Looks it up: never inside a transaction.
    """
    contract = allotment.lot.contract
    place = find_or_create_place(collective_id=collective.pk, text=address, name=contract.client, country=collective.country)
    with attempts(contract, "take on", by) as row:
        if allotment.collective_id != collective.pk:
            raise NotYours
        held = Allotment.objects.select_for_update().get(pk=allotment.pk)
        if held.state != Allotment.State.IN_FORCE or held.partner_ref is not None:
            raise NotPossibleNow
        try:
            partner = _the_clients(row.client, collective) or add_partner(
                collective=collective, name=row.client, place=place, price_list=price_list, by=by, kind=Partner.Kind.INSTITUTION
            )
        except NameTaken as error:
            raise ClientNamed(name=row.client) from error
        Allotment.objects.filter(pk=held.pk, partner_ref=None).update(partner_ref=partner.ref)
        record("contract.client_taken_on", row, by, collective, allotment=str(held.ref), partner=str(partner.ref))
    return partner


def _the_clients(name: str, collective: Collective) -> Partner | None:
    """The partner that another lot of this client brought already."""
    refs = Allotment.objects.filter(lot__contract__client=name, collective=collective).exclude(partner_ref=None)
    return Partner.objects.filter(ref__in=refs.values("partner_ref")).first()
