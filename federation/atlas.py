"""Where the collectives are, as one small drawing. The table or list beside it says the same in words."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from collectives.models import Collective, Standing
from federation.land import coasts

WIDTH = 590
LOWEST, HIGHEST = 380, 560
MARGIN = 64
NARROWEST = math.radians(16)  # of longitude: closer than that, the simplified coasts would mislead
FONT = 19
SHAPES = {Standing.MEMBER: "member", Standing.TRIAL: "trial", Standing.APPLICANT: "applicant", Standing.LAPSED: "lapsed"}


@dataclass(frozen=True, slots=True)
class Mark:
    """`x`, `y` in the drawing; `anchor` is `start` or `end`, empty when the label found no room."""

    x: float
    y: float
    shape: str
    title: str
    label: str
    anchor: str = ""

    @property
    def label_x(self) -> float:
        return self.x + (14 if self.anchor == "start" else -14)

    @property
    def label_y(self) -> float:
        return self.y + 6

    @property
    def triangle(self) -> str:
        return f"M{self.x} {self.y - 10}l10 18h-20z"

    @property
    def cross(self) -> str:
        return f"M{self.x - 5} {self.y - 5}l10 10m0 -10l-10 10"

    @property
    def corner_x(self) -> float:
        return self.x - 8

    @property
    def corner_y(self) -> float:
        return self.y - 8


@dataclass(frozen=True, slots=True)
class Atlas:
    land: str
    marks: list[Mark]
    unplaced: int
    height: int
    width: int = WIDTH


def mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """Radians, y growing southwards."""
    bounded = math.radians(max(-84.0, min(84.0, latitude)))
    return math.radians(longitude), -math.log(math.tan(math.pi / 4 + bounded / 2))


@dataclass(frozen=True, slots=True)
class Frame:
    """From the projected plane to the drawing."""

    left: float
    top: float
    scale: float
    height: int

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        x, y = mercator(longitude, latitude)
        return round((x - self.left) * self.scale, 1), round((y - self.top) * self.scale, 1)


def frame_of(points: list[tuple[float, float]]) -> Frame:
    """The smallest frame around (longitude, latitude) points, with a margin; without points, the whole earth. Wide frames are low."""
    spots = [mercator(*point) for point in points] or [mercator(-170, 72), mercator(180, -55)]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    wide, high = max(max(xs) - min(xs), NARROWEST), max(max(ys) - min(ys), NARROWEST)
    height = round(max(LOWEST, min(HIGHEST, (WIDTH - 2 * MARGIN) * high / wide + 2 * MARGIN)))
    scale = min((WIDTH - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high)
    return Frame((max(xs) + min(xs)) / 2 - WIDTH / 2 / scale, (max(ys) + min(ys)) / 2 - height / 2 / scale, scale, height)


def land_path(frame: Frame) -> str:
    """One SVG path of every coast that reaches into the drawing."""
    pieces = []
    for outline in coasts():
        spots = [frame.place(*point) for point in outline]
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        if max(xs) > 0 and min(xs) < WIDTH and max(ys) > 0 and min(ys) < frame.height:
            pieces.append("M" + "L".join(f"{x:g} {y:g}" for x, y in spots) + "Z")
    return "".join(pieces)


def atlas_of(collectives: Iterable[Collective]) -> Atlas:
    """The drawing of these collectives; one without coordinates is counted as unplaced."""
    listed = list(collectives)
    placed = [row for row in listed if (row.latitude, row.longitude) != (0, 0)]
    frame = frame_of([(row.longitude, row.latitude) for row in placed])
    marks = [_mark(row, frame) for row in placed]
    return Atlas(land=land_path(frame), marks=_labelled(marks), unplaced=len(listed) - len(placed), height=frame.height)


def _mark(collective: Collective, frame: Frame) -> Mark:
    x, y = frame.place(collective.longitude, collective.latitude)
    shape = SHAPES.get(Standing(collective.standing), "lapsed")
    title = f"{collective.name}, {collective.city} ({collective.get_standing_display()})"
    return Mark(x, y, shape, title, collective.city)


def _labelled(marks: list[Mark]) -> list[Mark]:
    """Town names where they cover nothing, to the right or else to the left of their mark."""
    taken = [(mark.x - 11, mark.y - 11, mark.x + 11, mark.y + 11) for mark in marks]
    done = []
    for mark in marks:
        room = len(mark.label) * FONT * 0.56
        for anchor, left in (("start", mark.x + 13), ("end", mark.x - 13 - room)):
            box = (left, mark.y - 11, left + room, mark.y + 11)
            if left > 0 and left + room < WIDTH and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                done.append(Mark(mark.x, mark.y, mark.shape, mark.title, mark.label, anchor))
                break
        else:
            done.append(mark)
    return done


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
