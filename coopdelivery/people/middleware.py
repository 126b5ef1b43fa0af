"""Language, colours and clock as each person chose; visitors get what their browser asks for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from coopdelivery.kit.words import clock_style
from coopdelivery.people.models import Person


class LanguageMiddleware(LocaleMiddleware):
    """Before sign-in is known: the language cookie, then the browser's wish."""


class PreferencesMiddleware:
    """After sign-in: the person's own language and clock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, Person) and person.language in dict(settings.LANGUAGES):
            translation.activate(person.language)
            request.LANGUAGE_CODE = person.language
        with clock_style(person.clock if isinstance(person, Person) else "24"):
            return self.get_response(request)
