"""Refusals in the dialect's shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

TITLE = "An error occurred"


class ApiError(APIException):
    """A refusal for the caller: `hydra:Error` with one sentence."""

    def __init__(self, status: int, sentence: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(sentence)
        self.status_code = status
        self.status, self.sentence, self.headers, self.more = status, sentence, headers or {}, more

    def body(self) -> dict[str, Any]:
        return {
            "@context": "/api/contexts/Error",
            "@type": "hydra:Error",
            "hydra:title": TITLE,
            "hydra:description": self.sentence,
            **self.more,
        }


class Unauthenticated(ApiError):
    """401, with the code in the body: the app looks there."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message, headers={"WWW-Authenticate": "Bearer"})

    def body(self) -> dict[str, Any]:
        return {"code": 401, "message": self.sentence}


@dataclass(frozen=True, slots=True)
class Violation:
    """`path` is where in the body, such as `dropoff.timeSlot`; empty for the whole."""

    path: str
    message: str
    code: str = ""


class Invalid(ApiError):
    """400: the body as a whole, or fields of it, cannot be taken. `more` are keys of the answer, such as `nextSlots`."""

    def __init__(self, *violations: Violation, **more: Any) -> None:
        sentence = "\n".join(f"{each.path}: {each.message}" if each.path else each.message for each in violations)
        super().__init__(400, sentence, **more)
        self.violations = violations

    def body(self) -> dict[str, Any]:
        return {
            "@context": "/api/contexts/ConstraintViolationList",
            "@type": "ConstraintViolationList",
            "hydra:title": TITLE,
            "hydra:description": self.sentence,
            "violations": [{"propertyPath": each.path, "message": each.message, "code": each.code or None} for each in self.violations],
            **self.more,
        }


def invalid(path: str, message: str, code: str = "") -> Invalid:
    return Invalid(Violation(path, message, code))


def not_found() -> ApiError:
    return ApiError(404, _("Not found."))


Translator = Callable[[Any], ApiError]
_translators: dict[type[Exception], Translator] = {}


def translates(kind: type[Exception]) -> Callable[[Translator], Translator]:
    """Register how a floor's refusals are told to callers; the most particular class wins."""

    def register(translator: Translator) -> Translator:
        _translators[kind] = translator
        return translator

    return register


def refusals() -> tuple[type[Exception], ...]:
    return tuple(_translators)


def told(error: Exception) -> ApiError:
    """The answer for a refusal of a service."""
    kind = next(kind for kind in type(error).__mro__ if kind in _translators)
    return _translators[kind](error)


def refusal_of(error: Exception) -> ApiError | None:
    """How an exception is told to the caller; None for a fault of ours."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, PermissionDenied):
        return ApiError(403, _("These keys, or your role in this co-op, do not allow it."))
    if isinstance(error, APIException):
        return ApiError(error.status_code, str(error.detail))
    return told(error) if isinstance(error, refusals()) else None
