"""Base stations, and what rovers get from them, as the API shows it."""

from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from beidou_svc.api.answers import number_or_none, to_json
from beidou_svc.api.context import Context
from beidou_svc.api.fields import SOURCE_FIELDS, Shown
from beidou_svc.fleet.merge import TRUST_NONE
from beidou_svc.fleet.state import FleetState
from beidou_svc.positioning.bases import SURVEYED
from beidou_svc.positioning.located import NO_SLOT
from beidou_svc.utc import utc_text
from gnss.batches import NO_TIME
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.rtcm._kit import NO_STATION
from gnss.rtk.base_choice import BaseHealth, BaseReason
from gnss.time.scales import gpst_ns_to_unix_ns

_DEGREE_DECIMALS, _LENGTH_DECIMALS = 11, 4


def sources_of(state: FleetState, slot: int) -> dict[str, Any]:
    """What is computed here of a terminal, and what its receiver says, each with its own time; None = nothing yet."""
    sources = state.sources
    if sources.engine is None or sources.receiver is None or not sources.is_computed[slot]:
        return {"engine": None, "receiver": _said(state, slot)}
    return {"engine": _said(sources.engine, slot), "receiver": _said(sources.receiver, slot)}


def _said(shown: Shown, slot: int) -> dict[str, Any] | None:
    if shown.epoch.trust[slot] == TRUST_NONE:
        return None
    slots = np.array([slot], np.int32)
    columns = orjson.loads(to_json({name: values(shown, slots) for name, values in SOURCE_FIELDS.items()}))
    return {name: values[0] for name, values in columns.items()}


def base_in_use(service: Context, slot: int) -> dict[str, Any] | None:
    """Which base serves a rover, and why; None = none does."""
    positioning = service.pipeline.positioning
    base = int(positioning.base_slot[slot])
    if base == NO_SLOT:
        return None
    service.names.refresh()
    row = np.flatnonzero(positioning.bases.slot == base)
    station = _described(service, int(row[0])) if len(row) else {}
    return {
        "id": service.names.ids[base],
        "station": station.get("station"),
        "reason": BaseReason(positioning.reason[slot]).name.lower(),
        "since": _gpst_text(positioning.t_switch_ns[slot]),
        "health": station.get("health"),
    }


def station_of(service: Context, slot: int) -> dict[str, Any] | None:
    """What a base station is; None = it is none."""
    row = np.flatnonzero(service.pipeline.positioning.bases.slot == slot)
    return _described(service, int(row[0])) if len(row) else None


def stations_of(service: Context) -> list[dict[str, Any]]:
    """All base stations."""
    service.names.refresh()
    bases = service.pipeline.positioning.bases
    return [{"id": service.names.ids[slot], **_described(service, k)} for k, slot in enumerate(bases.slot.tolist())]


def switches_of(service: Context) -> list[dict[str, Any]]:
    """The last rovers that got another base, newest first; bases were no rovers, before they said so."""
    ids, bases = service.names.ids, set(service.pipeline.positioning.bases.slot.tolist())
    return [
        {
            "time": _gpst_text(each.t_gpst_ns[0]),
            "terminal": ids[each.slot[0]],
            "before": None if each.before[0] == NO_SLOT else ids[each.before[0]],
            "base": None if each.base[0] == NO_SLOT else ids[each.base[0]],
            "reason": BaseReason(each.reason[0]).name.lower(),
        }
        for each in reversed(service.pipeline.positioning.recent)
        if int(each.slot[0]) not in bases
    ]


def _described(service: Context, row: int) -> dict[str, Any]:
    positioning = service.pipeline.positioning
    bases = positioning.bases
    station, number = int(bases.station[row]), int(bases.number[row])
    return {
        "station": None if station == NO_STATION else station,
        "health": BaseHealth(bases.health[row]).name.lower(),
        "satellites": int(bases.satellites[row]),
        "rovers": positioning.rovers_of(int(bases.slot[row])),
        "last_epoch": _gpst_text(bases.t_last_ns[row]),
        "position_from": "register" if number == SURVEYED else str(number),
        **_place(bases.ecef_m[row]),
    }


def _place(ecef_m: NDArray[np.float64]) -> dict[str, Any]:
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(ecef_m)
    return {
        "lat_deg": number_or_none(round(float(np.degrees(lat_rad)), _DEGREE_DECIMALS)),
        "lon_deg": number_or_none(round(float(np.degrees(lon_rad)), _DEGREE_DECIMALS)),
        "h_ell_m": number_or_none(round(float(h_ell_m), _LENGTH_DECIMALS)),
    }


def _gpst_text(t_gpst_ns: Any) -> str | None:
    return None if t_gpst_ns == NO_TIME else utc_text(int(gpst_ns_to_unix_ns(np.int64(t_gpst_ns))))
