"""Sign-in, and a service that no terminal has found yet."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import BEIDOU, OpenPage, running


@pytest.fixture(scope="module")
def guarded(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of a service without terminals that demands tokens, and a token that it accepts."""
    said = subprocess.run([BEIDOU, "token", "new"], capture_output=True, text=True, check=True).stdout
    token, lines = re.search(r"token: (\S+)", said), said.partition("[[auth.tokens]]")
    assert token and lines[1]
    config = tmp_path_factory.mktemp("guarded") / "beidou.toml"
    config.write_text(
        "[http]\nport = 0\n[ingest]\ntcp = [{ host = '127.0.0.1', port = 0 }]\nudp = []\n" + lines[1] + lines[2]
    )
    with running("serve", "--config", str(config)) as url:
        yield url, token[1]


def sign_in(page: Page, token: str) -> None:
    page.get_by_label("Access token").fill(token)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_token_is_refused_in_words(open_page: OpenPage, guarded: tuple[str, str]) -> None:
    page = open_page(guarded[0])
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
    sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("does not accept this token")


def test_a_good_token_opens_the_page_for_this_tab_only(open_page: OpenPage, guarded: tuple[str, str]) -> None:
    url, token = guarded
    page = open_page(url)
    sign_in(page, token)
    expect(page.locator('[data-phase="live"]')).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("Object.values(localStorage).join()").count(token) == 0
    page.reload()
    expect(page.locator('[data-phase="live"]')).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()


def test_no_terminals_yet_says_where_to_point_one(open_page: OpenPage, guarded: tuple[str, str]) -> None:
    url, token = guarded
    page = open_page(url)
    sign_in(page, token)
    expect(page.locator('[data-empty="fleet"]')).to_have_text(
        re.compile(r"No terminals yet.*tcp://127\.0\.0\.1:\d+", re.DOTALL)
    )
