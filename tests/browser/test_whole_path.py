"""One delivery from order to settlement, and everything before and after it: the whole path, in real browsers on real parts."""

from pathlib import Path

import pytest

from tests.browser.house import House
from tests.browser.path_board import (
    give_a_round,
    plan_by_drag,
    plan_by_key,
    plan_by_menu,
    see_it_arrive,
    see_the_author,
    watch_the_board,
)
from tests.browser.path_founding import (
    add_a_bike_and_a_shift,
    admit,
    draw_the_zone,
    invite_the_team,
    let_the_administration_in,
    make_the_price_list,
    open_the_dossier,
    prove_the_conditions,
    set_the_hours,
    take_on_partners,
)
from tests.browser.path_money import nothing_is_left_undone, read_the_books, read_the_statement, see_the_figures, settle_on_demand
from tests.browser.path_ordering import order_one_drop, order_two_drops, pay_and_cancel, pay_with_confirmation, see_one_order
from tests.browser.path_road import (
    choose_messages,
    decide_the_incident,
    deliver_with_proof,
    follow_the_delivery,
    pick_up,
    read_the_messages,
    read_without_network,
    report_in_two_taps,
    ride_to_the_end,
    see_it_delivered,
    see_the_same_day,
)
from tests.browser.story import PEOPLE, Story
from tests.browser.visitors import Visitors

pytestmark = pytest.mark.browser

STEPS = (
    *(open_the_dossier, let_the_administration_in, prove_the_conditions, admit),
    *(invite_the_team, set_the_hours, draw_the_zone, add_a_bike_and_a_shift, make_the_price_list, take_on_partners),
    *(watch_the_board, choose_messages, order_two_drops, see_one_order, order_one_drop, pay_with_confirmation, pay_and_cancel),
    *(see_it_arrive, plan_by_drag, plan_by_key, plan_by_menu, give_a_round, see_the_author),
    *(follow_the_delivery, see_the_same_day, pick_up, deliver_with_proof, report_in_two_taps, decide_the_incident),
    *(read_without_network, ride_to_the_end, see_it_delivered, read_the_messages),
    *(settle_on_demand, read_the_books, read_the_statement, see_the_figures, nothing_is_left_undone),
)


def test_one_delivery_from_order_to_settlement(empty_house: House, visitors: Visitors, tmp_path: Path) -> None:
    officers = [f"Fay Moreau <{PEOPLE['fay']}>", f"Gil Roy <{PEOPLE['gil']}>"]
    empty_house.manage("first_officers", *officers)
    story = Story(empty_house, visitors, tmp_path)
    for step in STEPS:
        try:
            step(story)
        except BaseException as failure:
            failure.add_note(f"at the step {step.__name__}, with these pages open:")
            for who, page in story.pages.items():
                failure.add_note(f"{who} {page.url}\n{page.locator('body').inner_text()[:1500]}")
            raise
