"""The OpenAPI 3.1 document, from the endpoints themselves: their addresses, rules, examples and words."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from collectives.api.endpoint import Endpoint, Rule

PARAMETER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>")
KINDS: dict[str, dict[str, Any]] = {
    "int": {"type": "integer", "minimum": 0},
    "uuid": {"type": "string", "format": "uuid"},
    "str": {"type": "string"},
    "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
    "path": {"type": "string"},
}
QUERIES: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "page": {"type": "integer", "minimum": 1},
    "itemsPerPage": {"type": "integer", "minimum": 1, "maximum": 100},
    "after": {"type": "integer", "minimum": 0},
}
LD = "application/ld+json"
Json = dict[str, Any]


class Route(NamedTuple):
    path: str
    endpoint: type[Endpoint]


def routes() -> list[Route]:
    """Every endpoint with its address as OpenAPI writes it, in the order of the addresses."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Route]:
    for entry in patterns:
        if not isinstance(entry.pattern, RoutePattern):
            continue
        whole = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, whole)
        elif (endpoint := getattr(entry.callback, "endpoint", None)) is not None and "<path:rest>" not in whole:
            yield Route("/" + PARAMETER.sub(r"{\g<name>}", whole), endpoint)


def document(*, server: str) -> Json:
    converters = {route.path: route for route in routes()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Coopdelivery", "version": "1", "description": "Deliveries by bike: ordered, planned, ridden and followed."},
        "servers": [{"url": server}],
        "paths": {path: _path(route) for path, route in converters.items()},
        "components": {"schemas": SCHEMAS, "securitySchemes": SECURITY},
    }


def _path(route: Route) -> Json:
    operations = {method.lower(): _operation(route, method, rule) for method, rule in route.endpoint.rules.items()}
    names = re.findall(r"{(\w+)}", route.path)
    parameters = [{"name": name, "in": "path", "required": True, "schema": _kind_of(name)} for name in names]
    return {**({"parameters": parameters} if parameters else {}), **operations}


def _kind_of(name: str) -> Json:
    kinds = {"pk": "int", "ref": "uuid", "name": "slug"}
    return {"type": "string", "format": "date"} if name == "day" else KINDS[kinds.get(name, "str")]


def _operation(route: Route, method: str, rule: Rule) -> Json:
    operation: Json = {
        "operationId": f"{method.lower()}{route.path.replace('{', '').replace('}', '').replace('/', '_').replace('.', '_')}",
        "summary": rule.summary or " ".join((route.endpoint.__doc__ or "").split()),
        "description": " ".join((route.endpoint.__doc__ or "").split()),
        "tags": [tag_of(route.path)],
        "security": [] if route.endpoint.open_because else [{"application": sorted(rule.scopes)}, {"bearer": []}],
        "parameters": [{"name": name, "in": "query", "schema": QUERIES.get(name, {"type": "string"})} for name in rule.query],
        "responses": _responses(route, rule),
    }
    body = _body(route, method, rule)
    return {**operation, **({"requestBody": body} if body else {})}


def tag_of(path: str) -> str:
    """The collection an address belongs to."""
    parts = path.strip("/").split("/")
    return parts[1] if parts[0] == "api" and len(parts) > 1 else parts[0]


def _body(route: Route, method: str, rule: Rule) -> Json | None:
    if method in {"GET", "DELETE"}:
        return None
    if route.endpoint.takes_files:
        form = {"type": "object", "properties": {"file": {"type": "string", "contentMediaType": "image/jpeg"}}, "required": ["file"]}
        return {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    if isinstance(rule.example, str):
        return {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}}
    schema = {"type": "array"} if isinstance(rule.example, list) else {"type": "object"}
    content: Json = {"schema": schema, **({"example": rule.example} if rule.example is not None else {})}
    return {"content": {LD: content}}


def _responses(route: Route, rule: Rule) -> Json:
    found: Json = {str(rule.status): _success(rule)}
    for code in ("400", "404", "409", "413", "422", "429"):
        found[code] = _refusal(code)
    if not route.endpoint.open_because:
        found["401"] = _refusal("401")
        found["403"] = _refusal("403")
    else:
        found["401"] = _refusal("401")
    return found


def _success(rule: Rule) -> Json:
    if rule.status == 204:
        return {"description": "Done; nothing is answered."}
    kinds: Json = {"application/json": {"schema": {}}, LD: {"schema": {}}}
    return {"description": rule.answers or "Done.", "content": kinds}


WORDS = {
    "400": "It cannot be taken as sent; the sentence says why.",
    "401": "The token is missing, wrong or over.",
    "403": "These keys, or this role, do not allow it.",
    "404": "It is not there, or not yours.",
    "409": "Somebody else changed it, or it is still being worked on.",
    "413": "The body is too big.",
    "422": "The idempotency key was used with other contents.",
    "429": "Too many calls: wait as long as `Retry-After` says.",
}


def _refusal(code: str) -> Json:
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {"description": WORDS[code], "content": {LD: {"schema": schema}, "application/json": {"schema": schema}}}


_TEXT: Json = {"type": "string"}
_VIOLATION: Json = {"propertyPath": _TEXT, "message": _TEXT}
SCHEMAS: Json = {
    "Refusal": {
        "anyOf": [
            {"$ref": "#/components/schemas/Error"},
            {"$ref": "#/components/schemas/ConstraintViolationList"},
            {"$ref": "#/components/schemas/NotSignedIn"},
            {"$ref": "#/components/schemas/OAuthError"},
            {"$ref": "#/components/schemas/NoData"},
        ]
    },
    "Error": {
        "type": "object",
        "required": ["@context", "@type", "hydra:title", "hydra:description"],
        "properties": {"@type": {"const": "hydra:Error"}, "hydra:title": _TEXT, "hydra:description": _TEXT},
    },
    "ConstraintViolationList": {
        "type": "object",
        "required": ["@context", "@type", "hydra:title", "hydra:description", "violations"],
        "properties": {
            "@type": {"const": "ConstraintViolationList"},
            "hydra:description": _TEXT,
            "violations": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["propertyPath", "message"],
                    "properties": {"propertyPath": _TEXT, "message": _TEXT},
                },
            },
        },
    },
    "NotSignedIn": {"type": "object", "required": ["code", "message"], "properties": {"code": {"const": 401}, "message": _TEXT}},
    "OAuthError": {
        "type": "object",
        "required": ["error", "error_description", "message"],
        "properties": {"error": _TEXT, "error_description": _TEXT, "message": _TEXT},
    },
    "NoData": {"type": "object", "required": ["error"], "properties": {"error": {"const": "No data found."}}},
}
SECURITY: Json = {
    "application": {
        "type": "oauth2",
        "description": "A program, with its key and secret.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth2/token",
                "scopes": {
                    "deliveries": "Order and follow one partner's deliveries",
                    "tasks": "Read one partner's tasks",
                    "tasks:all": "Read every task of the co-op",
                    "orders": "Read one partner's orders",
                    "orders:all": "Read every delivery of the co-op",
                },
            }
        },
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "A person's token from /api/login_check, or an API key (ak_…)."},
}
