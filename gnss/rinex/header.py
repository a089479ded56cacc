"""Headers of RINEX files, and the header lines that may stand between epochs.

Source: RINEX 2.11, 3.05 and 4.00; a label is in columns 61 to 80 of its line.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gnss.errors import FileFormatError

LABEL_COLUMN = 60
_CHANNEL = re.compile(r"R ?(\d{1,2}) +([+-]?\d+)")

TIME_SYSTEMS = ("GPS", "GLO", "GAL", "QZS", "BDT", "IRN", "UTC", "BDS", "SBA")
"""What the tags of an observation file may keep; BDS and SBA are not of the standard, and seen."""

LINES_MAX = 100_000
"""A header that has not ended by then is not read on."""


@dataclass(frozen=True, slots=True)
class PhaseShift:
    """SYS / PHASE SHIFT: what was added to a phase to align it; None = not known, no satellites = all."""

    system: str
    code: str
    shift_cyc: float | None
    satellites: tuple[str, ...] = ()


@dataclass(slots=True)
class RinexHeader:
    """What a header says. Missing text is "", a missing number None."""

    version: float = 0.0
    kind: str = ""
    system: str = "M"
    program: str = ""
    run_by: str = ""
    date: str = ""
    comments: list[str] = field(default_factory=list)
    marker_name: str = ""
    marker_number: str = ""
    marker_type: str = ""
    observer: str = ""
    agency: str = ""
    receiver: tuple[str, str, str] = ("", "", "")
    antenna: tuple[str, str] = ("", "")
    approx_ecef_m: tuple[float, float, float] | None = None
    antenna_hen_m: tuple[float, float, float] | None = None
    types: dict[str, list[str]] = field(default_factory=dict)
    scale_factors: dict[str, dict[str, int]] = field(default_factory=dict)
    phase_shifts: list[PhaseShift] = field(default_factory=list)
    glonass_channels: dict[int, int] = field(default_factory=dict)
    interval_s: float | None = None
    time_system: str = ""
    first_obs: str = ""
    last_obs: str = ""
    leap_seconds: int | None = None
    iono: dict[str, tuple[float, ...]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    open_types: str = ""
    open_scales: tuple[str, int, int] = ("", 1, 0)

    def copy(self) -> "RinexHeader":
        """An independent copy."""
        fresh = RinexHeader(**{name: getattr(self, name) for name in self.__slots__})
        fresh.types = {system: list(types) for system, types in self.types.items()}
        fresh.scale_factors = {system: dict(factors) for system, factors in self.scale_factors.items()}
        fresh.glonass_channels, fresh.iono = dict(self.glonass_channels), dict(self.iono)
        for name in ("comments", "phase_shifts", "others"):
            setattr(fresh, name, list(getattr(self, name)))
        return fresh


def _number(text: str) -> float:
    return float(text.replace("D", "E").replace("d", "e"))


def _numbers(text: str, start: int, width: int, count: int) -> tuple[float, ...]:
    cells = (text[start + width * i : start + width * (i + 1)].strip() for i in range(count))
    return tuple(_number(cell) for cell in cells if cell)


def _xyz(text: str) -> tuple[float, float, float] | None:
    numbers = tuple(_number(word) for word in text.split()[:3])
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 and any(numbers) else None


def _version(h: RinexHeader, text: str) -> None:
    h.version, h.kind = float(text[:20]), text[20:21].upper()
    h.system = text[40:41].strip().upper() or ("R" if h.kind == "G" else "S" if h.kind == "H" else "G")
    h.kind = "N" if h.kind in "GH" else h.kind


def _run(h: RinexHeader, text: str) -> None:
    h.program, h.run_by, h.date = (text[a : a + 20].strip() for a in (0, 20, 40))


def _people(h: RinexHeader, text: str) -> None:
    h.observer, h.agency = text[:20].strip(), text[20:].strip()


def _receiver(h: RinexHeader, text: str) -> None:
    h.receiver = (text[:20].strip(), text[20:40].strip(), text[40:].strip())


def _antenna(h: RinexHeader, text: str) -> None:
    h.antenna = (text[:20].strip(), text[20:40].strip())


def _position(h: RinexHeader, text: str) -> None:
    h.approx_ecef_m = _xyz(text)


def _delta(h: RinexHeader, text: str) -> None:
    numbers = tuple(_number(word) for word in text.split()[:3])
    h.antenna_hen_m = (numbers[0], numbers[1], numbers[2])


def _types(h: RinexHeader, text: str) -> None:
    """RINEX 3: a line with a system's letter begins its list, one without goes on with it."""
    if text[:1].strip():
        h.open_types = text[0]
        h.types[h.open_types] = []
    h.types.setdefault(h.open_types, []).extend(text[6:].split())


def _types_2(h: RinexHeader, text: str) -> None:
    """RINEX 2: one list for all systems; a number begins it."""
    if text[:6].strip():
        h.types[""] = []
    h.types.setdefault("", []).extend(text[6:].split())


def _scale(h: RinexHeader, text: str) -> None:
    system, factor, left = h.open_scales
    if text[:1].strip():
        system, factor, left = text[0], int(text[2:6]), int(text[8:10].strip() or 0)
        if not left:
            h.scale_factors.setdefault(system, {})["*"] = factor
    codes = text[10:].split()
    h.scale_factors.setdefault(system, {}).update(dict.fromkeys(codes, factor))
    h.open_scales = (system, factor, left - len(codes))


def _shift(h: RinexHeader, text: str) -> None:
    if text[:1].strip():
        value = text[6:14].strip()
        satellites = tuple(text[18:].split())
        h.phase_shifts.append(PhaseShift(text[0], text[2:5].strip(), _number(value) if value else None, satellites))
    elif h.phase_shifts:
        last = h.phase_shifts.pop()
        more = (*last.satellites, *text[18:].split())
        h.phase_shifts.append(PhaseShift(last.system, last.code, last.shift_cyc, more))


def _channels(h: RinexHeader, text: str) -> None:
    """Some writers leave out the blank between two satellites."""
    h.glonass_channels.update({int(prn): int(channel) for prn, channel in _CHANNEL.findall(text[4:])})


def _first(h: RinexHeader, text: str) -> None:
    system = text[43:].strip()[:3].upper()
    if system and system not in TIME_SYSTEMS:
        raise ValueError(system)
    h.first_obs, h.time_system = text[:43].strip(), system


def _last(h: RinexHeader, text: str) -> None:
    h.last_obs = text[:43].strip()


def _interval(h: RinexHeader, text: str) -> None:
    h.interval_s = _number(text.split(maxsplit=1)[0])


def _leap(h: RinexHeader, text: str) -> None:
    """The number is GPST less UTC; a file that says BDS means BDT less UTC, and is passed over."""
    if text[24:27].strip() != "BDS":
        h.leap_seconds = int(text[:6])


def _iono(h: RinexHeader, text: str) -> None:
    """One set a name; the first of several stays (BeiDou may give one an hour and satellite)."""
    h.iono.setdefault(text[:4].strip(), _numbers(text, 5, 12, 4))


def _iono_2(name: str) -> Callable[[RinexHeader, str], None]:
    def parse(h: RinexHeader, text: str) -> None:
        h.iono[name] = _numbers(text, 2, 12, 4)

    return parse


def _text_of(name: str) -> Callable[[RinexHeader, str], None]:
    def parse(h: RinexHeader, text: str) -> None:
        setattr(h, name, text.strip())

    return parse


_PARSERS: dict[str, Callable[[RinexHeader, str], None]] = {
    "RINEX VERSION / TYPE": _version,
    "PGM / RUN BY / DATE": _run,
    "COMMENT": lambda h, text: h.comments.append(text.rstrip()),
    "MARKER NAME": _text_of("marker_name"),
    "MARKER NUMBER": _text_of("marker_number"),
    "MARKER TYPE": _text_of("marker_type"),
    "OBSERVER / AGENCY": _people,
    "REC # / TYPE / VERS": _receiver,
    "ANT # / TYPE": _antenna,
    "APPROX POSITION XYZ": _position,
    "ANTENNA: DELTA H/E/N": _delta,
    "SYS / # / OBS TYPES": _types,
    "# / TYPES OF OBSERV": _types_2,
    "SYS / SCALE FACTOR": _scale,
    "SYS / PHASE SHIFT": _shift,
    "SYS / PHASE SHIFTS": _shift,
    "GLONASS SLOT / FRQ #": _channels,
    "TIME OF FIRST OBS": _first,
    "TIME OF LAST OBS": _last,
    "INTERVAL": _interval,
    "LEAP SECONDS": _leap,
    "IONOSPHERIC CORR": _iono,
    "ION ALPHA": _iono_2("GPSA"),
    "ION BETA": _iono_2("GPSB"),
}

_HEAD = "> "
BEGIN, END = "RINEX VERSION / TYPE", "END OF HEADER"
"""Labels of the first line of a header and of its last."""


def parse_header_line(header: RinexHeader, line: str) -> bool:
    """Enter a line into a header.

    Error: False for a line whose values are not of their form; what it would have changed stays.
    """
    text, label = line[:LABEL_COLUMN].ljust(LABEL_COLUMN), line[LABEL_COLUMN:].strip().upper()
    parser = _PARSERS.get(label)
    if parser is None:
        header.others.append(line.rstrip())
        return label != ""
    try:
        parser(header, text)
    except (ValueError, IndexError):
        return False
    return True


def parse_header(lines: Sequence[str], kinds: str) -> tuple[RinexHeader, int, list[int]]:
    """Header at the beginning of a file, the number of its lines, and those (from 0) that are not of their form.

    Error: FileFormatError where the first line is not that of a RINEX file of one of `kinds` ("O", "N"). A header that
    does not end takes all lines up to the head of an epoch of RINEX 3.
    """
    header = RinexHeader()
    is_rinex = bool(lines) and lines[0][LABEL_COLUMN:].strip().upper().startswith(BEGIN)
    if not is_rinex or not parse_header_line(header, lines[0]):
        raise FileFormatError("line 1: no RINEX file: RINEX VERSION / TYPE is missing")
    if header.kind not in kinds or not 2.0 <= header.version < 5.0:
        raise FileFormatError(f"line 1: RINEX {header.version:.2f} of type {header.kind!r}: not one that is read here")
    bad: list[int] = []
    for n, line in enumerate(lines[1:LINES_MAX], 1):
        if line[LABEL_COLUMN:].strip().upper() == END:
            return header, n + 1, bad
        if line.startswith(_HEAD):
            return header, n, bad
        if not parse_header_line(header, line):
            bad.append(n)
    return header, len(lines), bad
