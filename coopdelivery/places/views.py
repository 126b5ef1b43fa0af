"""The base map file, read by the browser a few kilobytes at a time."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from coopdelivery.kit.access import open_to_all
from coopdelivery.places.basemaps import map_file

CONTENT_TYPE = "application/vnd.pmtiles"
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
PIECE = 256 * 1024


@open_to_all("streets are public, and the tracking page of a recipient shows them too")
@require_safe
def basemap(request: HttpRequest, name: str) -> HttpResponseBase:
    """`/map/<name>.pmtiles`, whole or in one range. The static file server would compress it, and then ranges mean nothing."""
    path = map_file(name)
    if path is None:
        raise Http404
    facts = path.stat()
    tag = f'"{facts.st_size:x}-{int(facts.st_mtime):x}"'
    response = _part(request, path, facts.st_size, tag)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Last-Modified"] = http_date(facts.st_mtime)
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _part(request: HttpRequest, path: Path, size: int, tag: str) -> HttpResponseBase:
    asked = request.headers.get("Range", "")
    unchanged = request.headers.get("If-Range", tag) == tag
    if not asked and request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    found = ONE_RANGE.fullmatch(asked) if unchanged else None
    if found is None or not (found[1] or found[2]):
        return FileResponse(path.open("rb"), content_type=CONTENT_TYPE)  # several ranges, or none we know: the whole is a right answer
    first, last = _bounds(found[1], found[2], size)
    if first > last:
        return HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    headers = {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)}
    return StreamingHttpResponse(_pieces(path, first, last), status=HTTPStatus.PARTIAL_CONTENT, content_type=CONTENT_TYPE, headers=headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte; "-500" asks for the last five hundred. Beyond the file: first > last."""
    if not first:
        length = int(last)
        return (max(0, size - length), size - 1) if length else (1, 0)
    end = min(int(last), size - 1) if last else size - 1
    return int(first), end


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0:
            piece = file.read(min(PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
