"""Who may sign an expense hears that it waits."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from coopdelivery.people.models import Person
from federation.groups.members import members_of
from federation.groups.pot import expenses
from federation.groups.spending import may_sign, signatory_homes
from federation.models import GroupMember

IN_A_GROUP = "in_a_group"
notices.define("expense.asked", label=_("An expense of our working group waits for signatures"), audience=IN_A_GROUP)


@notices.audience_source
def groups(person: Person) -> set[str]:
    return {IN_A_GROUP} if GroupMember.objects.filter(person=person, until=None).exists() else set()


@subscribe("expense.asked")
def tell_of_expense(event: Event) -> None:
    """The group's other members; officers find it on their page."""
    expense = expenses().filter(ref=event.subject).first()
    if expense is None:
        return
    for seat in members_of(expense.mandate.group):
        if may_sign(expense, seat.person, signatory_homes(seat.group, seat.person)):
            url = settings.BASE_URL + reverse("licence:group", kwargs={"collective": seat.home.slug, "group": expense.mandate.group})
            context = {"expense": expense, "group": expense.mandate.get_group_display(), "url": url}
            notices.notify("expense.asked", to=seat.person, collective_id=None, context=context, subject_key=str(event.pk))
