"""Numbers of Kepler navigation records to ephemerides, and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.rinex.nav_tables import (
    EXTRA,
    F_NAV,
    NUMBERS,
    ORBIT,
    SISA_M,
    SISA_NONE,
    URA_M,
    URA_NOMINAL_M,
    VALUES_MAX,
    WEEK_BITS,
)
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.time.week import BDT_EPOCH_GPST_NS, GST_WEEK_OFFSET

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_INAV_BITS, _FNAV_BITS = 0b101, 0b010
_CLOCK_E5B, _CLOCK_E5A = 1 << 9, 1 << 8
_FIT_NORMAL_H, _FIT_LONG_H = 4.0, 6.0
_WHOLE_END = 2.0**31
_NOT_KNOWN = 0.9999e9

# integer columns and the largest value that each can hold
_UNSIGNED = {"iode": 65535, "iodc": 65535, "code_l2": 3, "l2p_flag": 1, "health": 511, "week": 65535}


def whole_numbers(values: Floats, missing: int = 0) -> Ints:
    """Numbers of a record that are counts, codes or bits; what is missing or beyond 32 bits is `missing`.

    Shape: (n,). Unit: none. Source: none.
    """
    known = np.abs(values) < _WHOLE_END
    return np.where(known, np.where(known, values, 0), missing).astype(np.int64)


def galileo_is_f_nav(sources: Floats) -> NDArray[np.bool_]:
    """Which Galileo records are F/NAV, by their data sources word: first by whose clock it is, then by the message.

    Shape: (n,). Unit: bits. Source: RINEX 3.05.
    """
    bits = whole_numbers(sources)
    clock_a, clock_b = bits & _CLOCK_E5A != 0, bits & _CLOCK_E5B != 0
    by_message = (bits & _FNAV_BITS != 0) & (bits & _INAV_BITS == 0)
    return np.where(clock_a == clock_b, by_message, clock_a)


def galileo_health(bits: Ints, is_f_nav: NDArray[np.bool_]) -> Ints:
    """Health as messages 1045 and 1046 have it, out of the nine bits of a RINEX record.

    Shape: (n,). Unit: bits; RINEX: from bit 0 validity and health of E1-B, E5a, E5b; 1045: E5a health, validity; 1046:
    E5b health, validity, E1-B health, validity. Source: RINEX 3.05; docs/sources.md, RTCM 10403.3.
    """
    e1b, e5a, e5b = bits & 7, bits >> 3 & 7, bits >> 6 & 7
    turned = [(part >> 1 & 3) << 1 | part & 1 for part in (e1b, e5a, e5b)]
    return np.where(is_f_nav, turned[1], turned[2] << 3 | turned[0])


def rinex_galileo_health(health: Ints, is_f_nav: NDArray[np.bool_]) -> Ints:
    """The way back: the signals that the message does not speak of are left healthy.

    Shape: (n,). Unit: bits. Source: as `galileo_health`.
    """
    return np.where(is_f_nav, (health & 7) << 3, (health >> 3 & 7) << 6 | health & 7)


def accuracy_index(letter: str, accuracy_m: Floats) -> NDArray[np.uint8]:
    """URA or SISA index of an accuracy.

    Shape: (n,). Unit: m. Error: what is not stated, negative or too large is the index that says so.
    Source: RINEX 3.05.
    """
    if letter != "E":
        return np.searchsorted(URA_M, np.where(accuracy_m >= 0, accuracy_m, np.inf) - 1e-9).astype(np.uint8)
    index = np.searchsorted(SISA_M, np.where(accuracy_m >= 0, accuracy_m, np.inf) - 1e-6)
    return np.where(index < len(SISA_M), index, SISA_NONE).astype(np.uint8)


def _toe_gpst_ns(letter: str, week: Floats, toe_s: Floats, toc_gpst_ns: Ints) -> Ints:
    """toe of the week stated, moved by whole weeks to toc: some writers state the week of sending."""
    epoch_ns = BDT_EPOCH_GPST_NS if letter == "C" else 0
    weeks = np.nan_to_num(week).astype(np.int64)
    t_ns = epoch_ns + weeks * NS_PER_WEEK + np.rint(toe_s * NS_PER_S).astype(np.int64)
    return t_ns + (toc_gpst_ns - t_ns + NS_PER_WEEK // 2) // NS_PER_WEEK * NS_PER_WEEK


def _within(values: dict[str, Floats]) -> NDArray[np.bool_]:
    """Rows whose numbers can be an orbit, and whose integers fit their columns."""
    good = (values["sqrt_a"] > 1_000) & (values["sqrt_a"] < 10_000) & (values["e"] >= 0) & (values["e"] < 1)
    good &= (values["toe_s"] >= 0) & (values["toe_s"] < NS_PER_WEEK / NS_PER_S)
    for name, largest in _UNSIGNED.items():
        if name in values:
            good &= ~((values[name] < 0) | (values[name] > largest))
    return good


def kepler_rows(
    letter: str, values: Floats, prn: Ints, toc_gpst_ns: Ints
) -> tuple[EphemerisBatch, NDArray[np.bool_], NDArray[np.bool_]]:
    """Ephemerides of one system, and which of the records they are; then which records lack a number.

    Shape: (n, VALUES_MAX), (n,), (n,) to (m,), (n,), (n,). Unit: as RINEX has them, ns. Error: records that lack a
    number, or whose numbers are no orbit, are left out. Source: RINEX 3.05.
    """
    places = {**ORBIT, **EXTRA[letter]}
    columns: dict[str, Any] = {name: values[:, place] for name, place in places.items()}
    needed = [place for name, place in ORBIT.items() if name not in ("accuracy_m", "health", "tgd_s")]
    lacking = np.any(np.isnan(values[:, needed]), axis=1)
    kept = ~lacking & _within(columns)
    columns = {name: column[kept] for name, column in columns.items()}
    toc_ns, weeks = toc_gpst_ns[kept], columns["week"]
    number = np.full(len(toc_ns), NUMBERS[letter])
    columns["health"] = np.where(np.isnan(columns["health"]), 1, np.nan_to_num(columns["health"])).astype(np.int64)
    if letter == "E":
        is_f_nav = galileo_is_f_nav(columns.pop("sources"))
        number[is_f_nav] = F_NAV
        columns["health"] = galileo_health(columns["health"], is_f_nav)
        weeks = weeks - GST_WEEK_OFFSET
    if "fit" in columns:
        hours = np.nan_to_num(columns.pop("fit"))
        columns["fit_flag"] = hours > _FIT_NORMAL_H if letter == "G" else (hours > 0) & (hours != 2.0)
    columns["toe_gpst_ns"] = _toe_gpst_ns(letter, columns["week"], columns["toe_s"], toc_ns)
    columns["toc_gpst_ns"] = toc_ns
    epoch_ns = BDT_EPOCH_GPST_NS if letter == "C" else 0
    columns["toc_s"] = (toc_ns - epoch_ns) % NS_PER_WEEK / NS_PER_S
    columns["week"] = weeks.astype(np.int64) % (1 << WEEK_BITS[letter])
    columns["ura_index"] = accuracy_index(letter, columns.pop("accuracy_m"))
    del columns["sent_s"]
    return _batch(letter, columns, number, prn[kept]), kept, lacking


def _batch(letter: str, columns: dict[str, Any], number: Ints, prn: Ints) -> EphemerisBatch:
    for name, spec in EphemerisBatch.specs().items():
        if name in columns and spec.dtype[0] == "u":
            columns[name] = np.nan_to_num(columns[name]).astype(spec.dtype)
    columns.update(system=SYSTEMS.index(letter), number=number, prn=prn)
    columns["tgd_s"] = np.nan_to_num(columns["tgd_s"])
    return EphemerisBatch.missing(len(prn), **columns)


def _sources(is_f_nav: NDArray[np.bool_]) -> Floats:
    """Galileo data sources: the message and whose clock it is."""
    return np.where(is_f_nav, _FNAV_BITS | _CLOCK_E5A, _INAV_BITS | _CLOCK_E5B).astype(np.float64)


def kepler_numbers(letter: str, ephemerides: EphemerisBatch) -> Floats:
    """Numbers of records of one system, as `kepler_rows` reads them.

    Shape: (n,) to (n, VALUES_MAX), NaN = blank. Unit: as RINEX has them. Source: RINEX 3.05.
    """
    columns: dict[str, Any] = dict(ephemerides.columns())
    is_f_nav = ephemerides.number == F_NAV
    epoch_ns = BDT_EPOCH_GPST_NS if letter == "C" else 0
    columns["week"] = (ephemerides.toe_gpst_ns - epoch_ns) // NS_PER_WEEK
    columns["sent_s"] = np.full(len(ephemerides), _NOT_KNOWN)
    columns["fit"] = np.where(ephemerides.fit_flag > 0, _FIT_LONG_H if letter == "G" else 1.0, _FIT_NORMAL_H)
    if letter == "J":
        columns["fit"] = ephemerides.fit_flag
    if letter == "E":
        columns["sources"] = _sources(is_f_nav)
        columns["health"] = rinex_galileo_health(ephemerides.health.astype(np.int64), is_f_nav)
        table = np.append(SISA_M, np.full(SISA_NONE + 1 - len(SISA_M), -1.0))
    else:
        table = URA_NOMINAL_M
    columns["accuracy_m"] = table[np.minimum(ephemerides.ura_index, len(table) - 1)]
    values = np.full((len(ephemerides), VALUES_MAX), np.nan)
    for name, place in {**ORBIT, **EXTRA[letter]}.items():
        values[:, place] = columns[name]
    return values
