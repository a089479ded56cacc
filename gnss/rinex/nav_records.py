"""Where the records of a navigation file are, and whose they are."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.rinex._kit import SYSTEM_OF
from gnss.rinex._satellite_kernel import read_satellite
from gnss.rinex._text_kernel import GOOD, Text, read_integer
from gnss.rinex.header import RinexHeader
from gnss.rinex.nav_ionosphere import MODEL_NUMBERS
from gnss.rinex.nav_tables import MESSAGES, RECORD_LINES, RECORD_LINES_MORE
from gnss.rinex.report import Problems
from gnss.status import Status

Ints = NDArray[np.int64]

_GREATER = ord(">")
_SATELLITE_WORD, _MESSAGE_WORD = 1, 2


class Records(NamedTuple):
    """Records by row: head line, number of lines, system (index into `SYSTEMS`, -1 = not legible), PRN, message.

    `message` is the name that RINEX 4 gives ("LNAV"), "" before.
    """

    first: Ints
    lines: Ints
    system: Ints
    prn: Ints
    message: NDArray[np.str_]

    def of(self, rows: NDArray[np.bool_]) -> "Records":
        """Some of them."""
        return Records(self.first[rows], self.lines[rows], self.system[rows], self.prn[rows], self.message[rows])


def _byte_at(text: Text, column: int) -> NDArray[np.uint8]:
    """The byte at a column of each line; 0 where the line is shorter."""
    there = text.start + column < text.stop
    byte = np.zeros(len(text.start), np.uint8)
    byte[there] = text.data[text.start[there] + column]
    return byte


def _heads(text: Text, body: int, version: float) -> Ints:
    """Lines that begin a record: a letter comes first; in RINEX 2 the second column has a digit."""
    if version < 3.0:
        second = _byte_at(text, 1)
        found = (second >= ord("0")) & (second <= ord("9"))
    else:
        first = _byte_at(text, 0)
        found = (SYSTEM_OF[first] >= 0) & (first != ord(" "))
    found[:body] = False
    return np.flatnonzero(found)


def _whose(text: Text, heads: Ints, header: RinexHeader) -> tuple[Ints, Ints]:
    """System and PRN that stand in the heads; system -1 where there is none."""
    system, prn = np.full(len(heads), -1, np.int64), np.zeros(len(heads), np.int64)
    of_file = SYSTEMS.find(header.system)
    for i, line in enumerate(heads.tolist()):
        start, stop = int(text.start[line]), int(text.stop[line])
        if header.version >= 3.0:
            system[i], prn[i] = read_satellite(text.data, start, stop)
        else:
            number, verdict = read_integer(text.data, start, min(start + 2, stop))
            system[i], prn[i] = (of_file, number) if verdict == GOOD and number else (-1, 0)
    return system, prn


def _complete(text: Text, found: Records, problems: Problems) -> Records:
    """The records that have all their lines. Lines beyond are nobody's."""
    needed = np.array([RECORD_LINES.get(letter, 0) for letter in SYSTEMS] + [0])[found.system]
    longest = needed + np.array([RECORD_LINES_MORE.get(letter, 0) for letter in SYSTEMS] + [0])[found.system]
    short = found.lines < needed
    for line in found.first[found.system < 0].tolist():
        problems.add(line, Status.FIELD_SYNTAX)
    for line in found.first[short].tolist():
        problems.add(line, Status.TRUNCATED)
    for i in np.flatnonzero(~short & (found.system >= 0) & (found.lines > longest)).tolist():
        line = int(found.first[i] + longest[i])
        if text.stop[line : found.first[i] + found.lines[i]].max() > text.start[line]:
            problems.add(line, Status.GARBAGE)
    return found._replace(lines=np.minimum(found.lines, longest)).of(~short & (found.system >= 0))


def _marked(text: Text, body: int, problems: Problems) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Records]:
    """RINEX 4: what lines like `> EPH G01 LNAV` announce: which are orbits, which ionosphere, and the records."""
    marks = np.flatnonzero(_byte_at(text, 0) == _GREATER)
    marks = marks[marks >= body]
    lines = np.diff(np.append(marks, len(text.start))) - 1
    is_orbit, is_ionosphere = np.zeros(len(marks), bool), np.zeros(len(marks), bool)
    system, message = np.full(len(marks), -1, np.int64), np.full(len(marks), "", "U8")
    for i, mark in enumerate(marks.tolist()):
        words = text.data[text.start[mark] + 1 : text.stop[mark]].tobytes().decode("latin-1").split()
        words += [""] * 3
        letter, message[i] = words[_SATELLITE_WORD][:1], words[_MESSAGE_WORD]
        system[i] = SYSTEMS.find(letter) if letter else -1
        is_orbit[i] = words[0] == "EPH" and message[i] in MESSAGES.get(letter, ())
        is_ionosphere[i] = words[0] == "ION" and (letter, str(message[i])) in MODEL_NUMBERS
        if not is_orbit[i] and not is_ionosphere[i]:
            problems.leave(f"{words[0]} {words[_MESSAGE_WORD]}".strip() or "record without a name")
    kept = lines > 0
    for mark in marks[~kept].tolist():
        problems.add(mark, Status.TRUNCATED)
    found = Records(marks + 1, lines, system, np.zeros(len(marks), np.int64), message)
    return is_orbit[kept], is_ionosphere[kept], found.of(kept)


def find_records(text: Text, body: int, header: RinexHeader, problems: Problems) -> tuple[Records, Records]:
    """Ephemeris records, and the ionosphere records of RINEX 4, of a text whose header has `body` lines.

    Shape: (n,) each. Error: records of messages that are not read are counted by name; those that end early are
    TRUNCATED, lines that belong to none are GARBAGE. Source: RINEX 2.11, 3.05, 4.00.
    """
    if header.version >= 4.0:
        is_orbit, is_ionosphere, found = _marked(text, body, problems)
        orbits, ionosphere = found.of(is_orbit), found.of(is_ionosphere)
        system, prn = _whose(text, orbits.first, header)
        return _complete(text, orbits._replace(system=system, prn=prn), problems), ionosphere
    heads = _heads(text, body, header.version)
    lines = np.diff(np.append(heads, len(text.start)))
    found = Records(heads, lines, *_whose(text, heads, header), np.full(len(heads), "", "U8"))
    none = np.zeros(len(heads), bool)
    return _complete(text, found, problems), found.of(none)
