"""RTKLIB's `.pos` files: written and read (what is in them: `gnss.pos_text`)."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from gnss.batches import FixBatch
from gnss.pos_text import PosFile, format_pos, parse_pos


def write_pos(path: str | PathLike[str], fixes: FixBatch, header: Sequence[str] = (), *, ecef: bool = False) -> None:
    """Write positions as a `.pos` file, degrees or ECEF; `header` lines go before it, each behind a `%`.

    Shape: (n,). Unit: as `format_pos` says. Error: OSError. Source: files of RTKLIB.
    """
    Path(path).write_bytes(format_pos(fixes, header, ecef=ecef))


def read_pos(path: str | PathLike[str]) -> PosFile:
    """Read a `.pos` file.

    Shape: (n,). Unit: as `FixBatch` says. Error: OSError; lines that are no positions are counted. Source: files of
    RTKLIB.
    """
    return parse_pos(Path(path).read_bytes())
