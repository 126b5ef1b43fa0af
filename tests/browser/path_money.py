"""Steps 8 and 9: what was delivered is settled to the cent, and the federation sees its month."""

import csv
import io
import re
from decimal import Decimal

from playwright.sync_api import Download, Page, expect
from pypdf import PdfReader

from tests.browser.story import COOP, Story, plain

# 15.50 and 7.10 on the statement, 7.10 by card, before 25.5 % VAT; 2 % of 80 % for the federation, 1.5 % + 0.25 for the card.
MONTH = {"Billed, with VAT": "€37.27", "VAT": "€7.57", "Payment fees": "€0.38", "Federation, to be called": "€0.47", COOP: "€28.85"}
STATEMENT = {"net": "22.60", "vat": "5.76", "gross": "28.36"}
FIGURES = ["4", "3", "0", "€29.70", "€0.47"]


def terms(page: Page, within: str) -> dict[str, str]:
    names = page.locator(f"{within} dt").all_inner_texts()
    return {plain(name): plain(value) for name, value in zip(names, page.locator(f"{within} dd").all_inner_texts(), strict=True)}


def settle_on_demand(story: Story) -> None:
    """With a progress bar that moves by itself; started again, it finds nothing more to do."""
    page = story.at("ada", "books/")
    page.get_by_role("button", name="Settle 3 orders now").click()
    page.wait_for_url("**/books/settlements/*/")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("heading", name="Last settlement")).to_be_visible(timeout=30_000)
    expect(page.locator("#run")).to_contain_text("Orders looked at: 3 of 3")
    page = story.at("ada", "books/")
    assert terms(page, ".books-sums") == MONTH
    page.get_by_role("button", name="Settle now").click(force=True)
    page = story.at("ada", "books/")
    assert terms(page, ".books-sums") == MONTH


def read_the_books(story: Story) -> None:
    """The books balance: what came in on one side is on the other."""
    page = story.at("ada", "books/")
    with page.expect_download() as found:
        page.get_by_role("link", name="Export for the accountant").click()
    rows = table(found.value)
    columns = [name for name in rows[0] if re.search("debit|credit", name, re.IGNORECASE)]
    sums = {name: sum((Decimal(row[name] or "0") for row in rows), Decimal()) for name in columns}
    assert len(set(sums.values())) == 1
    assert sums[columns[0]] > 0


def table(download: Download) -> list[dict[str, str]]:
    text = download.path().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), dialect=csv.Sniffer().sniff(text.splitlines()[0], ",;\t")))


def read_the_statement(story: Story) -> None:
    """The florist's people see the same page: PDF and CSV carry the same totals."""
    page = story.at("sam", "statements/")
    page.get_by_role("row").get_by_role("link").first.click()
    main = page.locator("main")
    for amount in STATEMENT.values():
        expect(main).to_contain_text(f"€{amount}")
    with page.expect_download() as found:
        page.get_by_role("link", name="CSV").click()
    *lines, total = table(found.value)
    assert [total["Before VAT"], total["VAT"], total["With VAT"]] == list(STATEMENT.values())
    assert sum(Decimal(line["With VAT"]) for line in lines) == Decimal(STATEMENT["gross"])
    with page.expect_download() as found:
        page.get_by_role("link", name="PDF").click()
    paper = plain(" ".join(sheet.extract_text() for sheet in PdfReader(found.value.path()).pages))
    assert [amount for amount in STATEMENT.values() if f"€{amount}" not in paper] == []


def see_the_figures(story: Story) -> None:
    page = story.page("fay")
    page.goto("/federation/")
    expect(page.get_by_role("row").filter(has_text=COOP)).to_contain_text("on trial")
    page.goto("/federation/figures/")
    cells = [plain(text) for text in page.get_by_role("row").filter(has_text=COOP).locator("td").all_inner_texts()]
    assert [*cells[:3], *cells[4:]] == FIGURES


def nothing_is_left_undone(story: Story) -> None:
    """Every errand was run, no page broke."""
    health = story.page("fay").request.get("/health/").json()
    assert (health["errands"]["due"], health["errands"]["given_up"]) == (0, 0)
    assert "Traceback" not in story.house.log()
