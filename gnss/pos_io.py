"""RTKLIB's `.pos` files: written and read (what is in them: `gnss.pos_text`)."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch
from gnss.pos_text import PosFile, PosForm, format_pos, parse_pos


def write_pos(
    path: str | PathLike[str],
    fixes: FixBatch,
    header: Sequence[str] = (),
    *,
    form: PosForm = PosForm.LLH,
    baseline_enu_m: NDArray[np.float64] | None = None,
) -> None:
    """Write positions as a `.pos` file, degrees, ECEF or baselines; `header` lines go before it, each behind a `%`.

    Shape: (n,), `baseline_enu_m` (n, 3). Unit: as `format_pos` says. Error: OSError. Source: files of RTKLIB.
    """
    Path(path).write_bytes(format_pos(fixes, header, form=form, baseline_enu_m=baseline_enu_m))


def read_pos(path: str | PathLike[str]) -> PosFile:
    """Read a `.pos` file.

    Shape: (n,). Unit: as `FixBatch` says. Error: OSError; lines that are no positions are counted. Source: files of
    RTKLIB.
    """
    return parse_pos(Path(path).read_bytes())
