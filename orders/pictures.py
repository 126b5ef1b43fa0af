"""Pictures that people send: drawn anew, so that nothing but the picture is kept."""

import io
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from orders.refusals import Refused

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


class BadPicture(Refused):
    code = "bad_picture"
    sentence = _("This file is not a picture that can be read: choose a JPEG, PNG or WebP of at most 8 MB.")


def redrawn(upload: IO[bytes], *, longest: int, field: str = "photo") -> bytes:
    """A fresh JPEG of at most `longest` pixels a side, upright, without where and on what it was taken. Raises BadPicture."""
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise BadPicture(field)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise BadPicture(field)
            opened.draft("RGB", (longest * 2, longest * 2))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadPicture(field) from error
    upright.thumbnail((longest, longest))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
