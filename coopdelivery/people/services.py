"""What a person changes about themselves."""

from django.db import transaction

from coopdelivery.people.models import Person


@transaction.atomic
def change_profile(*, person: Person, name: str, phone: str, language: str, clock: str, theme: str) -> None:
    """Values as cleaned by ProfileForm."""
    Person.objects.filter(pk=person.pk).update(name=name, phone=phone, language=language, clock=clock, theme=theme)


def choose_theme(*, person: Person, theme: str) -> None:
    Person.objects.filter(pk=person.pk).update(theme=theme)


def choose_language(*, person: Person, language: str) -> None:
    Person.objects.filter(pk=person.pk).update(language=language)
