"""What the ground floor cannot know: in whose name a message speaks, and which messages a person may get."""

from collectives.models import Collective
from collectives.workplaces import roles_everywhere
from coopdelivery.notices import services as notices
from coopdelivery.people.models import Person


@notices.letterhead_source
def letterhead(collective_id: int) -> notices.Letterhead | None:
    """Name, zone, language and addresses of one collective."""
    collective = Collective.objects.filter(pk=collective_id).first()
    if collective is None:
        return None
    return notices.Letterhead(
        name=collective.name,
        zone=collective.zone,
        language=collective.language,
        country=collective.country,
        reply_to=collective.email,
        phone=collective.phone,
    )


@notices.audience_source
def roles_anywhere(person: Person) -> set[str]:
    """The roles a person holds in any collective: each brings its kinds of message."""
    return {role for _slug, role in roles_everywhere(person.pk)}
