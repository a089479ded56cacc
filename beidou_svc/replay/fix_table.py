"""`FixBatch` as a table for people and their tools: names, units, degrees, UTC, nulls, and what each column means.

Rows leave the house here, so angles are degrees and time is UTC; GPST stays beside it. The frame of the coordinates is
whatever the terminal reports, which NMEA 0183 does not state: it is metadata, given by whoever knows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gnss.batches import NO_BASE, NO_TIME, SYSTEM_COUNT, FixBatch, Source
from gnss.nmea.epoch import ROW_KINDS
from gnss.status import Status
from gnss.time.scales import gpst_ns_to_unix_ns

FRAME_UNSTATED = "as the terminal reports"

# decimals kept: all that receivers state, none of the noise that converting units adds
_ANGLE_DECIMALS = 12
_DERIVED_DECIMALS = 9

_DEG_PER_RAD = 180.0 / np.pi
_SATS_NOT_STATED = 255
_SYSTEM_WORDS = ("gps", "glonass", "galileo", "beidou", "qzss", "navic", "sbas")
_WORD = pa.dictionary(pa.int32(), pa.string())
_TIMESTAMP = pa.timestamp("ns", tz="UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: its Arrow type, how it is made of a batch, its unit and its meaning."""

    name: str
    type: pa.DataType
    make: Callable[[FixBatch], Any]
    unit: str = ""
    meaning: str = ""

    @property
    def field(self) -> pa.Field:
        """The column as Arrow's schema has it."""
        metadata = {"unit": self.unit, "description": self.meaning}
        return pa.field(self.name, self.type, metadata={key: text for key, text in metadata.items() if text})


def timestamps(unix_ns: NDArray[np.int64]) -> pa.Array:
    """Unix times as UTC timestamps; `NO_TIME` = null."""
    return pa.array(unix_ns, _TIMESTAMP, mask=unix_ns == NO_TIME)


def words(codes: NDArray[Any], texts: dict[int, str]) -> pa.Array:
    """Codes as words, stored once each."""
    known, rows = np.unique(codes, return_inverse=True)
    found = pa.array([texts.get(int(code), str(code)) for code in known], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(rows.astype(np.int32)), found)


def _float(column: str, decimals: int | None = None) -> Callable[[FixBatch], Any]:
    def make(fixes: FixBatch) -> Any:
        values = getattr(fixes, column)
        return pa.array(values if decimals is None else np.round(values, decimals), pa.float64(), from_pandas=True)

    return make


def _degrees(column: str) -> Callable[[FixBatch], Any]:
    def make(fixes: FixBatch) -> Any:
        return pa.array(np.round(getattr(fixes, column) * _DEG_PER_RAD, _ANGLE_DECIMALS), from_pandas=True)

    return make


def _integer(column: str, missing: int | None = None) -> Callable[[FixBatch], Any]:
    def make(fixes: FixBatch) -> Any:
        values = getattr(fixes, column)
        return pa.array(values, mask=None if missing is None else values == missing)

    return make


def _in_view(system: int) -> Callable[[FixBatch], Any]:
    return lambda fixes: pa.array(np.ascontiguousarray(fixes.sats_view[:, system]))


def _cn0(system: int) -> Callable[[FixBatch], Any]:
    return lambda fixes: pa.array(np.ascontiguousarray(fixes.cn0_dbhz[:, system]), from_pandas=True)


def _sentences(fixes: FixBatch) -> Any:
    known = np.unique(fixes.sentences)
    return words(fixes.sentences, {int(bits): sentence_names(int(bits)) for bits in known})


def sentence_names(bits: int) -> str:
    """The sentence types of a bit set, `GGA RMC GST`."""
    return " ".join(name for kind, name in enumerate(ROW_KINDS, start=1) if bits >> kind & 1)


_SOURCES = {int(member): member.name.lower() for member in Source}
_STATUSES = {int(member): member.name for member in Status}
_ORTHOMETRIC = "orthometric height as the receiver states it"

COLUMNS: tuple[Column, ...] = (
    Column("t", _TIMESTAMP, lambda f: timestamps(gpst_ns_to_unix_ns(f.t_gpst_ns)), "UTC", "time of the fix"),
    Column("t_gpst_ns", pa.int64(), _integer("t_gpst_ns", NO_TIME), "ns", "time of the fix, GPST since 1980-01-06"),
    Column("t_rx", _TIMESTAMP, lambda f: timestamps(f.t_rx_ns), "UTC", "receive time, where the log recorded it"),
    Column("lat_deg", pa.float64(), _degrees("lat_rad"), "deg", "geodetic latitude, north positive"),
    Column("lon_deg", pa.float64(), _degrees("lon_rad"), "deg", "longitude, east positive"),
    Column("h_ell_m", pa.float64(), _float("h_ell_m", _DERIVED_DECIMALS), "m", "ellipsoidal height"),
    Column("h_msl_m", pa.float64(), _float("h_msl_m"), "m", _ORTHOMETRIC),
    Column("geoid_sep_m", pa.float64(), _float("geoid_sep_m"), "m", "geoid above ellipsoid, as the receiver states it"),
    Column("fix_quality", pa.uint8(), _integer("fix_quality"), "", "NMEA GGA quality: 0 none, 4 RTK fixed, 5 float"),
    Column("fix_dim", pa.uint8(), _integer("fix_dim", 0), "", "1 none, 2 two-, 3 three-dimensional"),
    Column("sigma_n_m", pa.float64(), _float("sigma_n_m"), "m", "standard deviation north"),
    Column("sigma_e_m", pa.float64(), _float("sigma_e_m"), "m", "standard deviation east"),
    Column("sigma_u_m", pa.float64(), _float("sigma_u_m"), "m", "standard deviation up"),
    Column("cov_ne_m2", pa.float64(), _float("cov_ne_m2"), "m2", "covariance of north and east"),
    Column("cov_nu_m2", pa.float64(), _float("cov_nu_m2"), "m2", "covariance of north and up"),
    Column("cov_eu_m2", pa.float64(), _float("cov_eu_m2"), "m2", "covariance of east and up"),
    Column("pl_h_m", pa.float64(), _float("pl_h_m"), "m", "horizontal protection level"),
    Column("pl_v_m", pa.float64(), _float("pl_v_m"), "m", "vertical protection level"),
    Column("hdop", pa.float64(), _float("hdop"), "", "horizontal dilution of precision"),
    Column("pdop", pa.float64(), _float("pdop"), "", "position dilution of precision"),
    Column("vdop", pa.float64(), _float("vdop"), "", "vertical dilution of precision"),
    Column("sats_used", pa.uint8(), _integer("sats_used", _SATS_NOT_STATED), "", "satellites used"),
    *(
        Column(f"sats_view_{_SYSTEM_WORDS[i]}", pa.uint8(), _in_view(i), "", "satellites in view")
        for i in range(SYSTEM_COUNT)
    ),
    *(
        Column(f"cn0_{_SYSTEM_WORDS[i]}_dbhz", pa.float32(), _cn0(i), "dB-Hz", "mean C/N0 of those tracked")
        for i in range(SYSTEM_COUNT)
    ),
    Column("age_corr_s", pa.float64(), _float("age_corr_s"), "s", "age of the corrections"),
    Column("base_id", pa.int32(), _integer("base_id", NO_BASE), "", "reference station"),
    Column("baseline_m", pa.float64(), _float("baseline_m"), "m", "distance from the reference station"),
    Column("ratio", pa.float64(), _float("ratio"), "", "how much better the integers chosen fit than the next best"),
    Column("speed_mps", pa.float64(), _float("speed_mps", _DERIVED_DECIMALS), "m/s", "speed over ground"),
    Column("course_deg", pa.float64(), _degrees("course_rad"), "deg", "course over ground from true north, clockwise"),
    Column("heading_deg", pa.float64(), _degrees("heading_rad"), "deg", "heading of the body from true north"),
    Column("pitch_deg", pa.float64(), _degrees("pitch_rad"), "deg", "pitch of the body"),
    Column("roll_deg", pa.float64(), _degrees("roll_rad"), "deg", "roll of the body"),
    Column("vel_u_mps", pa.float64(), _float("vel_u_mps", _DERIVED_DECIMALS), "m/s", "vertical velocity, up positive"),
    Column("source", _WORD, lambda f: words(f.source, _SOURCES), "", "which kind of message the position is from"),
    Column("sentences", _WORD, _sentences, "", "sentence types that made the row"),
    Column("status", _WORD, lambda f: words(f.status, _STATUSES), "", "verdict on the row, OK where nothing is wrong"),
)

TERMINAL = pa.field("terminal", _WORD, metadata={"description": "terminal the row is from"})


def fix_schema(frame: str = FRAME_UNSTATED) -> pa.Schema:
    """Schema of the fix table; its metadata state frame and time scales."""
    metadata = {
        "table": "fixes",
        "frame": frame,
        "time_scale": "t and t_rx: UTC; t_gpst_ns: GPST",
        "leap_second": "t folds 23:59:60 onto the second after it; t_gpst_ns does not",
    }
    return pa.schema([TERMINAL, *(column.field for column in COLUMNS)], metadata=metadata)


def terminal_column(slot: NDArray[np.int32], ids: Sequence[str]) -> pa.Array:
    """Ids of slots, stored once each."""
    return pa.DictionaryArray.from_arrays(pa.array(slot), pa.array(ids, pa.string()))


def fixes_to_arrow(fixes: FixBatch, ids: Sequence[str], schema: pa.Schema) -> pa.RecordBatch:
    """Rows of a batch as Arrow columns; `ids` names the slots."""
    arrays = [terminal_column(fixes.slot, ids), *(column.make(fixes) for column in COLUMNS)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
