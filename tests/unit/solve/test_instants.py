"""Positions are dated by the instant, not by the receiver's clock: 6 ms of a clock are 12 cm of a car."""

from pathlib import Path

import numpy as np
import pytest

from beidou_svc.solve.instants import STEP_NS, at_instants
from gnss.batches import NO_TIME, SYSTEMS, FixBatch
from gnss.pos_io import read_pos
from gnss.position.details import SppClockBatch
from tests.helpers.commands import call
from tests.unit.position import world
from tests.unit.solve import sky

TAG_NS = 10**18
GPS, BEIDOU = SYSTEMS.index("G"), SYSTEMS.index("C")


def dated(clock_s: dict[int, float], tag_ns: int = TAG_NS) -> int:
    row = np.full((1, len(SYSTEMS)), np.nan)
    row[0, list(clock_s)] = list(clock_s.values())
    fixes = at_instants(FixBatch.missing(1, t_gpst_ns=tag_ns), SppClockBatch.missing(1, clock_s=row))
    return int(fixes.t_gpst_ns[0])


def test_the_clock_is_taken_off_the_tag() -> None:
    assert dated({GPS: 0.005}) == TAG_NS - 5_000_000
    assert dated({BEIDOU: -0.005}) == TAG_NS + 5_000_000
    assert dated({GPS: 0.005, BEIDOU: 0.005 + 3e-8}) == TAG_NS - 5_000_000


def test_a_clock_that_is_steered_changes_no_tag() -> None:
    assert dated({GPS: 4e-6}) == TAG_NS
    assert dated({GPS: 6e-6}) == TAG_NS - STEP_NS


def test_what_is_not_known_stays() -> None:
    assert dated({}) == TAG_NS
    assert dated({GPS: 0.005}, NO_TIME) == NO_TIME


@pytest.mark.parametrize("words", [("spp",), ("rtk", "-b", "base.obs")])
def test_files_have_instants(folder: Path, words: tuple[str, ...]) -> None:
    call(*words, "-r", "rover.obs", "-n", "nav.nav", "-o", "a.pos")
    tags_ns = world.T_GPST_NS + np.arange(sky.EPOCHS) * 10**9
    assert read_pos(folder / "a.pos").fixes.t_gpst_ns.tolist() == (tags_ns - round(sky.ROVER_CLOCK_S * 1e9)).tolist()
