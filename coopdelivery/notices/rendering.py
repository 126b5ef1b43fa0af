"""From a kind and its context to the words of a message, in the reader's language, zone and clock."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation

from coopdelivery.kit.words import clock_style
from coopdelivery.notices.kinds import Kind
from coopdelivery.notices.letterhead import Letterhead


@dataclass(frozen=True, slots=True)
class Words:
    """`short` is what a push or an SMS says."""

    subject: str
    text: str
    html: str
    short: str


def render(kind: Kind, context: Mapping[str, object], *, language: str, clock: str, letterhead: Letterhead) -> Words:
    """The words of one message. TemplateDoesNotExist when the kind has no `.txt`."""
    with translation.override(language), timezone.override(letterhead.zone), clock_style(clock):
        full = {
            **context,
            "letterhead": letterhead,
            "base_url": settings.BASE_URL,
            "preferences_url": settings.BASE_URL + reverse("notices:preferences"),
            "LANGUAGE_CODE": language,
        }
        first, _, rest = plain(f"{kind.template}.txt", full).strip().partition("\n")
        subject, text = " ".join(first.split())[:200], rest.strip() + "\n"
        full |= {"subject": subject, "text": text}
        short = optional(f"{kind.template}_short.txt", full) or subject
        html = html_of(kind, full)
    return Words(subject=subject, text=text, html=html, short=" ".join(short.split())[:300])


def plain(name: str, context: Mapping[str, object]) -> str:
    """A text template, where `&` stays `&`."""
    return str(get_template(name).template.render(Context(dict(context), autoescape=False)))  # type: ignore[attr-defined]  # Django's engine


def optional(name: str, context: Mapping[str, object]) -> str:
    try:
        return plain(name, context)
    except TemplateDoesNotExist:
        return ""


def html_of(kind: Kind, context: dict[str, object]) -> str:
    """The kind's own HTML, else its text laid on our letterhead."""
    try:
        return str(get_template(f"{kind.template}.html").render(context))
    except TemplateDoesNotExist:
        return str(get_template("emails/_from_text.html").render(context))
