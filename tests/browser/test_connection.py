"""What the page does when the service goes away, comes back, or never was there."""

import json

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.conftest import TERMINALS, OpenPage, figure


class Wire:
    """Stands between page and service on the live stream, and can be cut."""

    def __init__(self) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.is_cut = False
        self.subscriptions: list[dict[str, object]] = []

    def attach(self, page: Page) -> None:
        page.route_web_socket("**/v1/stream", self.connect)

    def cut(self) -> None:
        self.is_cut = True
        self.sockets[-1].close(code=1012)

    def connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close(code=1012)
            return
        server = socket.connect_to_server()
        self.sockets.append(socket)

        def pass_on(message: str | bytes) -> None:
            self.subscriptions.append(json.loads(message))
            server.send(message)

        socket.on_message(pass_on)


def test_a_cut_connection_comes_back_and_resumes(open_page: OpenPage, demo: str) -> None:
    wire = Wire()
    page = open_page(demo, wire.attach)
    expect(figure(page, "total")).to_have_text(str(TERMINALS))
    wire.cut()
    expect(page.locator("[data-notice=lost]")).to_contain_text("The picture is as of")
    expect(page.get_by_role("status")).to_contain_text("Reconnecting in")
    wire.is_cut = False
    expect(page.get_by_role("status")).to_have_text("Live again, nothing missed")
    expect(page.locator("[data-notice=lost]")).to_have_count(0)
    assert "resume" not in wire.subscriptions[0]
    assert wire.subscriptions[1]["resume"]
    expect(figure(page, "total")).to_have_text(str(TERMINALS))


def test_a_service_that_is_not_there_is_said_and_awaited(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo, lambda page: page.route("**/v1/page", lambda route: route.abort()))
    expect(page.get_by_role("heading", name="The service cannot be reached")).to_be_visible()
    expect(page.get_by_text("beidou serve")).to_be_visible()
    page.unroute("**/v1/page")
    expect(figure(page, "total")).to_have_text(str(TERMINALS))


def test_an_error_of_the_service_is_shown_with_its_hint(open_page: OpenPage, demo: str) -> None:
    problem = {"title": "Not ready", "status": 503, "detail": "kernels are loading", "hint": "Wait some seconds."}
    body = json.dumps(problem)
    page = open_page(demo, lambda page: page.route("**/v1/page", lambda route: route.fulfill(status=503, body=body)))
    expect(page.get_by_role("alert")).to_have_text("kernels are loading")
    expect(page.get_by_text("Wait some seconds.")).to_be_visible()


def without_base_map(route: Route) -> None:
    page = route.fetch().json()
    route.fulfill(json={**page, "basemap": None})


def test_without_a_base_map_there_is_a_graticule(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo, lambda page: page.route("**/v1/page", without_base_map))
    tiles: list[str] = []
    page.on("request", lambda request: tiles.append(request.url) if "/v1/tiles" in request.url else None)
    expect(figure(page, "total")).to_have_text(str(TERMINALS))
    page.get_by_role("button", name="Zoom in").click()
    assert tiles == []


def test_details_that_fail_are_asked_for_again(page: Page) -> None:
    page.route("**/v1/terminals/*", lambda route: route.abort())
    page.locator("#terminal-list").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The service is asked again every second")
    page.unroute("**/v1/terminals/*")
    expect(page.get_by_role("heading", name="Satellites")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
