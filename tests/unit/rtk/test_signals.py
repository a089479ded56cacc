"""Tables of signals as the engine's kernels read them, against the table of RTCM's signals."""

import numpy as np
import pytest

from gnss.batches import SYSTEMS
from gnss.orbits.satellites import satellite_index
from gnss.rtcm.signals import CODE_INDEX, CODE_NAMES, carrier_hz
from gnss.rtk.signals import BANDS, CARRIERS, CODES, satellite_block

GLONASS = SYSTEMS.index("R")


@pytest.mark.parametrize("system", range(len(SYSTEMS)))
def test_carriers_are_those_of_the_signals(system: int) -> None:
    for code in range(len(CODE_NAMES)):
        columns = np.array([system]), np.array([code])
        for channel in (-7, 0, 6) if system == GLONASS else (0,):
            with np.errstate(invalid="ignore"):
                expected = carrier_hz(*columns, np.array([channel]))[0]
            hz = CARRIERS.hz[system, code] + CARRIERS.step_hz[system, code] * channel
            assert hz == pytest.approx(expected, nan_ok=True)


def test_there_is_room_for_every_code_and_band() -> None:
    assert len(CODE_NAMES) <= CODES
    assert CARRIERS.hz.shape == (len(SYSTEMS), CODES)
    known = np.isfinite(CARRIERS.hz)
    for system, code in zip(*np.nonzero(known), strict=True):
        assert CARRIERS.band[system, code] == int(CODE_NAMES[code][0]) < BANDS


def test_signals_that_a_system_does_not_have_have_no_carrier() -> None:
    assert np.isnan(CARRIERS.hz[SYSTEMS.index("G"), CODE_INDEX["6I"]])
    assert np.isnan(CARRIERS.hz[SYSTEMS.index("C"), CODE_INDEX["2W"]])
    assert CARRIERS.hz[SYSTEMS.index("C"), CODE_INDEX["2I"]] == 1561.098e6
    assert np.isnan(CARRIERS.hz[:, 0]).all()


@pytest.mark.parametrize(
    ("letter", "prns", "block"),
    [("C", (1, 5, 59, 62), 2), ("C", (6, 14, 18), 1), ("C", (19, 46), 0), ("G", (1, 32), 0), ("E", (3,), 0)],
)
def test_beidou_has_three_blocks_and_others_one(letter: str, prns: tuple[int, ...], block: int) -> None:
    systems = np.full(len(prns), SYSTEMS.index(letter))
    assert [satellite_block(int(s)) for s in satellite_index(systems, np.array(prns))] == [block] * len(prns)
