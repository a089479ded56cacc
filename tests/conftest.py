"""What all tests share: the folder of recorded data, a browser, and why something was skipped."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("BEIDOU_TEST_DATA", ROOT.parent / "shared" / "data"))
BROWSER_MISSING = ROOT / ".cache" / "chromium" / "missing"

# the same examples in every run of a checkout, and no verdict that depends on how busy the machine is
settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("house")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the recorded captures and maps: BEIDOU_TEST_DATA, else `shared/data` beside the checkout."""
    if not DATA_DIR.is_dir():
        pytest.skip(f"no recorded data at {DATA_DIR} (BEIDOU_TEST_DATA names another folder)")
    return DATA_DIR


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium to drive: CHROMIUM (`make test` sets it to the one it found or got), else the system's."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        reason = BROWSER_MISSING.read_text().strip() if BROWSER_MISSING.is_file() else "`make browser` was not run"
        pytest.skip(f"no browser: {reason}")
    return found


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
    """Every reason for a skip, once and last: whoever reads only the end of the output sees what did not run."""
    yield
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} not run: {reason.removeprefix('Skipped: ')}", yellow=True)
