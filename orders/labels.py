"""A label for each parcel, on A4 sheets or on 10 × 15 cm; what a courier or a hub scans is the number and which parcel it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import segno
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from orders.invoices.render import FONTS, pdf_of
from orders.models import Delivery, Stop, StopKind

SIZES = ("a4", "10x15")
MOST_LABELS = 400


@dataclass(frozen=True, slots=True)
class Label:
    """`piece` of `pieces` of one delivery; `code` is what the square says (a full QR code: telephones do not read micro ones)."""

    delivery: Delivery
    stop: Stop
    sender: str
    name: str
    piece: int
    pieces: int

    @property
    def code(self) -> str:
        return f"{self.delivery.number}/{self.piece}"

    @property
    def square(self) -> SafeString:
        svg: str = segno.make_qr(self.code, error="m").svg_inline(scale=4, border=1)
        return mark_safe(svg)  # noqa: S308  drawn by us from a number


def labels_of(delivery: Delivery) -> Iterator[Label]:
    """Every piece of every drop, in the order of the drops; needs `stops__place`, `stops__parcels` and `partner` at hand."""
    drops = [stop for stop in delivery.stops.all() if stop.kind == StopKind.DROPOFF]
    pieces = [(stop, parcel.name) for stop in drops for parcel in stop.parcels.all() for _n in range(parcel.quantity)]
    sender = delivery.partner.name if delivery.partner else delivery.order.payer_name
    for number, (stop, name) in enumerate(pieces, start=1):
        yield Label(delivery, stop, sender, name, number, len(pieces))


def labels_html(deliveries: Iterable[Delivery], size: str) -> str:
    labels = [label for delivery in deliveries for label in labels_of(delivery)][:MOST_LABELS]
    return render_to_string("orders/labels_pdf.html", {"labels": labels, "size": size, "fonts": FONTS.as_uri()})


def labels_pdf(deliveries: Iterable[Delivery], size: str) -> bytes:
    """One PDF for all of them. Raises NoPaper when the system has no PDF library."""
    return pdf_of(labels_html(deliveries, size))
