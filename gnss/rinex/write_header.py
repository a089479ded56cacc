"""A header as the lines of a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gnss.constants import NS_PER_DAY, NS_PER_S
from gnss.rinex.header import END, LABEL_COLUMN, RinexHeader
from gnss.time.civil import civil_from_days
from gnss.time.leap import GPS_EPOCH_DAY

_TYPES_LINE = {True: 9, False: 13}
_CHANNELS_LINE = 8
_NS_PER_TAG = 100


def header_line(text: str, label: str) -> str:
    """One line: text in 60 columns, cut where it is longer, then the label."""
    return f"{text[:LABEL_COLUMN]:{LABEL_COLUMN}}{label:<20}\n"


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, max(len(items), 1), size):
        yield items[start : start + size]


def first_line(version: float, kind: str, system: str) -> str:
    """RINEX VERSION / TYPE."""
    name = {"O": "OBSERVATION DATA", "N": "NAVIGATION DATA", "G": "GLONASS NAV DATA"}[kind]
    name = name if kind != "N" or version >= 3.0 else "N: GPS NAV DATA"
    of = {"M": "M: Mixed", "": ""}.get(system, system)
    return header_line(f"{version:9.2f}{'':11}{name:<20}{of:<20}", "RINEX VERSION / TYPE")


def types_lines(types: Mapping[str, Sequence[str]], is_old: bool) -> Iterator[str]:
    """Observation types: of each system, or in RINEX 2 of all ("")."""
    for system, names in types.items():
        for n, part in enumerate(_parts(names, _TYPES_LINE[is_old])):
            if is_old:
                head, cells = (f"{len(names):6d}" if n == 0 else " " * 6), "".join(f"{name:>6}" for name in part)
                yield header_line(head + cells, "# / TYPES OF OBSERV")
            else:
                head, cells = (
                    (f"{system}  {len(names):3d}" if n == 0 else " " * 6),
                    "".join(f" {name}" for name in part),
                )
                yield header_line(head + cells, "SYS / # / OBS TYPES")


def time_line(t_gpst_ns: int, label: str) -> str:
    """Time of the first or last observation, GPST."""
    day, of_day_ns = divmod(t_gpst_ns, NS_PER_DAY)
    year, month, day_of_month = civil_from_days(day + GPS_EPOCH_DAY)
    minutes, ns = divmod(of_day_ns, 60 * NS_PER_S)
    seconds = f"{ns // NS_PER_S:5d}.{ns % NS_PER_S // _NS_PER_TAG:07d}"
    parts = (year, month, day_of_month, minutes // 60, minutes % 60)
    return header_line("".join(f"{part:6d}" for part in parts) + f"{seconds}     GPS", label)


def channel_lines(channels: Mapping[int, int]) -> Iterator[str]:
    """GLONASS frequency channels."""
    cells = [f"R{prn:02d} {channel:2d} " for prn, channel in sorted(channels.items())]
    for n, part in enumerate(_parts(cells, _CHANNELS_LINE)):
        yield header_line((f"{len(cells):3d} " if n == 0 else " " * 4) + "".join(part), "GLONASS SLOT / FRQ #")


def shift_lines(h: RinexHeader) -> Iterator[str]:
    """Phase shifts as they were read; none are an empty line a system, which says that they are not known."""
    for shift in h.phase_shifts:
        value = "" if shift.shift_cyc is None else f"{shift.shift_cyc:8.5f}"
        count = f"  {len(shift.satellites):2d}" if shift.satellites else ""
        for n, part in enumerate(_parts(shift.satellites, 10)):
            head = f"{shift.system} {shift.code:3} {value:8}{count}" if n == 0 else " " * 18
            yield header_line(f"{head:18}" + "".join(f" {name}" for name in part), "SYS / PHASE SHIFT")


def station_lines(h: RinexHeader) -> Iterator[str]:
    """Who, where and with what."""
    yield header_line(f"{h.program:<20.20}{h.run_by:<20.20}{h.date:<20.20}", "PGM / RUN BY / DATE")
    yield from (header_line(comment, "COMMENT") for comment in h.comments)
    yield header_line(h.marker_name, "MARKER NAME")
    if h.marker_number:
        yield header_line(h.marker_number, "MARKER NUMBER")
    if h.marker_type:
        yield header_line(h.marker_type, "MARKER TYPE")
    yield header_line(f"{h.observer:<20.20}{h.agency:<40.40}", "OBSERVER / AGENCY")
    yield header_line("".join(f"{cell:<20.20}" for cell in h.receiver), "REC # / TYPE / VERS")
    yield header_line("".join(f"{cell:<20.20}" for cell in h.antenna), "ANT # / TYPE")
    for metres, label in ((h.approx_ecef_m, "APPROX POSITION XYZ"), (h.antenna_hen_m, "ANTENNA: DELTA H/E/N")):
        yield header_line("".join(f"{metre:14.4f}" for metre in metres or (0.0, 0.0, 0.0)), label)


def leap_lines(leap_seconds: int | None) -> Iterable[str]:
    """GPST less UTC, where it is known."""
    return [] if leap_seconds is None else [header_line(f"{leap_seconds:6d}", "LEAP SECONDS")]


END_LINE = header_line("", END)
