"""The template words draw what the visual language says, without inline styles."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from coopdelivery.kit.drawing import icon as draw_icon
from coopdelivery.kit.money import Money
from coopdelivery.kit.windows import Window

TEN, NOON = datetime(2026, 11, 25, 10, tzinfo=UTC), datetime(2026, 11, 25, 12, tzinfo=UTC)


def drawn(source: str, **context: Any) -> str:
    return str(Template(source).render(Context(context)))


def test_an_icon_is_decoration_unless_it_has_a_name() -> None:
    assert drawn('{% icon "phone" %}') == '<svg class="i" aria-hidden="true"><use href="/static/img/icons.svg#i-phone"/></svg>'
    assert 'role="img" aria-label="Call &quot;Ana&quot;"' in drawn('{% icon "phone" label %}', label='Call "Ana"')


def test_a_state_is_a_shape_and_a_word() -> None:
    text = drawn('{% st "risk" word box=True %}', word="at <risk>")
    assert text.startswith('<span class="st box risk"><svg class="g"')
    assert "icons.svg#g-risk" in text
    assert text.endswith("</svg> at &lt;risk&gt;</span>")


def test_a_state_nobody_drew_is_refused() -> None:
    with pytest.raises(ValueError, match="'blue' is none of ok, risk"):
        drawn('{% st "blue" "word" %}')


def test_a_pickup_is_square_and_the_rider_colours_the_bead() -> None:
    assert drawn('{% bead 4 "pickup" "done" colour=12 %}') == '<span class="bead up done c-t3">4</span>'
    assert drawn('{% bead 4 "dropoff" %}') == '<span class="bead">4</span>'


@pytest.mark.parametrize(
    ("hour", "minute", "x"), [(10, 0, "25%"), (11, 0, "50%"), (12, 0, "75%"), (12, 30, "87.5%"), (23, 0, "96%"), (3, 0, "4%")]
)
def test_the_gauge_puts_the_plan_on_the_promise(hour: int, minute: int, x: str) -> None:
    text = drawn("{% gauge a b c %}", a=TEN, b=NOON, c=TEN.replace(hour=hour, minute=minute))
    assert f'class="tick" x1="{x}" x2="{x}"' in text


def test_without_a_plan_there_is_no_gauge() -> None:
    assert drawn("{% gauge a b None %}", a=TEN, b=NOON) == ""


def test_shares_fill_the_bar_in_order_and_leave_the_rest_empty() -> None:
    text = drawn('{% parts shares "words" 8 %}', shares=[(4, "solid"), (2, "dark"), (0, "mid"), (1, "dots")])
    assert '<rect class="p-solid" x="0%" width="50%"' in text
    assert '<rect class="p-dark" x="50%" width="25%"' in text
    assert '<rect class="p-dots" x="75%" width="12.5%"' in text
    assert "p-mid" not in text
    assert 'role="img" aria-label="words"' in text


def test_shares_of_nothing_draw_an_empty_bar() -> None:
    assert "<rect" not in drawn('{% parts shares "nobody voted" %}', shares=[(0, "solid")])


def test_a_meter_says_its_figures_to_everyone() -> None:
    text = drawn('{% meter 131 211 "Statements" role="progressbar" %}')
    assert 'role="progressbar" aria-label="Statements" aria-valuemin="0" aria-valuemax="211" aria-valuenow="131"' in text
    assert '<rect class="fill" width="62.09%"' in text


def test_a_load_over_capacity_is_hatched_not_only_coloured() -> None:
    assert "hatch" in drawn("{% load_track 196 90 180 %}")
    assert "hatch" not in drawn("{% load_track 62 38 80 %}")


def test_a_tile_takes_the_colour_the_co_op_chose() -> None:
    assert drawn('{% tile "LS" "#2b459f" %}') == '<span class="tile" aria-hidden="true">LS</span>'
    assert 'fill="#F5B556"/><text x="50%" y="50%" fill="#000000">CA</text>' in drawn('{% tile "CA" "#F5B556" %}')


def test_figures_in_a_page_are_written_for_people() -> None:
    with translation.override("en"):
        assert (
            drawn('{{ a|money }} {{ 1174|money:"EUR" }} {{ None|money }} {{ w|promise }}', a=Money(-650, "EUR"), w=Window(TEN, NOON))
            == "−€6.50 €11.74 ? 10–12h"
        )


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', ""), ("", "")])
def test_a_visitor_keeps_the_colours_of_this_browser(cookie: str, theme: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.COOKIES["theme"] = cookie
    assert drawn("{% theme %}", request=request) == theme


def test_an_icon_is_drawn_once_and_kept() -> None:
    assert draw_icon("phone") is draw_icon("phone")
