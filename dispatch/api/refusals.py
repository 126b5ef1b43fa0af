"""How refusals of dispatch are told to callers."""

from collectives.api.errors import ApiError, Invalid, Violation, translates
from dispatch.services.refusals import CannotMove, NotAPlanner, Refused, StaleRound


@translates(Refused)
def bad_request(error: Refused) -> ApiError:
    return ApiError(400, error.sentence)


@translates(CannotMove)
def bad_field(error: CannotMove) -> ApiError:
    return Invalid(Violation(error.field, error.sentence, "cannot_move"))


@translates(NotAPlanner)
def not_yours(error: NotAPlanner) -> ApiError:
    return ApiError(403, error.sentence)


@translates(StaleRound)
def changed(error: StaleRound) -> ApiError:
    """With the tours as they are now."""
    return ApiError(409, error.sentence, current=[{"@id": f"/api/tours/{row.pk}", "version": row.version} for row in error.rounds])
