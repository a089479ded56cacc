"""Rovers and bases as files: what each would send, byte for byte, and the truth as CSV beside it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from gnss.constants import NS_PER_S
from simulators.errors import SimulatorError
from simulators.link import Link
from simulators.rtk.fleet import RtkFleet
from simulators.rtk.speaker import RtkSpeaker
from simulators.signals.truth import TruthBatch

FILES_MAX = 500
TRUTH_FILE = "truth.csv"


def write_rtk_log(
    fleet: RtkFleet, speaker: RtkSpeaker, link: Link, duration_s: float, out: Path, ids: list[str]
) -> int:
    """Write `ID.rtcm3` for each rover and base and `truth.csv` into a folder; returns the bytes of the messages.

    `link` does to them what it does on air. Raises `SimulatorError` for more files than `FILES_MAX`.
    """
    if len(ids) > FILES_MAX:
        raise SimulatorError(f"{len(ids)} files are too many; {FILES_MAX} are written at most")
    out.mkdir(parents=True, exist_ok=True)
    schedule, written = fleet.schedule, 0
    periods = round(duration_s * NS_PER_S / schedule.period_ns)
    with ExitStack() as stack:
        files = [stack.enter_context((out / f"{name}.rtcm3").open("wb")) for name in ids]
        truth = None
        for slot in range(periods * schedule.groups):
            epochs = fleet.observe(slot)
            t_s = schedule.t_s(slot)
            link.breaks(t_s, schedule.slot_ns / NS_PER_S)
            for writes in link.carry(t_s, epochs.row, *speaker.speak(slot, epochs)):
                for row, start, length in zip(writes.row, writes.start, writes.length, strict=True):
                    written += files[row].write(writes.buffer[start : start + length].tobytes())
            table = truth_table(epochs.observed.truth, ids, fleet.t_utc_ns(slot))
            if truth is None:
                truth = stack.enter_context(pa.csv.CSVWriter(out / TRUTH_FILE, table.schema))
            truth.write_table(table)
    return written


def truth_table(truth: TruthBatch, ids: list[str], t_utc_ns: int) -> pa.Table:
    """The truth of an instant with ids and UTC, angles in degrees."""
    columns = {
        "t_utc_ns": np.full(len(truth), t_utc_ns),
        "t_gpst_ns": truth.t_gpst_ns,
        "id": [ids[slot] for slot in truth.slot],
        **{f"{axis}_ecef_m": truth.r_ecef_m[:, k] for k, axis in enumerate("xyz")},
        "lat_deg": np.degrees(truth.lat_rad),
        "lon_deg": np.degrees(truth.lon_rad),
        "h_ell_m": truth.h_ell_m,
        **{f"v{axis}_ecef_mps": truth.v_ecef_mps[:, k] for k, axis in enumerate("xyz")},
        "clock_s": truth.clock_s,
        "sky": truth.kind,
        "rows": truth.rows,
    }
    return pa.table({name: pa.array(value) for name, value in columns.items()})
