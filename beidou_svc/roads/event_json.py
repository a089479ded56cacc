"""Events as the API and its live stream give them."""

from collections.abc import Sequence
from math import degrees, isnan
from typing import Any, Final

from beidou_svc.roads.event_log import EventLog, Rows
from beidou_svc.utc import gpst_text
from mapping.fences.kinds import EventKind, EventStatus, Op

UNIT: Final = {
    EventKind.EXIT: "s",
    EventKind.DWELL: "s",
    EventKind.ARRIVED: "s",
    EventKind.DEPARTED: "s",
    EventKind.WRONG_WAY_END: "s",
    EventKind.RETURN: "s",
    EventKind.SPEEDING: "m/s",
    EventKind.SPEEDING_END: "m/s",
    EventKind.DEVIATION: "m",
    EventKind.CROSS: "m",
}
"""What the value of an event is measured in; kinds that are not here have none."""

_DEGREE_DECIMALS: Final = 9


def events_to_show(log: EventLog, seqs: Rows, ids: Sequence[str], fences: Sequence[str]) -> list[dict[str, Any]]:
    """Some rows as objects; `ids` and `fences` are the names of slots and of rows of the fence set."""
    columns = {name: values.tolist() for name, values in log.read(seqs).items()}
    return [
        _shown(seq, {name: column[k] for name, column in columns.items()}, ids, fences)
        for k, seq in enumerate(seqs.tolist())
    ]


def _shown(seq: int, row: dict[str, Any], ids: Sequence[str], fences: Sequence[str]) -> dict[str, Any]:
    kind, fence = EventKind(row["kind"]), row["fence"]
    unit = UNIT.get(kind)
    value = None if unit is None or isnan(row["value"]) else round(row["value"], 4)
    return {
        "seq": seq,
        "event": f"{row['event_id']:016x}",
        "op": Op(row["op"]).name.lower(),
        "kind": kind.name.lower(),
        "terminal": ids[row["slot"]],
        "fence": fences[fence],
        "fence_version": row["fence_version"] or None,
        "time": gpst_text(row["t_gpst_ns"]),
        "cause_time": gpst_text(row["cause_t_gpst_ns"]),
        "p": _rounded(row["p"], 6),
        "lat_deg": _rounded(degrees(row["lat_rad"]), _DEGREE_DECIMALS),
        "lon_deg": _rounded(degrees(row["lon_rad"]), _DEGREE_DECIMALS),
        "sigma_m": _rounded(row["sigma_m"], 4),
        "value": value,
        "unit": unit if value is not None else None,
        "status": EventStatus(row["status"]).name.lower(),
        "standing": row["standing"],
    }


def _rounded(value: float, decimals: int) -> float | None:
    return None if isnan(value) else round(value, decimals)
