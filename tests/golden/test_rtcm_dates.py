"""A real stream that begins with GLONASS, whose messages state a time of day: dated by references days off."""

from pathlib import Path

import numpy as np
import pytest

from beidou_svc.solve.rtcm_file import read_rtcm
from beidou_svc.solve.session import reference_of
from gnss.constants import NS_PER_S

pytestmark = pytest.mark.compiled
STREAM = "rtk/str_static/swift_week-rollover-STR24.rtcm3"


@pytest.mark.parametrize("date", ["2018-07-12", "2018-07-14", "2018-07-15", "2018-07-16", "2018-07-17"])
def test_every_epoch_is_of_the_same_quarter_of_an_hour(data_dir: Path, date: str) -> None:
    """From ten minutes before the week's end to nine after."""
    data = np.fromfile(data_dir / STREAM, np.uint8)
    epochs = read_rtcm(Path("x.rtcm3"), data, reference_of(date), {}).epochs
    begin_ns = reference_of("2018-07-14T23:49:51Z")
    assert len(epochs) == 1_134
    assert epochs.t_gpst_ns[0] == begin_ns
    assert np.diff(epochs.t_gpst_ns).min() > 0
    assert epochs.t_gpst_ns[-1] - begin_ns < 1_200 * NS_PER_S
