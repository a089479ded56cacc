"""Fences, events and roads on the page: drawn, edited, seen, and what happens when two people edit the same fence."""

import json
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import APIResponse, Locator, Page, expect

from tests.browser.conftest import TERMINALS, OpenPage, figure

# a circle around the middle of the demo's city, in which somebody always drives
MIDDLE = {"lat": 25.83, "lon": 114.93, "radius_m": 2500}


def fences(page: Page) -> Locator:
    """The tab with the fences, opened by keyboard."""
    expect(page.get_by_role("tab", name="Fences")).to_be_visible()
    page.keyboard.press("n")
    return page.get_by_role("tabpanel", name="Fences")


def asked(page: Page, method: str, path: str, body: dict[str, Any] | None = None, etag: str = "") -> APIResponse:
    headers = {"Content-Type": "application/geo+json", **({"If-Match": etag} if etag else {})}
    data = None if body is None else json.dumps(body)
    answer = page.request.fetch(urljoin(page.url, path), method=method, headers=headers, data=data)
    assert answer.ok, answer.text()
    return answer


def stored(page: Page, name: str) -> dict[str, Any] | None:
    features = asked(page, "GET", "/v1/fences").json()["features"]
    return next((each for each in features if each["properties"]["name"] == name), None)


def removed(page: Page, name: str) -> None:
    """Leave the demo as it was."""
    while found := stored(page, name):
        etag = asked(page, "GET", f"/v1/fences/{found['id']}").headers["etag"]
        asked(page, "DELETE", f"/v1/fences/{found['id']}", etag=etag)


def circle(name: str, radius_m: float = 40.0) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [MIDDLE["lon"], MIDDLE["lat"]]},
        "properties": {"name": name, "kinds": ["enter"], "radius_m": radius_m},
    }


def clicked(page: Page, *shares: tuple[float, float]) -> None:
    """Click places of the map, each a share of its width and height."""
    box = page.locator(".map-pane").bounding_box()
    assert box is not None
    for x, y in shares:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        page.mouse.down()
        page.mouse.up()


def drawing(page: Page) -> None:
    """The drawing library is loaded with the first shape that is drawn."""
    page.wait_for_function("() => __beidou.drawing")


def test_a_fence_drawn_on_the_page_raises_an_event_on_the_page(page: Page) -> None:
    name = "Drawn by hand"
    pane = fences(page)
    pane.get_by_role("button", name="Circle", exact=True).click()
    drawing(page)
    clicked(page, (0.5, 0.5), (0.78, 0.5))
    expect(pane.get_by_role("textbox", name="Radius, m")).to_have_value(re.compile(r"^\d{4}"))
    expect(pane.get_by_role("textbox", name="Coordinates")).to_have_value(re.compile(r"^25\.8\d+, 114\.9\d+$"))
    pane.get_by_role("textbox", name="Name", exact=True).fill(name)
    pane.get_by_role("button", name="Save").click()
    expect(pane.locator(".fence-row.selected")).to_contain_text(name)
    expect(page.get_by_role("status")).to_contain_text(f"Fence {name} saved")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Events").click()
    page.get_by_role("textbox", name="Terminal or fence").fill(name)
    expect(page.locator(".event").first).to_contain_text(name)
    removed(page, name)


def test_an_area_is_drawn_corner_by_corner(page: Page) -> None:
    pane = fences(page)
    pane.get_by_role("button", name="Area", exact=True).click()
    drawing(page)
    # a corner may lie where a base stands, or where an event has just been marked
    expect(page.locator(".base-marker").first).to_have_css("pointer-events", "none")
    clicked(page, (0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.4))
    places = pane.get_by_role("textbox", name="Coordinates")
    expect(places).to_have_value(re.compile(r"^(25\.\d+, 114\.\d+\n?){3}$"))
    pane.get_by_role("button", name="Draw anew").click()
    expect(places).to_have_value("")
    pane.get_by_role("button", name="Cancel").click()
    expect(pane.get_by_role("heading", name="New fence")).to_be_visible()
    expect(page.locator(".base-marker").first).to_have_css("pointer-events", "auto")


def test_without_a_pointer_a_corridor_is_made_of_numbers(page: Page) -> None:
    name = "By keyboard"
    pane = fences(page)
    pane.get_by_role("button", name="Corridor", exact=True).press("Enter")
    expect(pane.get_by_role("heading", name="New fence: Corridor")).to_be_focused()
    pane.get_by_role("textbox", name="Coordinates").fill("25.83, 114.92\n25.83, 114.94")
    pane.get_by_role("textbox", name="Half width, m").fill("20")
    pane.get_by_role("checkbox", name="Wrong way").check()
    pane.get_by_role("button", name="Add a time").press("Enter")
    pane.get_by_role("button", name="Sat").press("Space")
    pane.get_by_role("textbox", name="Name", exact=True).fill(name)
    pane.get_by_role("textbox", name="Name", exact=True).press("Enter")
    expect(pane.locator(".fence-row.selected")).to_contain_text("Off the corridor · Wrong way · at set times")
    made = stored(page, name)
    assert made is not None
    assert made["geometry"]["type"] == "LineString"
    assert made["properties"]["half_width_m"] == 20
    assert made["properties"]["window"]["weekly"][0]["days"] == ["mon", "tue", "wed", "thu", "fri", "sat"]
    removed(page, name)


def test_faults_are_named_where_they_are(page: Page) -> None:
    pane = fences(page)
    pane.get_by_role("button", name="Area", exact=True).click()
    pane.get_by_role("textbox", name="Coordinates").fill("25.83, 114.92\n25.83")
    pane.get_by_role("checkbox", name="Too fast").check()
    pane.get_by_role("button", name="Save").click()
    expect(pane.get_by_role("alert")).to_be_focused()
    expect(pane.get_by_role("alert")).to_contain_text("Coordinates: Line 2: two numbers are needed")
    places = pane.get_by_role("textbox", name="Coordinates")
    expect(places).to_have_attribute("aria-invalid", "true")
    assert "fault-places" in (places.get_attribute("aria-describedby") or "")
    expect(pane.get_by_role("textbox", name="Speed limit")).to_have_attribute("aria-invalid", "true")


def test_a_shape_that_the_service_refuses_is_explained(page: Page) -> None:
    pane = fences(page)
    pane.get_by_role("button", name="Area", exact=True).click()
    bow = "25.83, 114.92\n25.84, 114.93\n25.83, 114.93\n25.84, 114.92"
    pane.get_by_role("textbox", name="Coordinates").fill(bow)
    pane.get_by_role("button", name="Save").click()
    expect(pane.locator('[data-trouble="refused"]')).to_contain_text("please correct")


@pytest.mark.parametrize("choice", ["Take theirs", "Save mine instead"])
def test_two_people_edit_the_same_fence(page: Page, choice: str) -> None:
    name, theirs = "Shared", "Shared, as theirs"
    made = asked(page, "POST", "/v1/fences", circle(name)).json()
    pane = fences(page)
    pane.locator(".fence-row").filter(has_text=name).click()
    radius = pane.get_by_role("textbox", name="Radius, m")
    expect(radius).to_have_value("40")
    asked(page, "PUT", f"/v1/fences/{made['id']}", {**circle(theirs), "id": made["id"]}, etag='"1"')
    radius.fill("60")
    pane.get_by_role("button", name="Save", exact=True).click()
    alert = pane.locator('[data-trouble="conflict"]')
    expect(alert).to_contain_text("Somebody else changed this fence")
    expect(alert).to_contain_text("shape, name")
    alert.get_by_role("button", name=choice).click()
    if choice == "Take theirs":
        expect(pane.get_by_role("textbox", name="Name", exact=True)).to_have_value(theirs)
        expect(radius).to_have_value("40")
    else:
        expect(pane.locator(".fence-row.selected")).to_contain_text(name)
        kept = stored(page, name)
        assert kept is not None
        assert kept["properties"]["radius_m"] == 60
    removed(page, name)
    removed(page, theirs)


def test_a_fence_is_deleted_after_a_second_thought(page: Page) -> None:
    name = "Not for long"
    asked(page, "POST", "/v1/fences", circle(name))
    pane = fences(page)
    pane.locator(".fence-row").filter(has_text=name).click()
    pane.get_by_role("button", name="Delete").click()
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        pane.get_by_role("button", name="Delete for good?").click()
    expect(pane.locator(".fence-row").filter(has_text=name)).to_have_count(0)
    assert stored(page, name) is None


def test_what_others_draw_appears(page: Page) -> None:
    name = "Of a colleague"
    pane = fences(page)
    asked(page, "POST", "/v1/fences", circle(name))
    expect(pane.locator(".fence-row").filter(has_text=name)).to_be_visible()
    removed(page, name)
    expect(pane.locator(".fence-row").filter(has_text=name)).to_have_count(0)


def test_events_lead_to_terminal_and_fence(page: Page) -> None:
    page.get_by_role("tab", name="Events").click()
    event = page.locator(".event").filter(has=page.locator("button.event-fence")).first
    fence = event.locator("button.event-fence").text_content()
    event.locator(".link").first.click()
    expect(page.locator(".panel")).to_be_visible()
    event = page.locator(".event").filter(has=page.get_by_role("button", name=fence or "")).first
    event.locator("button.event-fence").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value(fence or "")


def told(**more: Any) -> dict[str, Any]:
    return {
        "seq": 1,
        "event": "a",
        "op": "assert",
        "kind": "speeding",
        "terminal": "gz-00001",
        "fence": "school",
        "fence_version": 1,
        "time": "2026-11-24T10:04:43.000Z",
        "cause_time": None,
        "p": 0.978,
        "lat_deg": 25.83,
        "lon_deg": 114.93,
        "sigma_m": 1.0,
        "value": 12.5,
        "unit": "m/s",
        "status": "plain",
        "standing": True,
        **more,
    }


def test_what_was_taken_back_is_struck_through(open_page: OpenPage, demo: str) -> None:
    rows = [told(seq=2, event="b", kind="enter", standing=False), told()]
    answer = {"n": 2, "next": None, "seq": 2, "kept_from_seq": 1, "events": rows}

    def only_these(page: Page) -> None:
        page.route("**/v1/events?*", lambda route: route.fulfill(json=answer))
        page.route_web_socket("**/v1/events/stream", lambda socket: None)

    page = open_page(demo, only_these)
    expect(figure(page, "total")).to_have_text(str(TERMINALS))
    page.get_by_role("tab", name="Events").click()
    kept = page.locator('[data-event="a"]')
    expect(kept).to_contain_text("Too fast")
    expect(kept).to_contain_text("45.0 km/h")
    expect(kept).to_contain_text("98 %")
    expect(kept).to_contain_text("18:04:43")
    back = page.locator('[data-event="b"]')
    expect(back).to_contain_text("Taken back")
    assert "line-through" in back.locator(".event-what").evaluate("e => getComputedStyle(e).textDecoration")
    page.unroute_all(behavior="ignoreErrors")


def test_the_panel_says_which_road(page: Page) -> None:
    page.evaluate("location.hash = '#terminal=gz-00001'")
    expect(page.locator('[data-field="road"]')).not_to_be_empty()
    expect(page.locator('[data-field="lateral"]')).to_have_text(re.compile(r"^[\d.]+ m( left| right)?$"))


def test_terminals_are_drawn_on_their_roads_and_back(page: Page) -> None:
    wire: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: wire.append(str(data))))
    page.reload()
    toggle = page.get_by_role("button", name="Draw terminals on the road")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => __beidou.on_road > 0")
    page.keyboard.press("m")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    page.wait_for_function("() => __beidou.on_road === 0")
    assert ['"road"' in each for each in wire if "columns" in each] == [True]


def test_coordinates_name_their_frame(page: Page) -> None:
    center = page.locator('[data-field="center"]')
    expect(center).to_have_text(re.compile(r"^25\.\d{6}° N  114\.\d{6}° E$"))
    frame = page.get_by_role("combobox", name="Frame of the coordinates")
    expect(frame.locator("option:checked")).to_have_text("CGCS2000@2000.0")
    degrees = center.text_content()
    frame.select_option("EPSG:4547")
    expect(center).to_have_text(re.compile(r"^N 28\d{5}\.\d  E 59\d{4}\.\d m$"))
    frame.select_option("GCJ-02")
    expect(center).not_to_have_text(degrees or "")
    page.locator(".map-pane").hover(position={"x": 500, "y": 300})
    expect(page.locator('[data-field="pointer"]')).to_be_visible()
    page.reload()
    expect(frame.locator("option:checked")).to_have_text("GCJ-02")
