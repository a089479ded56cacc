"""Epochs and observations to the text of an observation file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, SYSTEM_COUNT, SYSTEMS
from gnss.rinex._write_kernel import Layout, Rows, write_epochs
from gnss.rinex.header import RinexHeader
from gnss.rinex.types import CODE, DOPPLER, KINDS, PHASE, STRENGTH
from gnss.rinex.types_2 import BANDS_2, code_of_type, types_of_codes
from gnss.rinex.write_header import (
    END_LINE,
    channel_lines,
    first_line,
    leap_lines,
    shift_lines,
    station_lines,
    time_line,
    types_lines,
)
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import NO_CHANNEL, ObservationBatch
from gnss.rtcm.signals import CODE_INDEX, CODE_NAMES

VERSIONS = (2.11, 3.02, 3.03, 3.04, 3.05, 4.0, 4.01, 4.02)
_COLUMNS = {"pr_m": CODE, "cp_cyc": PHASE, "doppler_hz": DOPPLER, "cn0_dbhz": STRENGTH}
_LETTERS = {CODE: "C", PHASE: "L", DOPPLER: "D", STRENGTH: "S"}
_B1I_302 = {"2I": "1I", "2Q": "1Q", "2X": "1X"}
_NOT_302 = ("1D", "1P", "1X")
"""RINEX 3.02 calls B1I by the codes that B1C has later; B1C itself it has not."""

_LINE_BYTES = 81
_LETTER_BYTES = np.frombuffer(SYSTEMS.encode(), np.uint8)


@dataclass(frozen=True, slots=True)
class RinexText:
    """A file's text, and how many values it could not hold: signals without a name, numbers that are too large."""

    text: bytes
    dropped: int


def _present(o: ObservationBatch) -> NDArray[np.bool_]:
    """Which system, signal and kind there is a value of: (7, codes, 5)."""
    present = np.zeros((SYSTEM_COUNT, len(CODE_NAMES), len(_COLUMNS) + 1), bool)
    for name, kind in _COLUMNS.items():
        there = ~np.isnan(getattr(o, name))
        present[o.system[there], o.signal[there], kind] = True
    present[:, 0] = False
    return present


def _name_3(letter: str, signal: int, kind: int, version: float) -> str:
    code = CODE_NAMES[signal]
    if letter == "C" and version < 3.025:
        code = "" if code in _NOT_302 else _B1I_302.get(code, code)
    return f"{_LETTERS[kind]}{code}" if code else ""


def _types_3(present: NDArray[np.bool_], header: RinexHeader, version: float) -> dict[str, list[str]]:
    """Types of each system: those of the header first, in its order."""
    types: dict[str, list[str]] = {}
    for system, letter in enumerate(SYSTEMS):
        found = [(int(signal), int(kind)) for signal, kind in np.argwhere(present[system])]
        found.sort(key=lambda pair: (CODE_NAMES[pair[0]], pair[1]))
        names = [name for signal, kind in found if (name := _name_3(letter, signal, kind, version))]
        known = header.types.get(letter, []) if version >= 3.025 and header.version >= 3.025 else []
        kept = [name for name in known if name in set(names)]
        if names:
            types[letter] = kept + [name for name in names if name not in kept]
    return types


def _layout_3(types: dict[str, list[str]], version: float) -> Layout:
    field = np.full((SYSTEM_COUNT, len(CODE_NAMES), len(_COLUMNS) + 1), -1, np.int64)
    fields = np.array([len(types.get(letter, [])) for letter in SYSTEMS], np.int64)
    back = {new: old for old, new in _B1I_302.items()} if version < 3.025 else {}
    for letter, names in types.items():
        for place, name in enumerate(names):
            code = back.get(name[1:], name[1:]) if letter == "C" else name[1:]
            field[SYSTEMS.index(letter), CODE_INDEX[code], KINDS[name[0]]] = place
    return Layout(field, fields, max(int(fields.max()), 1), 3, False)


def _places_2(present: NDArray[np.bool_]) -> dict[tuple[int, int, int], str]:
    """RINEX 2: the type that holds the values of a system, signal and kind.

    Phase, Doppler and strength of a band go with the code that its reader gives them to.
    """
    places: dict[tuple[int, int, int], str] = {}
    for system, letter in enumerate(SYSTEMS):
        codes = {CODE_NAMES[signal]: signal for signal in np.flatnonzero(present[system].any(axis=1)).tolist()}
        held = list(types_of_codes(letter, codes))
        filled = {name for _, name, code in held if present[system, codes[code], CODE]}
        for band, name, code in held:
            signal = codes[code]
            places[system, signal, CODE] = name
            if code_of_type(letter, f"L{band}", filled) == dict(BANDS_2[letter][band])[name]:
                for kind in (PHASE, DOPPLER, STRENGTH):
                    places[system, signal, kind] = f"{_LETTERS[kind]}{band}"
    return {place: name for place, name in places.items() if present[place]}


def _layout_2(present: NDArray[np.bool_]) -> tuple[dict[str, list[str]], Layout]:
    """RINEX 2: one list of types for all systems."""
    places = _places_2(present)
    names = sorted(set(places.values()), key=_order_2)
    field = np.full(present.shape, -1, np.int64)
    for place, name in places.items():
        field[place] = names.index(name)
    return {"": names}, Layout(field, np.full(SYSTEM_COUNT, len(names), np.int64), 5, 0, True)


def _order_2(name: str) -> tuple[int, str]:
    return "CPLDS".index(name[0]), name[1:]


def _grouped(epochs: EpochBatch, o: ObservationBatch) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows in the order of writing; where satellites begin among them, (satellites + 1,); first satellite by epoch."""
    epoch = np.repeat(np.arange(len(epochs)), epochs.rows)
    row = np.repeat(epochs.first - np.cumsum(epochs.rows) + epochs.rows, epochs.rows) + np.arange(len(epoch))
    key = (epoch << 16) + (o.system[row].astype(np.int64) << 8) + o.prn[row]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first[inverse], kind="stable")
    edges = np.flatnonzero(np.diff(key[order], prepend=-1))
    satellites = np.bincount(epoch[order[edges]], minlength=len(epochs))
    return row[order], np.append(edges, len(key)), np.concatenate([np.zeros(1, np.int64), np.cumsum(satellites)])


def _channels(o: ObservationBatch, header: RinexHeader) -> dict[int, int]:
    mine = (o.system == SYSTEMS.index("R")) & (o.channel != NO_CHANNEL)
    return {**header.glonass_channels, **dict(zip(o.prn[mine].tolist(), o.channel[mine].tolist(), strict=True))}


def _header_text(
    header: RinexHeader, types: dict[str, list[str]], o: ObservationBatch, t_gpst_ns: NDArray[np.int64], version: float
) -> str:
    systems = [letter for letter in SYSTEMS if letter in types] if version >= 3.0 else []
    lines = [first_line(version, "O", systems[0] if len(systems) == 1 else "M"), *station_lines(header)]
    lines += types_lines(types, version < 3.0)
    if version >= 3.0:
        lines += [*shift_lines(header), *channel_lines(_channels(o, header))]
    if header.interval_s:
        lines.append(f"{header.interval_s:10.3f}{'':50}{'INTERVAL':<20}\n")
    if len(t_gpst_ns):
        lines += [time_line(int(t_gpst_ns[0]), "TIME OF FIRST OBS"), time_line(int(t_gpst_ns[-1]), "TIME OF LAST OBS")]
    return "".join([*lines, *leap_lines(header.leap_seconds), END_LINE])


def format_observations(
    epochs: EpochBatch,
    observations: ObservationBatch,
    header: RinexHeader | None = None,
    *,
    version: float = 3.05,
    clock_s: NDArray[np.float64] | None = None,
) -> RinexText:
    """Text of an observation file with GPST tags; epochs without a date are left out.

    Values are rounded to the 0.001 of the format, tags to 100 ns. A slip is marked where the lock is shorter than the
    time since the phase was last written. RINEX 2 names no attributes: what it holds comes back as its usual signals.

    Shape: (epochs,), (observations,). Unit: as the tables of the batches say. Error: values that the version cannot
    hold are counted; ValueError for a version that is not written. Source: RINEX 2.11, 3.05, 4.00.
    """
    if version not in VERSIONS:
        raise ValueError(f"RINEX {version} is not written; {', '.join(f'{v:.2f}' for v in VERSIONS)} are")
    dated = np.flatnonzero(epochs.t_gpst_ns != NO_TIME)
    epochs, header = epochs.take(dated), header or RinexHeader()
    clocks_s = np.full(len(epochs), np.nan) if clock_s is None else clock_s[dated]
    present = _present(observations)
    if version < 3.0:
        types, layout = _layout_2(present)
    else:
        types = _types_3(present, header, version)
        layout = _layout_3(types, version)
    t_gpst_ns = (epochs.t_gpst_ns + 50) // 100 * 100
    text, dropped = _body(epochs, observations, layout, t_gpst_ns, clocks_s)
    return RinexText(
        _header_text(header, types, observations, t_gpst_ns, version).encode("latin-1", "replace") + text, dropped
    )


def _body(
    epochs: EpochBatch, o: ObservationBatch, layout: Layout, t_gpst_ns: NDArray[np.int64], clock_s: NDArray[np.float64]
) -> tuple[bytes, int]:
    row, satellite, first_satellite = _grouped(epochs, o)
    names = ("system", "prn", "signal", "pr_m", "cp_cyc", "doppler_hz", "cn0_dbhz", "lock_s", "half_cycle")
    rows = Rows(*(*(getattr(o, name)[row] for name in names), satellite))
    satellites = len(satellite) - 1
    lines = (int(layout.fields.max()) + layout.fields_line - 1) // layout.fields_line + 1
    a_satellite = lines * (layout.indent + 16 * layout.fields_line + 1)
    room = len(epochs) * 3 * _LINE_BYTES + satellites * (a_satellite + 8) + 2 * a_satellite
    out, dropped = np.empty(room, np.uint8), np.zeros(1, np.int64)
    t_last = np.full((SYSTEM_COUNT, 256, len(CODE_NAMES)), NO_TIME, np.int64)
    n = write_epochs(out, layout, _LETTER_BYTES, t_gpst_ns, clock_s, first_satellite, rows, t_last, dropped)
    return out[:n].tobytes(), int(dropped[0])
