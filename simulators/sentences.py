"""From columns to NMEA text: all sentences of all due terminals, one byte buffer and an offset for each terminal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from gnss.nmea.encode import encode, interleave
from simulators.fleet import Fleet, geoid_sep_m
from simulators.receivers import SINGLE, Epochs
from simulators.satellites import SATELLITES_A_GSA, SATELLITES_A_GSV, SYSTEMS, MessageTable, build_table, shown_cn0
from simulators.sky import SKY_KINDS

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Text = tuple[Bytes, NDArray[np.int64]]
Columns = dict[str, Floats]

DAY_NS = 86_400 * NS_PER_S
KN_A_MPS = 3600.0 / 1852.0
TALKER = b"GN"
MODE = np.array([ord(letter) for letter in "NADPRFEMS"], dtype=np.float64)  # of fix quality 0 to 8
AGE_SHOWN_S_MAX = 999.0
GGA_CELLS = (
    "time_ns", "lat_deg", "lon_deg", "fix_quality", "sats_used", "hdop", "h_msl_m", "geoid_sep_m",
    "age_corr_s", "base_id",
)  # fmt: skip
RMC_CELLS = ("time_ns", "rmc_status", "lat_deg", "lon_deg", "speed_kn", "course_deg", "day", "mode")
GST_CELLS = (
    "time_ns", "rms_m", "sigma_major_m", "sigma_minor_m", "orient_deg", "sigma_n_m", "sigma_e_m", "sigma_u_m",
)  # fmt: skip


class Speaker:
    """Writes the sentences that a scenario asks for."""

    def __init__(self, fleet: Fleet) -> None:
        """Prepare what does not change from slot to slot."""
        self.fleet = fleet
        settings = fleet.scenario.receivers
        self._writers: dict[str, Callable[[int, Epochs, Columns], Text]] = {
            "GGA": self._gga,
            "RMC": self._rmc,
            "GST": self._gst,
            "GSA": self._gsa,
            "GSV": self._gsv,
        }
        self.sentences = settings.sentences
        self._turn_epochs = max(1, round(settings.satellites_every_s / fleet.schedule.period_s))
        self._tables: tuple[int, MessageTable, MessageTable] | None = None

    def speak(self, slot: int, epochs: Epochs) -> Text:
        """The text of a slot: `(buffer, offset)`, row k of `epochs` is `buffer[offset[k]:offset[k + 1]]`."""
        if epochs.row.size == 0:
            return _silence(0)
        columns = self._columns(slot, epochs)
        parts = [self._writers[name](slot, epochs, columns) for name in self.sentences]
        return interleave(parts) if len(parts) > 1 else parts[0]

    def _columns(self, slot: int, epochs: Epochs) -> Columns:
        """Everything the sentences say of a position, under the field names of the sentence tables."""
        day, time_ns = divmod(self.fleet.t_utc_ns(slot), DAY_NS)
        fixed = epochs.fix_quality > 0
        sep = geoid_sep_m(epochs.true_lat_deg)
        return {
            "time_ns": np.full(fixed.size, float(time_ns)),
            "day": np.full(fixed.size, float(day)),
            "lat_deg": epochs.lat_deg,
            "lon_deg": epochs.lon_deg,
            "fix_quality": epochs.fix_quality.astype(np.float64),
            "h_msl_m": epochs.h_ell_m - sep,
            "geoid_sep_m": np.where(fixed, sep, np.nan),
            "age_corr_s": np.minimum(epochs.age_corr_s, AGE_SHOWN_S_MAX),
            "base_id": np.where(epochs.base >= 0, self.fleet.corrections.id[epochs.base], np.nan),
            "speed_kn": np.where(fixed, epochs.speed_mps * KN_A_MPS, np.nan),
            "course_deg": np.where(fixed, epochs.course_deg, np.nan),
            "rmc_status": np.where(fixed, float(ord("A")), float(ord("V"))),
            "mode": MODE[epochs.fix_quality],
            **self._dilutions(slot, epochs, fixed),
            **_ellipse(epochs, fixed),
        }

    def _dilutions(self, slot: int, epochs: Epochs, fixed: NDArray[np.bool_]) -> Columns:
        """Satellites used and dops under the sky of every row."""
        sky, pair = self.fleet.sky(slot), self._pair(epochs)
        dops = {"hdop": sky.hdop, "pdop": sky.pdop, "vdop": sky.vdop}
        columns: Columns = {name: np.where(fixed, table.ravel()[pair], np.nan) for name, table in dops.items()}
        columns["sats_used"] = sky.sats_used.ravel()[pair].astype(np.float64)
        return columns

    def _pair(self, epochs: Epochs) -> NDArray[np.int64]:
        """Index of (receiver kind, sky kind) of every row."""
        basic = self.fleet.receivers.kind[epochs.row] == SINGLE
        return np.asarray(basic * SKY_KINDS + epochs.sky, dtype=np.int64)

    def _gga(self, slot: int, epochs: Epochs, columns: Columns) -> Text:
        return encode("GGA", _of(columns, GGA_CELLS), TALKER)

    def _rmc(self, slot: int, epochs: Epochs, columns: Columns) -> Text:
        return encode("RMC", _of(columns, RMC_CELLS), TALKER)

    def _gst(self, slot: int, epochs: Epochs, columns: Columns) -> Text:
        return encode("GST", _of(columns, GST_CELLS), TALKER)

    def _gsa(self, slot: int, epochs: Epochs, columns: Columns) -> Text:
        """Satellites used, one or two messages a system."""
        due, pair = self._due(slot, epochs)
        if due.size == 0:
            return _silence(epochs.row.size)
        table = self._tables_of(slot)[0]
        owner, message = table.expand(pair)
        row = due[owner]
        cells: Columns = {f"sat_{k + 1}": table.sat[message, k] for k in range(SATELLITES_A_GSA)}
        cells |= {name: columns[name][row] for name in ("pdop", "hdop", "vdop")}
        cells["selection"] = np.full(row.size, float(ord("A")))
        cells["fix_dim"] = np.where(epochs.fix_quality[row] > 0, 3.0, 1.0)
        cells["system_id"] = table.system[message].astype(np.float64)
        return _by_terminal(encode("GSA", cells, TALKER), due, owner, epochs.row.size)

    def _gsv(self, slot: int, epochs: Epochs, columns: Columns) -> Text:
        """Satellites in view, four a message."""
        due, pair = self._due(slot, epochs)
        if due.size == 0:
            return _silence(epochs.row.size)
        table = self._tables_of(slot)[1]
        owner, message = table.expand(pair)
        system = table.system[message]
        cn0 = shown_cn0(table.cn0_dbhz[message], epochs.row[due[owner]].astype(np.int64), table.sat[message])
        cells: Columns = {"total": table.total[message], "index": table.index[message]}
        cells["sats_view"] = table.in_view[message]
        for k in range(SATELLITES_A_GSV):
            cells[f"sat_{k + 1}"] = table.sat[message, k]
            cells[f"el_deg_{k + 1}"] = table.el_deg[message, k]
            cells[f"az_deg_{k + 1}"] = np.floor(table.az_deg[message, k])
            cells[f"cn0_dbhz_{k + 1}"] = cn0[:, k]
        cells["signal"] = SIGNAL[system]
        return _by_terminal(encode("GSV", cells, TALKERS[system]), due, owner, epochs.row.size)

    def _due(self, slot: int, epochs: Epochs) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """The rows whose turn it is to tell about satellites, and their (receiver, sky) pairs."""
        schedule = self.fleet.schedule
        turn = schedule.epoch(slot) + epochs.row // schedule.groups
        due = np.flatnonzero(turn % self._turn_epochs == 0)
        return due, self._pair(epochs)[due]

    def _tables_of(self, slot: int) -> tuple[MessageTable, MessageTable]:
        """GSA and GSV tables of the slot's sky."""
        when = self.fleet.sky_number(slot)
        if self._tables is None or self._tables[0] != when:
            stars, sky = self.fleet.constellation, self.fleet.sky(slot)
            gsa, gsv = build_table(stars, sky, SATELLITES_A_GSA), build_table(stars, sky, SATELLITES_A_GSV)
            self._tables = (when, gsa, gsv)
        return self._tables[1:]


def _ellipse(epochs: Epochs, fixed: NDArray[np.bool_]) -> Columns:
    """What GST says of the error; the axes of the ellipse point north and east."""
    north, east = epochs.sigma_n_m, epochs.sigma_e_m
    return {
        "rms_m": np.sqrt((north**2 + east**2) / 2.0),
        "sigma_major_m": np.maximum(north, east),
        "sigma_minor_m": np.minimum(north, east),
        "orient_deg": np.where(fixed, np.where(north >= east, 0.0, 90.0), np.nan),
        "sigma_n_m": north,
        "sigma_e_m": east,
        "sigma_u_m": epochs.sigma_u_m,
    }


def _of(columns: Columns, cells: tuple[str, ...]) -> Columns:
    """The columns that a sentence has."""
    return {cell: columns[cell] for cell in cells}


def join_texts(parts: list[Text]) -> Text:
    """The texts of several epochs of the same terminals, one behind the other for each terminal."""
    return interleave(parts)


def _silence(rows: int) -> Text:
    """No text from any of some terminals."""
    return np.empty(0, dtype=np.uint8), np.zeros(rows + 1, dtype=np.int64)


def _by_terminal(text: Text, due: NDArray[np.intp], owner: NDArray[np.int64], rows: int) -> Text:
    """Gather the messages of each terminal; terminals that are not due have none."""
    buffer, offset = text
    length = np.zeros(rows + 1, dtype=np.int64)
    np.add.at(length, due[owner] + 1, np.diff(offset))
    return buffer, np.cumsum(length)


def _per_system(values: dict[int, float]) -> Floats:
    """A small table indexed by system id."""
    table = np.full(max(values) + 1, np.nan)
    for system, value in values.items():
        table[system] = value
    return table


SIGNAL = _per_system({system: float(shell.signal_hex) for system, shell in SYSTEMS.items()})
TALKERS = np.array([SYSTEMS[k].talker if k in SYSTEMS else TALKER for k in range(max(SYSTEMS) + 1)], dtype="S2")
