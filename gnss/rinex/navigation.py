"""Navigation files: their text to ephemerides and broadcast models."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.rinex._nav_kernel import read_records
from gnss.rinex._text_kernel import BAD, BDT_TAGS, GPST_TAGS, UTC_TAGS, Text, split_lines
from gnss.rinex.header import RinexHeader
from gnss.rinex.nav_glonass import glonass_rows
from gnss.rinex.nav_ionosphere import Ionosphere, ionosphere_of_header, ionosphere_of_records
from gnss.rinex.nav_kepler import kepler_rows
from gnss.rinex.nav_records import Records, find_records
from gnss.rinex.nav_tables import NUMBERS, VALUES_MAX
from gnss.rinex.observations import read_header
from gnss.rinex.report import Problems, RinexReport
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.status import Status

_DATE_3 = np.array([4, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23], np.int64)
_DATE_2 = np.array([3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 17, 22], np.int64)
_INDENT_3, _INDENT_2 = 4, 3
_TAGS = np.array([{"R": UTC_TAGS, "C": BDT_TAGS}.get(letter, GPST_TAGS) for letter in SYSTEMS], np.int64)


@dataclass(frozen=True, slots=True)
class RinexNavigation:
    """A navigation file, or several: ephemerides in the order of the files, slot 0, GPS first.

    `headers` and `reports` are one a file; `leap_seconds` is GPST less UTC as the last file says it.
    """

    kepler: EphemerisBatch
    glonass: GlonassEphemerisBatch
    ionosphere: Ionosphere
    leap_seconds: int | None
    headers: Sequence[RinexHeader]
    reports: Sequence[RinexReport]

    @classmethod
    def join(cls, parts: Sequence["RinexNavigation"]) -> "RinexNavigation":
        """Several files as one."""
        ionosphere, leap_seconds = Ionosphere(), None
        for part in parts:
            ionosphere.update(part.ionosphere)
            leap_seconds = part.leap_seconds if part.leap_seconds is not None else leap_seconds
        return cls(
            EphemerisBatch.concat([part.kepler for part in parts]),
            GlonassEphemerisBatch.concat([part.glonass for part in parts]),
            ionosphere,
            leap_seconds,
            [header for part in parts for header in part.headers],
            [report for part in parts for report in part.reports],
        )


def _numbers(
    text: Text, records: Records, version: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.uint8]]:
    """Instants, numbers and verdicts of records."""
    n = len(records.first)
    t_gpst_ns, values, verdict = np.zeros(n, np.int64), np.empty((n, VALUES_MAX)), np.zeros(n, np.uint8)
    date, indent = (_DATE_2, _INDENT_2) if version < 3.0 else (_DATE_3, _INDENT_3)
    read_records(text, records.first, records.lines, _TAGS[records.system], date, indent, t_gpst_ns, values, verdict)
    return t_gpst_ns, values, verdict


def _note(problems: Problems, first: NDArray[np.int64], kept: NDArray[np.bool_], lacking: NDArray[np.bool_]) -> None:
    for line in first[lacking].tolist():
        problems.add(line, Status.FIELD_COUNT)
    for line in first[~kept & ~lacking].tolist():
        problems.add(line, Status.RANGE)


def _ephemerides(
    text: Text, records: Records, version: float, problems: Problems
) -> tuple[EphemerisBatch, GlonassEphemerisBatch]:
    t_gpst_ns, values, verdict = _numbers(text, records, version)
    for line in records.first[verdict == BAD].tolist():
        problems.add(line, Status.FIELD_SYNTAX)
    kepler, glonass = [], GlonassEphemerisBatch.empty()
    for system, letter in enumerate(SYSTEMS):
        mine = (records.system == system) & (verdict != BAD)
        if not mine.any():
            continue
        first, prn = records.first[mine], records.prn[mine]
        if letter in NUMBERS:
            batch, kept, lacking = kepler_rows(letter, values[mine], prn, t_gpst_ns[mine])
            kepler.append(batch)
        elif letter == "R":
            glonass, kept, lacking = glonass_rows(values[mine], prn, t_gpst_ns[mine])
        else:
            problems.leave("SBAS ephemeris", len(first))
            continue
        _note(problems, first, kept, lacking)
    return EphemerisBatch.concat(kepler), glonass


def parse_navigation(data: NDArray[np.uint8]) -> RinexNavigation:
    """Ephemerides and broadcast models of a navigation file.

    Shape: (bytes,) to (n,) each. Unit: as the tables of the batches say. Error: exact to the digits of the file; what
    is damaged is left out and counted in the report. FileFormatError for what is no navigation file. Source: RINEX
    2.11, 3.05, 4.00.
    """
    text, problems = split_lines(data), Problems.none()
    header, body = read_header(text, "N", problems)
    orbits, models = find_records(text, body, header, problems)
    kepler, glonass = _ephemerides(text, orbits, header.version, problems)
    ionosphere = ionosphere_of_header(header.iono)
    if len(models.first):
        _, values, _ = _numbers(text, models, header.version)
        ionosphere.update(ionosphere_of_records(models.system.tolist(), models.message.tolist(), values))
    return RinexNavigation(kepler, glonass, ionosphere, header.leap_seconds, [header], [problems.report()])
