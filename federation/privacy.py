"""What the federation keeps about a person: the offices they hold, the pieces they added or judged."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from coopdelivery.people.models import Person
from coopdelivery.people.privacy import eraser, exports, obligation
from federation.models import Delegate, Dossier, Evidence, Officer, Review
from federation.register.offices import officers_today


@exports("federation_offices")
def offices_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in Officer.objects.filter(person=person).values("home__name", "since", "until")]


@exports("evidence")
def evidence_of(person: Person) -> list[dict[str, object]]:
    """Added or judged by the person; the files belong to the co-op."""
    rows = Evidence.objects.filter(Q(added_by=person) | Q(reviewer=person)).order_by("id")
    return [
        dict(row) for row in rows.values("dossier__collective__name", "condition", "title", "added_at", "verdict", "reviewed_at", "comment")
    ]


@exports("federation_reviews")
def reviews_of(person: Person) -> list[dict[str, object]]:
    rows = Review.objects.filter(reviewer=person).order_by("id")
    return [dict(row) for row in rows.values("evidence__dossier__collective__name", "evidence__title", "holds", "comment", "at")]


@exports("federation_mandates")
def mandates_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in Delegate.objects.filter(person=person).order_by("id").values("collective__name", "since", "until")]


@obligation
def last_office(person: Person) -> list[str]:
    """Somebody must be able to name the next officer."""
    seats = list(officers_today().values_list("person_id", flat=True))
    return [_("You are the last person with an office of the federation. Name somebody else first.")] if seats == [person.pk] else []


@eraser
def forget(person: Person) -> None:
    """The office ends; verdicts stay, because co-ops trade on them. A contact address that is theirs goes."""
    Officer.objects.filter(person=person, until=None).update(until=timezone.localdate() - timedelta(days=1))
    Delegate.objects.filter(person=person, until=None).update(until=timezone.now())
    if person.email:
        Dossier.objects.filter(contact_email__iexact=person.email).update(contact_email="", contact_name="")
