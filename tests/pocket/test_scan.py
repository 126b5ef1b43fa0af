"""A label's code finds its stop: our own by number and piece, a foreign one once it is tied."""

import pytest
from django.test import Client

from dispatch.models import BoundLabel, Task
from dispatch.pocket.codes import holder_of
from dispatch.pocket.visits import Visit


@pytest.mark.parametrize(("code", "position"), [("{n}", 0), ("{n}/1", 0), ("{n}/2", 0)])
def test_a_label_of_ours_opens_its_next_stop(phone: Client, stops: list[Task], code: str, position: int) -> None:
    answer = phone.get("/courier/scan/", {"code": code.format(n=stops[0].delivery.number.lower())})
    assert answer.headers["Location"] == f"/courier/stops/{stops[position].ref}/"


def test_a_code_that_is_not_in_the_day_says_so_and_can_be_tied_to_a_stop(phone: Client, stops: list[Task]) -> None:
    page = phone.get("/courier/scan/", {"code": "4006381333931"}).content.decode()
    assert "4006381333931 is not in your day." in page
    answer = phone.post("/courier/scan/", {"code": "4006381333931", "tasks": str(stops[1].ref)})
    assert answer.headers["Location"] == f"/courier/stops/{stops[1].ref}/"
    assert BoundLabel.objects.get().task == stops[1]
    assert phone.get("/courier/scan/", {"code": "4006381333931"}).status_code == 302


def test_no_code_ties_nothing(phone: Client, stops: list[Task]) -> None:
    assert phone.post("/courier/scan/", {"code": " ", "tasks": str(stops[1].ref)}).status_code == 400
    assert not BoundLabel.objects.exists()


@pytest.mark.parametrize(
    ("code", "known", "fits"),
    [
        ("HE-1/3", "HE-1/1-5", True),
        ("HE-1/6", "HE-1/1-5", False),
        ("HE-1/x", "HE-1/1-5", False),
        ("HE-1", "HE-1/4-5", True),
        ("HE-1/9", "HE-1/1-0", True),  # nobody said how many parcels
        ("HE-2/1", "HE-1/1-5", False),
        ("A/B", "A/B", True),
        ("A/C", "A/B", False),
    ],
)
def test_a_piece_belongs_to_the_drop_whose_pieces_it_is_among(stops: list[Task], code: str, known: str, *, fits: bool) -> None:
    assert stops[0].round is not None
    visit = Visit([stops[0]], stops[0].round, codes=[known])
    assert (holder_of(code, [visit]) is visit) == fits
