"""The live page with ten thousand moving terminals, in a headless browser that draws without a graphics card."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.bench.result import Result
from tests.bench.served import Served, beidou, served

NAME = "page"
TERMINALS = 10_000
SETTLE_S = 20.0
DRAW_S = 15.0
PATIENCE_MS = 60_000
POLL_MS = 20
SOFTWARE_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--no-sandbox")


def _chromium() -> str:
    """Where the browser is: CHROMIUM, else the system's."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError("no Chromium to measure the page in: run `make browser`, or set CHROMIUM")
    return found


@contextmanager
def _city_with_fleet() -> Iterator[Served]:
    """The service with the demo's city as its map, and the simulated fleet on the road."""
    with TemporaryDirectory() as folder:
        world = Path(folder) / "world.geojson"
        subprocess.run([beidou("beidou-sim"), "world", "--out", world], check=True, stdout=subprocess.DEVNULL)
        with served(f"[basemap]\nfile = '{world}'\n") as service:
            arguments = ["--port", str(service.tcp_port), "--world", str(world), "--terminals", str(TERMINALS)]
            fleet = [str(beidou("beidou-sim")), "fleet", *arguments]
            load = subprocess.Popen(fleet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                time.sleep(SETTLE_S)
                yield service
            finally:
                load.terminate()
                load.wait()


def _first_idle_s(page: Page, url: str) -> float:
    """From the request to the first picture with the whole fleet in it."""
    started = time.perf_counter()
    page.goto(url)
    # the page's policy forbids the evaluated predicates of `wait_for_function`
    while not page.evaluate("n => window.__beidou?.shown >= n && __beidou.frames > 0", TERMINALS):
        page.wait_for_timeout(POLL_MS)
        if time.perf_counter() - started > PATIENCE_MS / 1e3:
            raise RuntimeError(f"{url} does not show {TERMINALS} terminals")
    return time.perf_counter() - started


def _frames_per_s(page: Page) -> float:
    before, started = page.evaluate("__beidou.frames"), time.perf_counter()
    time.sleep(DRAW_S)
    return float(page.evaluate("__beidou.frames") - before) / (time.perf_counter() - started)


def run() -> Iterator[Result]:
    """Frames a second, time until the fleet is seen, requests to other hosts."""
    outside: list[str] = []
    with _city_with_fleet() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(SOFTWARE_GL))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        host = f"127.0.0.1:{service.http_port}"
        page.on("request", lambda r: outside.append(r.url) if urlsplit(r.url).netloc not in (host, "") else None)
        first_idle_s = _first_idle_s(page, f"http://{host}/")
        frames_per_s = _frames_per_s(page)
        browser.close()
    where = "headless Chromium, software GL, 1440x900; service, fleet and browser share the machine"
    what = f"{TERMINALS:,} vehicles at 1 Hz"
    yield Result(NAME, what, frames_per_s, "frames/s", "higher", must=30, reach=50, n=TERMINALS, note=where)
    yield Result(NAME, "whole fleet on the map", first_idle_s, "s", "lower", must=3, n=1, note="from the request")
    yield Result(NAME, "requests to other hosts", float(len(outside)), "", "lower", must=0, n=1)
