"""Base stations on the page: how they are, whom they serve, and what is said when one falls silent."""

from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import BASES, TERMINALS, OpenPage, figure

STATUS = "**/v1/status"


def opened(page: Page) -> Locator:
    """The list of base stations, opened by keyboard."""
    expect(page.get_by_role("tab", name="Bases")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("region", name="Base stations")).to_be_focused()
    return page.get_by_role("tabpanel", name="Bases")


def test_every_base_says_how_it_is(page: Page) -> None:
    pane = opened(page)
    cards = pane.locator("[data-base]")
    expect(cards).to_have_count(BASES)
    expect(cards.first.get_by_role("heading")).to_have_text("rtk-base-1")
    expect(cards.nth(1)).to_contain_text("Satellites")
    expect(cards.nth(1)).to_contain_text("ago")
    expect(page.locator(".base-marker")).to_have_count(BASES)


def test_tabs_follow_the_arrows_and_lead_back(page: Page) -> None:
    opened(page)
    tab = page.get_by_role("tab", name="Bases")
    expect(tab).to_have_attribute("aria-selected", "true")
    tab.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Terminals")).to_be_focused()
    expect(page.locator("#terminal-list")).to_be_visible()
    opened(page)
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search")).to_be_focused()


def test_a_base_is_shown_as_what_it_is(page: Page) -> None:
    pane = opened(page)
    pane.get_by_role("button", name="Show rtk-base-2 on the map").click()
    expect(page.locator(".panel")).to_have_attribute("data-terminal", "rtk-base-2")
    expect(page.locator('.panel [data-field="station"]')).to_have_text("Base station")
    expect(page.locator('.panel [data-field="health"]')).to_contain_text("Healthy")


class Told:
    """Changes what the service says of its base stations."""

    def __init__(self) -> None:
        self.changes: dict[str, dict[str, Any]] = {}
        self.switches: list[dict[str, Any]] | None = None

    def attach(self, page: Page) -> None:
        page.route(STATUS, self.answer)

    def answer(self, route: Route) -> None:
        body = route.fetch().json()
        rtk = body["rtk"]
        # whatever the demo does to its bases by itself is another test's matter
        well = {"health": "healthy"}
        rtk["bases"] = [{**base, **well, **self.changes.get(base["id"], {})} for base in rtk["bases"]]
        if self.switches is not None:
            rtk["switches_recent"] = self.switches
        route.fulfill(json=body)


def test_a_base_that_falls_silent_is_announced_and_shown(open_page: OpenPage, demo: str) -> None:
    told = Told()
    page = open_page(demo, told.attach)
    expect(figure(page, "total")).to_have_text(str(TERMINALS))
    pane = opened(page)
    expect(pane.locator('[data-health="healthy"]')).to_have_count(BASES)
    told.changes["rtk-base-1"] = {"health": "silent", "last_epoch": "2026-11-24T10:04:43.000Z"}
    notice = page.locator('[data-notice="base"]')
    expect(notice).to_contain_text("Base station rtk-base-1 fell silent at 18:04:43")
    expect(page.get_by_role("status")).to_contain_text("rtk-base-1 fell silent")
    expect(pane.locator('[data-base="rtk-base-1"]')).to_contain_text("Silent")
    expect(page.get_by_role("tab", name="Bases")).to_contain_text("1 not healthy")
    expect(page.locator('.base-marker[aria-label*="rtk-base-1"]')).to_have_attribute(
        "aria-label", "Base station rtk-base-1: Silent"
    )
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)
    told.changes.clear()
    expect(notice).to_contain_text("Base station rtk-base-1 is healthy again")
    page.unroute_all(behavior="ignoreErrors")


def switch(terminal: str, base: str) -> dict[str, Any]:
    time = "2026-11-24T10:04:43.000Z"
    return {
        "time": time,
        "terminal": terminal,
        "before": "rtk-base-1",
        "base": base,
        "reason": "failed_over_silent",
    }


def test_fail_overs_are_sentences(open_page: OpenPage, demo: str) -> None:
    told = Told()
    told.switches = [
        switch("rtk-00009", "rtk-base-3"),
        switch("rtk-00007", "rtk-base-2"),
        switch("rtk-00008", "rtk-base-2"),
    ]
    page = open_page(demo, told.attach)
    rows = opened(page).locator("[data-reason]")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("18:04:43")
    expect(rows.nth(0)).to_contain_text("base fell silent")
    expect(rows.nth(1)).to_contain_text("2 rovers")
    rows.nth(1).get_by_text("Which").click()
    rows.nth(1).get_by_role("button", name="rtk-00007").click()
    expect(page.locator(".panel")).to_have_attribute("data-terminal", "rtk-00007")
    page.unroute_all(behavior="ignoreErrors")


def test_a_rover_names_its_base(page: Page) -> None:
    page.evaluate("location.hash = '#terminal=rtk-00001'")
    expect(page.locator('[data-field="base"]')).to_contain_text("rtk-base-")


def without_bases(route: Route) -> None:
    body = route.fetch().json()
    route.fulfill(json={**body, "rtk": {**body["rtk"], "bases": []}})


def test_without_bases_there_is_no_list_of_them(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo, lambda page: page.route(STATUS, without_bases))
    expect(figure(page, "rate")).not_to_have_text("–")
    expect(page.get_by_role("tab", name="Bases")).to_have_count(0)
    expect(page.locator(".base-marker")).to_have_count(0)
    expect(page.locator("#terminal-list")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
