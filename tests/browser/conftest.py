"""The page in a real browser against the real service: nothing is faked but broken connections."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect, sync_playwright

BEIDOU = Path(sys.executable).with_name("beidou")
# all that the page counts: those with positions of their own, rovers, and the bases they are computed against
ROVERS = 20
BASES = 3
TERMINALS = 300
VIEW: ViewportSize = {"width": 1440, "height": 900}
# WebGL on machines without a graphics card
SOFTWARE_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--no-sandbox")
# a bound for machines that are busy with other things, not a promise
PATIENCE_MS = 30_000

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """Run a `beidou` command until the block ends; gives the address that it says it serves the page at."""
    command = [str(BEIDOU), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"ready http=(\S+)", line):
                    # read on, so that the service never waits for a full pipe
                    Thread(target=process.stdout.read, daemon=True).start()
                    yield found[1]
                    break
            else:
                pytest.fail(f"{' '.join(command)} ended: {''.join(said)}")
        finally:
            process.terminate()


@pytest.fixture(scope="package")
def built() -> None:
    """The page that the service serves must have been built."""
    import beidou_svc

    if not Path(beidou_svc.__file__).with_name("web").joinpath("dist", "index.html").is_file():
        pytest.skip("the page is not built (make page)")


@pytest.fixture(scope="package")
def demo(built: None) -> Iterator[str]:
    """Address of the demo: a small simulated fleet and its base stations over its own base map."""
    own = TERMINALS - ROVERS - BASES
    with running("demo", "--terminals", str(own), "--rovers", str(ROVERS), "--port", "0") as url:
        yield url


@dataclass
class Seen:
    """What a page asked for and what went wrong in it."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page, host: str) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: self.errors.append(m.text) if "Content Security Policy" in m.text else None)
        page.on("request", lambda r: self.note(r.url, host))
        page.on("websocket", lambda socket: self.note(socket.url, host))

    def note(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != host:
            self.outside.append(url)


@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A browser for this folder only: while Playwright runs, no other test of the process could run an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(SOFTWARE_GL))
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A person with an English browser, at a desk, by daylight."""
    context = browser.new_context(viewport=VIEW, locale="en-GB", color_scheme="light", timezone_id="Asia/Shanghai")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(context: BrowserContext) -> Iterator[OpenPage]:
    """Opens an address; afterwards no error may have come up and no other host may have been asked."""
    seen = Seen()

    def open_(url: str, before: Callable[[Page], None] | None = None) -> Page:
        page = context.new_page()
        seen.watch(page, urlsplit(url).netloc)
        if before:
            before(page)
        page.goto(url)
        return page

    yield open_
    assert seen.outside == []
    assert seen.errors == []


@pytest.fixture
def page(open_page: OpenPage, demo: str) -> Page:
    """The page of the demo with the whole fleet on it."""
    page = open_page(demo)
    expect(figure(page, "total")).to_have_text(str(TERMINALS))
    return page


def figure(page: Page, name: str) -> Locator:
    """A number of the overview in the header."""
    return page.locator(f'[data-figure="{name}"]')


def listed(page: Page) -> Locator:
    """The rows of the list that exist at the moment."""
    return page.locator("#terminal-list").get_by_role("option")
