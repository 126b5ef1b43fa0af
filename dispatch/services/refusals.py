"""Why a gesture was refused: every refusal carries a sentence for the person who made it."""

from collections.abc import Sequence

from dispatch.models import Round


class Refused(Exception):
    """Nothing was changed. `sentence` says why, in the language of who asked; `field` names the input at fault, if one is."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAPlanner(Refused):
    """Plans are made by people of the collective who may plan; never by a rule or the system."""


class CannotMove(Refused):
    """One of the tasks is finished, cancelled, unknown here, or cannot go where it was put."""


class StaleRound(Refused):
    """The list changed since the person saw it; `rounds` are the rounds as they are now."""

    def __init__(self, sentence: str, *, rounds: Sequence[Round]) -> None:
        super().__init__(sentence)
        self.rounds = list(rounds)


class CannotUndo(Refused):
    """Somebody touched it since, or it is too late; the sentence says which."""


class CannotProgress(Refused):
    """The task is not in a state, or not in hands, that allow it."""


class NotOnBoard(CannotProgress):
    """A drop whose parcels were not picked up."""


class BadProof(Refused):
    """The picture cannot be kept: too big, or not a picture."""


class AlreadyDecided(Refused):
    """Somebody decided about this incident before."""
