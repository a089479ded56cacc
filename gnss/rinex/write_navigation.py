"""Ephemerides and broadcast models to the text of a navigation file."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, SYSTEMS
from gnss.constants import NS_PER_DAY, NS_PER_S
from gnss.rinex.header import RinexHeader
from gnss.rinex.nav_glonass import glonass_numbers
from gnss.rinex.nav_ionosphere import GALILEO, KLOBUCHAR, Ionosphere
from gnss.rinex.nav_kepler import kepler_numbers
from gnss.rinex.nav_tables import F_NAV, NUMBERS, RECORD_LINES
from gnss.rinex.write_header import END_LINE, first_line, header_line, leap_lines
from gnss.rinex.write_observations import VERSIONS, RinexText
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.time.civil import civil_from_days
from gnss.time.leap import GPS_EPOCH_DAY, gpst_to_utc
from gnss.time.week import GPST_MINUS_BDT_S

Floats = NDArray[np.float64]

_WIDTH = 19
_BLANK = " " * _WIDTH
_GEO_FIRST, _GEO_LAST = 5, 59
_GLONASS_LINES_305 = 5


def _calendar(letter: str, t_gpst_ns: int) -> tuple[int, int, int, int, int, int]:
    """Date and time of day on the clock that a system's records keep."""
    if letter == "R":
        day, of_day_ns = gpst_to_utc(t_gpst_ns)
    else:
        t_ns = t_gpst_ns - (GPST_MINUS_BDT_S * NS_PER_S if letter == "C" else 0)
        day, of_day_ns = t_ns // NS_PER_DAY + GPS_EPOCH_DAY, t_ns % NS_PER_DAY
    seconds = round(of_day_ns / NS_PER_S)
    return (*civil_from_days(day), seconds // 3600, seconds % 3600 // 60, seconds % 60)


def _cells(values: Floats, version: float) -> list[str]:
    letter = "D" if version < 3.0 else "E"
    return [_BLANK if np.isnan(v) else f"{v:{_WIDTH}.12E}".replace("E", letter) for v in values.tolist()]


def _record(letter: str, prn: int, t_gpst_ns: int, values: Floats, lines: int, version: float) -> str:
    """The lines of one record."""
    cells = _cells(values, version)
    date = _calendar(letter, t_gpst_ns)
    number = prn - 100 if letter == "S" else prn
    if version < 3.0:
        parts = (number, date[0] % 100, *date[1:5])
        head = (
            " ".join([f"{parts[0]:2d}", f"{parts[1]:02d}", *(f"{part:2d}" for part in parts[2:])]) + f"{date[5]:5.1f}"
        )
    else:
        head = f"{letter}{number:02d} {date[0]:4d}" + "".join(f" {part:02d}" for part in date[1:])
    indent = " " * (3 if version < 3.0 else 4)
    rows = [head + "".join(cells[:3])]
    rows += [indent + "".join(cells[3 + 4 * k : 7 + 4 * k]) for k in range(lines - 1)]
    return "".join(row.rstrip() + "\n" for row in rows)


def _message(letter: str, number: int, prn: int) -> str:
    """Name of the message in RINEX 4."""
    if letter == "C":
        return "D2" if prn <= _GEO_FIRST or prn >= _GEO_LAST else "D1"
    return {"E": "FNAV" if number == F_NAV else "INAV", "R": "FDMA"}.get(letter, "LNAV")


def _kepler_records(kepler: EphemerisBatch, version: float) -> Iterator[str]:
    for system, letter in enumerate(SYSTEMS):
        mine = kepler.take((kepler.system == system) & (kepler.toe_gpst_ns != NO_TIME))
        if letter not in NUMBERS or not len(mine):
            continue
        values = kepler_numbers(letter, mine)
        columns = (mine.prn.tolist(), mine.number.tolist(), mine.toc_gpst_ns.tolist(), values)
        for prn, number, toc_ns, row in zip(*columns, strict=True):
            if version >= 4.0:
                yield f"> EPH {letter}{prn:02d} {_message(letter, number, prn)}\n"
            yield _record(letter, prn, toc_ns, row, RECORD_LINES[letter], version)


def _glonass_records(glonass: GlonassEphemerisBatch, version: float) -> Iterator[str]:
    mine = glonass.take(glonass.tb_gpst_ns != NO_TIME)
    lines = _GLONASS_LINES_305 if version >= 3.05 else RECORD_LINES["R"]
    values = glonass_numbers(mine, of_week=version >= 3.0)
    for prn, tb_ns, row in zip(mine.prn.tolist(), mine.tb_gpst_ns.tolist(), values, strict=True):
        if version >= 4.0:
            yield f"> EPH R{prn:02d} FDMA\n"
        yield _record("R", prn, tb_ns, row, lines, version)


def _models_in_header(ionosphere: Ionosphere, version: float) -> Iterator[str]:
    for letter, names in KLOBUCHAR.items():
        numbers = ionosphere.klobuchar.get(letter)
        if numbers is None or (version < 3.0 and letter != "G"):
            continue
        for name, half in zip(names, (numbers[:4], numbers[4:]), strict=True):
            cells = "".join(f"{number:12.4E}".replace("E", "D") for number in half.tolist())
            if version < 3.0:
                yield header_line(f"  {cells}", "ION ALPHA" if name == names[0] else "ION BETA")
            else:
                yield header_line(f"{name:4} {cells}", "IONOSPHERIC CORR")
    if ionosphere.nequick is not None and version >= 3.0:
        cells = "".join(f"{number:12.4E}".replace("E", "D") for number in ionosphere.nequick.tolist())
        yield header_line(f"{GALILEO:4} {cells}", "IONOSPHERIC CORR")


def _models_as_records(ionosphere: Ionosphere, kepler: EphemerisBatch) -> Iterator[str]:
    """RINEX 4: models as the first satellite of their system sends them."""
    models = [
        (letter, "D1D2" if letter == "C" else "LNAV", numbers) for letter, numbers in ionosphere.klobuchar.items()
    ]
    if ionosphere.nequick is not None:
        models.append(("E", "IFNV", ionosphere.nequick))
    if ionosphere.bdgim is not None:
        models.append(("C", "CNVX", ionosphere.bdgim))
    for letter, message, numbers in models:
        mine = np.flatnonzero(kepler.system == SYSTEMS.index(letter))
        prn, t_ns = (int(kepler.prn[mine[0]]), int(kepler.toc_gpst_ns[mine[0]])) if len(mine) else (1, 0)
        yield f"> ION {letter}{prn:02d} {message}\n"
        record = _record(letter, prn, t_ns, numbers, 2 + (len(numbers) > 7), 4.0)
        yield "   " + record[3:]


def _system_of_file(kepler: EphemerisBatch, glonass: GlonassEphemerisBatch, version: float) -> str:
    systems = {SYSTEMS[system] for system in np.unique(kepler.system).tolist()} | ({"R"} if len(glonass) else set())
    if version < 3.0 and not (systems <= {"G"} or systems <= {"R"}):
        raise ValueError(f"a RINEX 2 navigation file holds GPS or GLONASS alone, not {''.join(sorted(systems))}")
    return systems.pop() if len(systems) == 1 else "M"


def format_navigation(
    kepler: EphemerisBatch,
    glonass: GlonassEphemerisBatch,
    *,
    ionosphere: Ionosphere | None = None,
    leap_seconds: int | None = None,
    header: RinexHeader | None = None,
    version: float = 3.05,
) -> RinexText:
    """Text of a navigation file; ephemerides without a date are left out. Of RINEX 2, one of GPS or one of GLONASS.

    Shape: (n,) each. Unit: as the tables of the batches say. Error: numbers have 13 digits; what the batches do not
    have (time of sending) is written as not known; ValueError for what the version cannot hold. `dropped` counts
    ephemerides without a date. Source: RINEX 2.11, 3.05, 4.00.
    """
    if version not in VERSIONS:
        raise ValueError(f"RINEX {version} is not written; {', '.join(f'{v:.2f}' for v in VERSIONS)} are")
    system, ionosphere, h = (
        _system_of_file(kepler, glonass, version),
        ionosphere or Ionosphere(),
        header or RinexHeader(),
    )
    kind = "G" if version < 3.0 and system == "R" else "N"
    lines = [first_line(version, kind, "" if version < 3.0 else system)]
    lines.append(header_line(f"{h.program:<20.20}{h.run_by:<20.20}{h.date:<20.20}", "PGM / RUN BY / DATE"))
    lines += [header_line(comment, "COMMENT") for comment in h.comments]
    lines += _models_in_header(ionosphere, version) if version < 4.0 else []
    lines += [*leap_lines(leap_seconds), END_LINE]
    lines += _models_as_records(ionosphere, kepler) if version >= 4.0 else []
    lines += [*_kepler_records(kepler, version), *_glonass_records(glonass, version)]
    dropped = np.count_nonzero(kepler.toe_gpst_ns == NO_TIME) + np.count_nonzero(glonass.tb_gpst_ns == NO_TIME)
    return RinexText("".join(lines).encode("latin-1", "replace"), int(dropped))
