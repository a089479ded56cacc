"""Terminals that send GCJ-02 as if it were true: told on the map, counted, listed, explained in the panel."""

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

from tests.browser.conftest import TERMINALS, OpenPage, figure, listed

TIME = "2026-11-24T10:04:43.000Z"


def alarm(terminal: str) -> dict[str, Any]:
    more = {"time": TIME, "end": None, "standing": True, "evidence": 14.2, "message": ""}
    return {"kind": "frame_gcj02", "terminal": terminal, **more}


class Told:
    """Changes what the service says of alarms: to raise a real one takes minutes of driving."""

    def __init__(self) -> None:
        self.alarms: list[dict[str, Any]] = []
        self.socket: WebSocketRoute | None = None

    def attach(self, page: Page) -> None:
        page.route("**/v1/alarms", lambda route: route.fulfill(json={"n": len(self.alarms), "alarms": self.alarms}))
        page.route("**/v1/terminals/gz-*", self.answer)
        page.route_web_socket("**/v1/events/stream", self.listen)

    def listen(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.connect_to_server()

    def answer(self, route: Route) -> None:
        body = route.fetch().json()
        if "id" in body:
            body["alarm"] = next((each for each in self.alarms if each["terminal"] == body["id"]), None)
        route.fulfill(json=body)

    def tell(self, *terminals: str) -> None:
        self.alarms = [alarm(each) for each in terminals]
        # before the page listens nobody needs to be told: it asks once it does
        if self.socket is not None:
            self.socket.send(json.dumps({"type": "alarms", "version": 1}))


def opened(open_page: OpenPage, demo: str, told: Told) -> Page:
    """The page with the whole fleet on it."""
    page = open_page(demo, told.attach)
    expect(figure(page, "total")).to_have_text(str(TERMINALS))
    return page


def notices(page: Page) -> Locator:
    return page.locator('[data-notice="alarm"]')


def test_an_alarm_leads_to_its_terminal(open_page: OpenPage, demo: str) -> None:
    told = Told()
    page = opened(open_page, demo, told)
    told.tell("gz-00007")
    expect(notices(page)).to_contain_text("look shifted: GCJ-02")
    expect(notices(page)).to_contain_text("18:04:43")
    expect(page.get_by_role("status")).to_contain_text("look shifted")
    expect(page.get_by_role("tab", name="Terminals")).to_contain_text("1 with shifted positions")
    notices(page).get_by_role("button", name="Open terminal").click()
    expect(notices(page)).to_have_count(0)
    panel = page.locator(".panel")
    expect(panel).to_have_attribute("data-terminal", "gz-00007")
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    expect(panel.get_by_role("alert")).to_contain_text("Its positions look shifted")
    expect(panel.locator("[data-alarm]")).to_contain_text(re.compile(r"about [56]\d0 m"))
    expect(panel.locator("[data-alarm]")).to_contain_text("Set its frame to GCJ02")
    told.tell()
    expect(panel.locator("[data-alarm]")).to_have_count(0)
    expect(page.get_by_role("tab", name="Terminals")).to_have_text("Terminals")
    page.unroute_all(behavior="ignoreErrors")


def test_many_alarms_are_one_line_and_a_list(open_page: OpenPage, demo: str) -> None:
    told = Told()
    page = opened(open_page, demo, told)
    told.tell("gz-00003", "gz-00007", "gz-00011")
    expect(notices(page)).to_contain_text("Positions of 3 terminals look shifted")
    notices(page).get_by_role("button", name="Show them").click()
    expect(notices(page)).to_have_count(0)
    expect(listed(page)).to_have_count(3)
    expect(listed(page).first).to_contain_text("Positions look shifted")
    only = page.get_by_role("button", name="Shifted: 3")
    expect(only).to_have_attribute("aria-pressed", "true")
    told.tell("gz-00003")
    expect(listed(page)).to_have_count(1)
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("[data-shown]")).to_have_text(f"{TERMINALS} terminals")
    page.unroute_all(behavior="ignoreErrors")
