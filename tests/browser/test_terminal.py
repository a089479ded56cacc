"""One terminal: opened by keyboard, shown with the digits of the API, closed again."""

import re
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, figure

CLICKS_MAX = 20

IN_THE_MIDDLE = """id => {
    const at = __beidou.screenOf(id);
    return at && Math.abs(at[0] - 350) < 120 && Math.abs(at[1] - 420) < 120;
}"""


def detail(page: Page, terminal: str) -> dict[str, Any]:
    answer = page.request.get(urljoin(page.url, f"/v1/terminals/{terminal}"))
    assert answer.ok
    body: dict[str, Any] = answer.json()
    return body


def opened(page: Page) -> str:
    """Open the first terminal of the list by keyboard alone; gives its id."""
    page.locator("#terminal-list").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel = page.locator(".panel")
    expect(panel).to_be_visible()
    return panel.get_attribute("data-terminal") or ""


def test_position_has_nine_decimals_and_millimetres(page: Page) -> None:
    opened(page)
    expect(page.locator('[data-field="lat"]')).to_have_text(re.compile(r"^25\.\d{9}° N$"))
    expect(page.locator('[data-field="lon"]')).to_have_text(re.compile(r"^11[45]\.\d{9}° E$"))
    expect(page.locator('[data-field="easting"]')).to_have_text(re.compile(r"^\d{6}\.\d{3} m$"))
    expect(page.locator('[data-field="northing"]')).to_have_text(re.compile(r"^\d{7}\.\d{3} m$"))
    expect(page.get_by_role("heading", name="EPSG:4547")).to_be_visible()


def test_every_satellite_is_a_bar(page: Page) -> None:
    terminal = opened(page)
    expect(page.locator(".system .sat").first).to_be_visible()
    known = {s["sv"] for s in detail(page, terminal)["satellites"]}
    titles = page.locator(".system .sat title").all_text_contents()
    shown = {title.split()[0] for title in titles}
    # a satellite may rise or set between the two requests
    assert len(shown ^ known) <= 2
    assert any(sv.startswith("C") for sv in shown)


def test_plots_continue_the_past_with_the_present(page: Page) -> None:
    opened(page)
    expect(page.locator(".plot-line").first).to_have_attribute("d", re.compile(r"^M.+L.+"))
    expect(page.locator(".plot")).to_have_count(4)


def test_address_and_escape(page: Page) -> None:
    terminal = opened(page)
    assert page.url.endswith(f"#terminal={terminal}")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    expect(page.locator("#terminal-list")).to_be_focused()
    assert "#" not in page.url


def test_a_click_on_the_map_selects(page: Page) -> None:
    page.keyboard.press("f")
    page.locator(".map-controls").wait_for()
    terminal = opened(page)
    page.get_by_role("button", name="Show on map").click()
    expect(page.locator(".panel")).to_have_attribute("data-terminal", terminal)
    page.evaluate("() => new Promise(requestAnimationFrame)")
    # the camera flies; once the terminal is near the middle of the free part, click it where it is drawn
    while not page.evaluate(IN_THE_MIDDLE, terminal):
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    # it drives on while the click is on its way, so a click may miss it
    for _ in range(CLICKS_MAX):
        x, y = page.evaluate("id => __beidou.screenOf(id)", terminal)
        page.locator(".map-pane").click(position={"x": x, "y": y})
        page.evaluate("() => new Promise(requestAnimationFrame)")
        if page.locator(".panel").count():
            break
    expect(page.locator(".panel")).to_be_visible()


def test_a_terminal_that_is_not_known_says_what_to_do(open_page: OpenPage, demo: str) -> None:
    page = open_page(f"{demo}#terminal=nobody")
    expect(page.get_by_role("alert")).to_contain_text("Choose another one")
    expect(figure(page, "total")).not_to_have_text("0")


COMPUTED = {"source": "engine", "pl_h_m": 0.21, "pl_v_m": 0.34, "baseline_m": 4812.3, "ratio": 8.4}


def as_computed(route: Route) -> None:
    """As if the service had computed the position itself."""
    body = route.fetch().json()
    route.fulfill(json={**body, "latest": {**body["latest"], **COMPUTED}})


def test_what_the_service_computed_shows_how_well(page: Page) -> None:
    opened(page)
    expect(page.locator('[data-field="source"]')).to_have_text("Receiver (NMEA)")
    expect(page.locator('[data-field="ratio"]')).to_have_count(0)
    page.route(re.compile(r"/v1/terminals/[^/]+$"), as_computed)
    expect(page.locator('[data-field="source"]')).to_have_text("This service")
    expect(page.locator('[data-field="ratio"]')).to_have_text("8.4")
    expect(page.locator('[data-field="baseline"]')).to_have_text("4.81 km")
    expect(page.locator('[data-field="protection"]')).to_have_text("21 cmHorizontal34 cmVertical")
    page.unroute_all(behavior="ignoreErrors")
