"""Papers and photos that came with a delivery: for whoever carries it today, and for nobody else."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from collectives.access import needs
from dispatch.pocket.day import day_of_courier
from dispatch.pocket.views.shared import me
from orders.models import Document
from orders.views.extras import file_of


@needs("pocket.use")
@require_safe
def paper(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """404 for a delivery that is not in one's own day."""
    today = day_of_courier(me(request))
    mine = {task.delivery_id for visit in today.stops for task in visit.tasks}
    return file_of(get_object_or_404(Document, ref=ref, delivery__in=mine))
