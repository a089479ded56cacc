"""Languages, themes, keyboard, narrow screens, and what an accessibility checker says."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import beidou_svc
from tests.browser.conftest import PATIENCE_MS, TERMINALS, OpenPage, figure, listed

AXE = Path(beidou_svc.__file__).with_name("web") / "node_modules" / "axe-core" / "axe.min.js"


def test_language_is_switched_and_remembered(page: Page) -> None:
    page.get_by_role("button", name="切换到中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", name="定位质量")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="定位质量")).to_be_visible()
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Fix quality")).to_be_visible()


def test_a_chinese_browser_gets_chinese(browser: Browser, demo: str) -> None:
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(demo)
    expect(page.get_by_text("在线").first).to_be_visible()
    context.close()


def test_theme_follows_the_system_until_it_is_chosen(page: Page) -> None:
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-theme", "dark")
    page.keyboard.press("t")
    expect(html).to_have_attribute("data-theme", "light")
    page.reload()
    expect(html).to_have_attribute("data-theme", "light")


def test_shortcuts_are_listed(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_contain_text("Follow the selected terminal")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_phone_has_the_list_in_a_sheet(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".sheet-half")).to_be_visible()
    listed(page).first.click()
    expect(page.locator(".panel")).to_be_visible()
    assert page.evaluate(wider) == 0
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".panel")).to_have_count(0)


@pytest.mark.parametrize("size", [(720, 450), (960, 540), (844, 390)], ids=["200 %", "200 % wide", "phone on its side"])
def test_the_list_is_reached_in_a_low_window(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    more = page.get_by_role("button", name="Show more")
    if more.is_visible():
        more.click()
    row = listed(page).first
    row.scroll_into_view_if_needed()
    row.click()
    expect(page.locator(".panel")).to_be_visible()


def test_less_motion_means_exact_places(open_page: OpenPage, demo: str) -> None:
    page = open_page(demo, lambda page: page.emulate_media(reduced_motion="reduce"))
    expect(figure(page, "total")).to_have_text(str(TERMINALS))
    assert page.locator(".sheet").evaluate("e => getComputedStyle(e).transitionDuration") == "0s"


VIOLATIONS = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(
    ({violations}) => violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)}`)))"""


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci in beidou_svc/web)")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_wcag_aa(page: Page, theme: str) -> None:
    """As axe-core judges it: names, roles, labels, contrast."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    page.locator("#terminal-list").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Satellites")).to_be_visible()
    page.evaluate(AXE.read_text())
    assert page.evaluate(VIOLATIONS) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(VIOLATIONS) == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci in beidou_svc/web)")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_wcag_aa_of_every_list(page: Page, theme: str) -> None:
    """Base stations, fences with their form, and events."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(page.get_by_role("tab", name="Events")).to_be_visible()
    page.evaluate(AXE.read_text())
    for key, sign in (("b", "[data-base]"), ("e", ".event"), ("n", ".fence-row")):
        page.keyboard.press(key)
        expect(page.locator(sign).first).to_be_visible()
        assert page.evaluate(VIOLATIONS) == []
    page.get_by_role("button", name="Corridor", exact=True).click()
    page.get_by_role("button", name="Add a time").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate(VIOLATIONS) == []
