"""The fields of a terminal as REST shows them: one table of columns, in units for people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from beidou_svc.api.road_fields import ROAD_FIELDS, road_column
from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.merge import TRUST_DATED, Key
from beidou_svc.fleet.names import Names, pick
from beidou_svc.fleet.state import NO_BASE_SLOT, FleetState
from gnss.batches import NO_BASE, NO_TIME, Source
from gnss.status import Status
from gnss.time.rfc3339 import format_rfc3339

Slots = NDArray[np.int32]
Column = NDArray[Any] | Sequence[Any] | orjson.Fragment
"""What orjson writes as a list: numbers as an array, everything else as a list or as JSON made before."""

SATS_UNKNOWN = 255


class Shown(Protocol):
    """What is known of slots: the fleet's state as shown, or what one source says."""

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]: ...
    @property
    def epoch(self) -> Key: ...
    @property
    def position(self) -> Key: ...


_LIVENESS = np.array([member.name.lower() for member in Liveness], object)
_ROLE = np.array(["rover", "base"], object)
_SOURCE = np.array([member.name.lower() for member in Source], object)
_STATUS = np.full(256, "UNKNOWN", object)
for _member in Status:
    _STATUS[_member.value] = _member.name

# decimals that are kept: beyond what any receiver states, short of the noise of converting units
_DEGREE_DECIMALS = 11
_LENGTH_DECIMALS = 6
_ANGLE_DECIMALS = 6
_SPEED_DECIMALS = 6

_DEGREES = 180.0 / np.pi


def _degrees(column: str, decimals: int) -> Callable[[Shown, Slots], Column]:
    return lambda state, slots: np.round(state.columns[column][slots] * _DEGREES, decimals)


def _rounded(column: str, decimals: int) -> Callable[[Shown, Slots], Column]:
    return lambda state, slots: np.round(state.columns[column][slots], decimals)


def _bearing(column: str) -> Callable[[Shown, Slots], Column]:
    return lambda state, slots: np.round(state.columns[column][slots] * _DEGREES, _ANGLE_DECIMALS) % 360.0


def _listed(values: NDArray[Any]) -> list[Any]:
    listed: list[Any] = values.tolist()
    return listed


def _words(words: NDArray[np.object_], column: str) -> Callable[[Shown, Slots], Column]:
    return lambda state, slots: _listed(words[state.columns[column][slots]])


def _or_null(column: str, missing: int) -> Callable[[Shown, Slots], Column]:
    def values(state: Shown, slots: Slots) -> Column:
        numbers = state.columns[column][slots]
        boxed = numbers.astype(object)
        boxed[numbers == missing] = None
        return _listed(boxed)

    return values


def time_texts(key: Key, slots: Slots) -> NDArray[np.bytes_]:
    """RFC 3339 times of dated rows, milliseconds; empty where there is none."""
    dated = key.trust[slots] == TRUST_DATED
    return format_rfc3339(np.where(dated, key.t_ns[slots], NO_TIME), 3)


def _times(key: Key, slots: Slots) -> Column:
    texts = time_texts(key, slots)
    if not len(texts):
        return []
    width = texts.dtype.itemsize
    matrix = np.full((len(texts), width + 3), ord(" "), np.uint8)
    matrix[:, 1 : width + 1] = np.maximum(texts.view(np.uint8).reshape(len(texts), width), ord(" "))
    matrix[:, 0] = matrix[:, width + 1] = ord('"')
    matrix[:, width + 2] = ord(",")
    missing = texts == b""
    matrix[missing, : width + 2] = np.frombuffer(b"null".ljust(width + 2), np.uint8)
    return orjson.Fragment(b"[" + matrix.tobytes()[:-1] + b"]")


SOURCE_FIELDS: dict[str, Callable[[Shown, Slots], Column]] = {
    "time": lambda state, slots: _times(state.epoch, slots),
    "position_time": lambda state, slots: _times(state.position, slots),
    "lat_deg": _degrees("lat_rad", _DEGREE_DECIMALS),
    "lon_deg": _degrees("lon_rad", _DEGREE_DECIMALS),
    "h_ell_m": _rounded("h_ell_m", _LENGTH_DECIMALS),
    "h_msl_m": _rounded("h_msl_m", _LENGTH_DECIMALS),
    "geoid_sep_m": _rounded("geoid_sep_m", _LENGTH_DECIMALS),
    "fix_quality": lambda state, slots: state.columns["fix_quality"][slots],
    "sigma_n_m": _rounded("sigma_n_m", _LENGTH_DECIMALS),
    "sigma_e_m": _rounded("sigma_e_m", _LENGTH_DECIMALS),
    "sigma_u_m": _rounded("sigma_u_m", _LENGTH_DECIMALS),
    "pl_h_m": _rounded("pl_h_m", _LENGTH_DECIMALS),
    "pl_v_m": _rounded("pl_v_m", _LENGTH_DECIMALS),
    "hdop": _rounded("hdop", _LENGTH_DECIMALS),
    "pdop": _rounded("pdop", _LENGTH_DECIMALS),
    "vdop": _rounded("vdop", _LENGTH_DECIMALS),
    "sats_used": _or_null("sats_used", SATS_UNKNOWN),
    "age_corr_s": _rounded("age_corr_s", _LENGTH_DECIMALS),
    "base_id": _or_null("base_id", NO_BASE),
    "baseline_m": _rounded("baseline_m", _LENGTH_DECIMALS),
    "ratio": _rounded("ratio", _LENGTH_DECIMALS),
    "speed_mps": _rounded("speed_mps", _SPEED_DECIMALS),
    "course_deg": _bearing("course_rad"),
    "heading_deg": _bearing("heading_rad"),
    "source": _words(_SOURCE, "source"),
    "status": _words(_STATUS, "status"),
}

"""Fields that every source of a terminal has."""

FLEET_FIELDS: dict[str, Callable[[FleetState, Slots], Column]] = {
    "slot": lambda _, slots: slots,
    "liveness": lambda state, slots: _listed(_LIVENESS[state.liveness[slots]]),
    "role": lambda state, slots: _listed(_ROLE[state.is_base[slots]]),
}
NAME_FIELDS = ("id", "name", "base")
ALL_FIELDS = ("id", "name", "slot", *SOURCE_FIELDS, "liveness", "role", "base")


def columns_of(state: FleetState, names: Names, slots: Slots, fields: Sequence[str]) -> dict[str, Column]:
    """The asked fields of the asked slots, by name."""
    columns: dict[str, Column] = {}
    for field in fields:
        if field in SOURCE_FIELDS:
            columns[field] = SOURCE_FIELDS[field](state, slots)
        elif field in FLEET_FIELDS:
            columns[field] = FLEET_FIELDS[field](state, slots)
        elif field in ROAD_FIELDS:
            columns[field] = road_column(field, state.road, slots)
        elif field == "base":
            columns[field] = _ids_or_null(names, state.base[slots])
        else:
            columns[field] = pick(names.ids if field == "id" else names.names, slots)
    return columns


def _ids_or_null(names: Names, slots: Slots) -> list[str | None]:
    return [None if slot == NO_BASE_SLOT else names.ids[slot] for slot in slots.tolist()]
