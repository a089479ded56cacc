"""The kernel of one epoch, as other engines call it."""

import numpy as np
import pytest

from gnss.position._spp_kernel import solve_one
from gnss.position._work import Solutions, SppWork
from gnss.position.options import SppOptions, compile_rules
from gnss.rtcm.observations import ObservationSink
from gnss.status import Status
from tests.unit.position import world as w

RULES = compile_rules(SppOptions())


def solve(count: int, start_m: w.Floats, work: SppWork, out: Solutions) -> int:
    rows = w.observe(w.Receiver(), w.in_view("GC")[:count], with_doppler=True)[1]
    o = ObservationSink(**rows.columns())
    return solve_one(o, 0, count, w.T_GPST_NS, w.book().table(w.T_GPST_NS), RULES, work, start_m, out, 0)


@pytest.mark.parametrize("away_m", [0.0, 30.0, 5e3, 2e6])
def test_the_start_does_not_matter(away_m: float) -> None:
    cold, warm = Solutions.for_rows(1), Solutions.for_rows(1)
    solve(12, np.zeros(3), SppWork.empty(), cold)
    solve(12, w.R_ECEF_M + away_m, SppWork.empty(), warm)
    np.testing.assert_allclose(warm.r_ecef_m, cold.r_ecef_m, rtol=0, atol=3e-3)
    np.testing.assert_allclose(warm.clock_s, cold.clock_s, rtol=0, atol=1e-11)


def test_nothing_is_left_over_from_the_epoch_before() -> None:
    work, out = SppWork.empty(), Solutions.for_rows(1)
    assert solve(12, np.zeros(3), work, out) == 12
    first = {name: np.array(column) for name, column in out._asdict().items()}
    assert np.isfinite(out.v_enu_mps).all() and out.used[0] == 12
    assert solve(2, np.zeros(3), work, out) == 2
    assert out.status[0] == Status.NO_POSITION and out.used[0] == 0
    for name, column in out._asdict().items():
        assert column.dtype.kind != "f" or np.isnan(column).all(), name
    solve(12, np.zeros(3), work, out)
    for name, column in first.items():
        assert np.array_equal(column, getattr(out, name), equal_nan=column.dtype.kind == "f"), name
