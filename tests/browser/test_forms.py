"""Forms of which a part comes again from the server, in a real Chromium: what is typed meanwhile stays."""

import pytest
from playwright.sync_api import Route, expect

from collectives.models import Membership
from tests.browser.conftest import SignedIn
from tests.browser.test_board import DESK

pytestmark = pytest.mark.browser


def test_what_is_typed_while_a_part_of_the_form_is_on_its_way_stays(signed_in: SignedIn, ada: Membership) -> None:
    page = signed_in(ada.person, **DESK).new_page()
    page.goto("/c/montreuil/partners/price-lists/new/")

    def typed_meanwhile(route: Route) -> None:
        page.get_by_label("Name of the list").fill("Summer")
        route.continue_()

    page.route("**/price-lists/new/", typed_meanwhile)
    rule = page.get_by_role("group", name="Rule 1", exact=True)
    rule.get_by_label("Name on the bill").fill("By the kilometre")
    rule.get_by_label("Kind").select_option("distance")
    expect(rule.get_by_label("Kilometres included")).to_be_visible()
    expect(page.get_by_label("Name of the list")).to_have_value("Summer")
    expect(rule.get_by_label("Name on the bill")).to_have_value("By the kilometre")


def test_a_kind_chosen_the_moment_its_rule_appears_shows_its_fields(signed_in: SignedIn, ada: Membership) -> None:
    """The new rule answers from the step in which it is seen."""
    page = signed_in(ada.person, **DESK).new_page()
    page.goto("/c/montreuil/partners/price-lists/new/")
    page.evaluate("""() => new MutationObserver((_changes, watch) => {
      const kind = document.querySelector("[aria-label='Rule 2'] select[name$=kind]");
      if (!kind) return;
      watch.disconnect();
      kind.value = "extra_drop";
      kind.dispatchEvent(new Event("change", { bubbles: true }));
    }).observe(document.body, { childList: true, subtree: true })""")
    page.get_by_role("button", name="One more rule").click()
    kind = page.get_by_role("group", name="Rule 2", exact=True).get_by_label("Kind")
    expect(kind).to_have_value("extra_drop")
    expect(page.get_by_role("group", name="Rule 2", exact=True).get_by_label("Kilometres included")).to_have_count(0)
