"""What is measured: recordings as they are, with systems left out, epoch by epoch; and all of them made worse."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from gnss.rtk.settings import Mode, RtkSettings
from tests.bench.rtk_errors import Errors, joined, solve
from tests.bench.rtk_recordings import SOURCES, recorded
from tests.bench.rtk_worse import VARIANTS, base_silent, sky_of, worse

SEEDS = 6
"""Runs of each variant."""

BASE_SILENT = "silent base"
BASE_SILENT_TEXT = "the base sends nothing for 20 s of every minute"

ALL, SINGLE, GPS_BDS, BDS = "all systems", "single-epoch", "GPS + BDS", "BDS only"
SETTINGS = {
    ALL: RtkSettings(),
    SINGLE: RtkSettings(mode=Mode.SINGLE_EPOCH),
    GPS_BDS: RtkSettings(systems="GC"),
    BDS: RtkSettings(systems="C"),
}

UNUSABLE = {("csm1_static", BDS)}
"""Recordings without satellites of a setting."""


class Case(NamedTuple):
    """A recording solved in one way, and the best figures of other engines, as they were recorded (`docs` explain)."""

    recording: str
    setting: str
    best_today: str = ""


PLAIN = (
    Case("azure_car", ALL, "99.7 % fixed, 0.24 % wrong, H95 7 mm; or 97.6 %, 0, 13 mm, first fix after 67 s"),
    Case("azure_car", SINGLE, "92.8 % fixed"),
    Case("azure_car", GPS_BDS, "93.5 % fixed, 0.79 % wrong"),
    Case("azure_car", BDS, "6 % to 17 % fixed, 97 % to 100 % of them wrong"),
    Case("str_static", ALL, "100 % fixed, H95 6 mm"),
    Case("str_static", BDS),
    Case("str_static", SINGLE),
    Case("whu_static", ALL, "nothing fixed"),
    Case("whu_static", BDS),
    Case("whu_static", SINGLE),
    Case("csm1_static", ALL),
    Case("csm1_static", SINGLE),
)


class Worse(NamedTuple):
    """Errors of all runs of one variant of one recording, solved in one way."""

    recording: str
    variant: str
    setting: str
    errors: Errors


@cache
def plain() -> dict[Case, Errors]:
    """The recordings as they are."""
    return {case: solve(recorded(case.recording), SETTINGS[case.setting]) for case in PLAIN}


@cache
def degraded() -> tuple[Worse, ...]:
    """All recordings made worse in every way."""
    return tuple(one for name in SOURCES for one in _degraded(name))


def _degraded(name: str) -> Iterator[Worse]:
    r = recorded(name)
    sky = sky_of(r)
    settings = {setting: s for setting, s in SETTINGS.items() if (name, setting) not in UNUSABLE}
    for variant in VARIANTS:
        rows = [worse(r, sky, variant, seed) for seed in range(SEEDS)]
        for setting, s in settings.items():
            yield Worse(name, variant, setting, solve(r, s, rows))
    bases = [base_silent(r, seed) for seed in range(SEEDS)]
    for setting, s in settings.items():
        yield Worse(name, BASE_SILENT, setting, joined([solve(r, s, base=base) for base in bases]))


def pooled(setting: str, variant: str | None = None, recording: str | None = None) -> Errors:
    """Errors of all that was made worse, of one variant or recording if it is named."""
    return joined([
        one.errors for one in degraded()
        if one.setting == setting and variant in (None, one.variant) and recording in (None, one.recording)
    ])  # fmt: skip
