"""How bodies come in: JSON within limits, whatever type is written over it."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from collectives.api.errors import ApiError, invalid

MOST_BYTES = 2 * 1024 * 1024
DEEPEST = 32
MOST_NUMBER = 2**53
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class BodyParser(BaseParser):
    """JSON of at most two megabytes. Raises Invalid, ApiError (413)."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise too_big()
        return json_of(raw)


def too_big() -> ApiError:
    return ApiError(413, _("Send at most 2 MB."))


def json_of(raw: bytes) -> Any:
    """Raises Invalid for what is no JSON, too deep, or holds numbers nobody can mean."""
    if not raw.strip():
        return {}
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise invalid("", _("This is not JSON: %(why)s.") % {"why": str(error)[:120]}, "bad_json") from error
    _check(data, 0)
    return data


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise invalid("", _("This is nested too deeply."), "too_deep")
    if isinstance(value, str) and "\0" in value:
        raise invalid("", _("A text holds a character that cannot be kept."), "bad_text")
    if isinstance(value, int | float) and abs(value) > MOST_NUMBER:
        raise invalid("", _("A number is too large."), "too_large")
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            _check(each, depth + 1)
        if isinstance(value, dict):
            for key in value:
                _check(key, depth + 1)
