"""The fleet on the page: counts, list, search, filters."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import TERMINALS, figure, listed


def number(text: str | None) -> int:
    return int((text or "").replace(",", ""))


def test_everything_is_counted_once(page: Page) -> None:
    texts = "of => [...document.querySelectorAll(of)].map(each => each.textContent)"
    # of one moment: a terminal that falls silent between two looks would be counted twice
    counts, live = page.evaluate(f"() => ['.legend-count', '.chip-count'].map({texts})")
    assert sum(map(number, live)) == TERMINALS
    assert sum(map(number, counts)) == TERMINALS - number(live[2])


def test_frames_arrive_and_are_drawn(page: Page) -> None:
    page.locator(".map-controls").wait_for()
    before = page.evaluate("[__beidou.rows, __beidou.frames]")
    while not page.evaluate("([rows, frames]) => __beidou.rows > rows && __beidou.frames > frames", before):
        page.evaluate("() => new Promise(requestAnimationFrame)")


def test_search_by_part_of_the_id(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("GZ-00042")
    expect(page.locator("[data-shown]")).to_have_text(f"1 of {TERMINALS}")
    expect(listed(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-shown]")).to_have_text(f"{TERMINALS} terminals")


def test_nothing_found_says_how_to_go_on(page: Page) -> None:
    page.get_by_role("textbox", name="Search").fill("no such terminal")
    empty = page.locator('[data-empty="filter"]')
    expect(empty).to_contain_text("Change the search text")
    empty.get_by_role("button", name="Show all").click()
    expect(page.locator("[data-shown]")).to_have_text(f"{TERMINALS} terminals")
    expect(page.get_by_role("textbox", name="Search")).to_have_value("")


def test_the_legend_is_a_filter(page: Page) -> None:
    fixed = page.locator('[data-quality="4"]')
    fixed.dblclick()
    rows = page.locator(".row-quality")
    expect(rows.first).to_contain_text("RTK fixed")
    expect(rows.filter(has_not_text="RTK fixed")).to_have_count(0)
    fixed.click()
    expect(page.locator('[data-empty="filter"]')).to_be_visible()
    page.get_by_role("button", name="Show all").first.click()
    expect(figure(page, "total")).to_have_text(str(TERMINALS))


def test_only_rows_in_view_exist(page: Page) -> None:
    options = listed(page)
    assert options.count() < TERMINALS / 2
    expect(options.first).to_have_attribute("aria-setsize", str(TERMINALS))
    page.locator("#terminal-list").focus()
    page.keyboard.press("End")
    expect(page.locator(f'[aria-posinset="{TERMINALS}"]')).to_be_visible()
