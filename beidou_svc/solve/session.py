"""All that a solution is made from: rover, base, where the base is, and one book of everybody's ephemerides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from beidou_svc.replay.command import time_option
from beidou_svc.solve.base_place import place_of_base
from beidou_svc.solve.files import read_file
from beidou_svc.solve.options import InputOptions
from beidou_svc.solve.recording import FileKind, Place, Recording, SolveError, UndatedError
from beidou_svc.solve.stations import one_station
from gnss.batches import NO_TIME, SYSTEMS
from gnss.constants import NS_PER_DAY, NS_PER_HOUR
from gnss.orbits.book import OrbitBook
from gnss.rinex.nav_ionosphere import Ionosphere
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import NO_CHANNEL
from gnss.status import Status
from gnss.time.civil import days_from_civil, is_valid_civil
from gnss.time.leap import GPS_EPOCH_DAY

_GLONASS = SYSTEMS.index("R")
_NOON_NS = 12 * NS_PER_HOUR
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)")
_DAY_LENGTH = len("2026-11-22")


@dataclass(frozen=True, slots=True)
class Session:
    """What is solved. `base` and `base_place` are None for single-point positioning."""

    rover: Recording
    base: Recording | None
    base_place: Place | None
    navs: Sequence[Recording]
    book: OrbitBook
    ionosphere: Ionosphere

    @property
    def recordings(self) -> list[Recording]:
        """All files, the rover first."""
        return [self.rover, *([self.base] if self.base else []), *self.navs]

    def problems(self) -> list[str]:
        """What was wrong with the files."""
        return [problem for recording in self.recordings for problem in recording.problems]

    def notes(self) -> list[str]:
        """What a user may want to know about them."""
        return [note for recording in self.recordings for note in recording.notes]


def reference_of(date: str | None) -> int:
    """A day given as a date is meant by its noon: no epoch of it is further away than half a day."""
    t_ns = time_option(date, "--date")
    return t_ns + _NOON_NS if date is not None and len(date.strip()) == _DAY_LENGTH else t_ns


def _read_navs(paths: Sequence[Path], reference_gpst_ns: int) -> list[Recording]:
    navs = [read_file(path, reference_gpst_ns, {}) for path in paths]
    for nav in navs:
        if not nav.ephemerides:
            raise SolveError(
                f"{nav.path}: no ephemeris in it: --nav takes a RINEX navigation file, or RTCM 3 with ephemerides"
            )
    return navs


def _channels(recordings: Sequence[Recording]) -> dict[int, int]:
    """GLONASS frequency channels by satellite, as its ephemerides say."""
    g = GlonassEphemerisBatch.concat([recording.glonass for recording in recordings])
    known = g.take(g.channel != NO_CHANNEL)
    return dict(zip(known.prn.tolist(), known.channel.tolist(), strict=True))


def with_channels(recording: Recording, channels: dict[int, int]) -> Recording:
    """Fill in GLONASS frequency channels that the file itself does not name."""
    o = recording.observations
    table = np.full(256, NO_CHANNEL, np.int8)
    for prn, channel in channels.items():
        table[prn] = channel
    missing = (o.system == _GLONASS) & (o.channel == NO_CHANNEL)
    filled = np.where(missing, table[o.prn], o.channel)
    found = missing & (filled != NO_CHANNEL) & (o.status == Status.NO_CHANNEL)
    status = np.where(found, Status.OK, o.status).astype(np.uint8)
    return replace(recording, observations=o.replace(channel=filled, status=status))


def in_order(recording: Recording) -> Recording:
    """Epochs by time, each instant once: of epochs that repeat one, the first in the file stays.

    None is stale or a repeat then, whatever it was in the file.
    """
    t_ns = recording.epochs.t_gpst_ns
    dated = np.flatnonzero(t_ns != NO_TIME)
    _, first = np.unique(t_ns[dated], return_index=True)
    epochs = recording.epochs.take(dated[first]).replace(status=np.zeros(len(first), np.uint8))
    n = len(dated) - len(epochs)
    note = [f"{recording.path.name}: {n:,} epochs repeat an instant and are left out"] if n else []
    return replace(recording, epochs=epochs, notes=[*recording.notes, *note])


def _date_of_name(path: Path) -> int:
    """Noon of a day that the name of a file states; `NO_TIME` without any."""
    for match in _DATE_IN_NAME.finditer(path.name):
        year, month, day = (int(part) for part in match.groups())
        if is_valid_civil(year, month, day):
            return (days_from_civil(year, month, day) - GPS_EPOCH_DAY) * NS_PER_DAY + _NOON_NS
    return NO_TIME


def _read_dated(path: Path, stated_ns: int, others: Sequence[Recording], channels: dict[int, int]) -> Recording:
    """A file, dated as stated, or by itself, or by other files, or by its name."""
    try:
        return read_file(path, stated_ns, channels)
    except UndatedError:
        known = [(other.reference_gpst_ns(), other.path.name) for other in others]
        known.append((_date_of_name(path), "its name"))
        for reference_ns, source in known:
            if reference_ns != NO_TIME:
                recording = read_file(path, reference_ns, channels)
                note = f"{path.name}: dated by {source}; --date YYYY-MM-DD overrules that"
                return replace(recording, notes=[*recording.notes, note])
        raise


def _no_observations(recording: Recording) -> str:
    if not len(recording.epochs):
        return "no epochs at all"
    return f"its {len(recording.epochs):,} epochs are of no known observation types (SYS / # / OBS TYPES of the header)"


def _read_receiver(
    options: InputOptions, what: str, stated_ns: int, others: Sequence[Recording], channels: dict[int, int]
) -> Recording:
    """What `--rover` or `--base` names."""
    path: Path = getattr(options, what)
    recording = _read_dated(path, stated_ns, others, channels)
    if recording.kind is FileKind.NAVIGATION:
        raise SolveError(f"{path}: a navigation file: it belongs behind --nav, --{what} takes observations")
    if not len(recording.observations):
        why = recording.problems[0].removeprefix(f"{path}: ") if recording.problems else _no_observations(recording)
        raise SolveError(f"{path}: no epoch with observations in it: {why}: is it the right file for --{what}?")
    return in_order(one_station(recording, what, getattr(options, f"{what}_station")))


def _need_ephemerides(book: OrbitBook, session_files: Sequence[Recording]) -> None:
    if not book.known:
        names = ", ".join(str(recording.path) for recording in session_files)
        raise SolveError(f"no ephemerides in {names}: add --nav FILE, the RINEX navigation file of the day")


def _need_overlap(rover: Recording, base: Recording) -> None:
    spans = []
    for recording in (rover, base):
        t_ns = recording.epochs.t_gpst_ns
        t_ns = t_ns[t_ns != NO_TIME]
        spans.append((int(t_ns.min()), int(t_ns.max())) if len(t_ns) else (0, 0))
    if spans[0][0] > spans[1][1] or spans[1][0] > spans[0][1]:
        raise SolveError(
            f"{rover.path} and {base.path} have no time in common: are they of the same day, "
            "and is --date right for what is RTCM 3?"
        )


def _read_both(
    options: InputOptions, stated_ns: int, navs: Sequence[Recording], channels: dict[int, int]
) -> tuple[Recording, Recording | None]:
    """Rover and base; a stream without a date takes that of the other."""
    if options.base is None:
        return _read_receiver(options, "rover", stated_ns, navs, channels), None
    try:
        rover = _read_receiver(options, "rover", stated_ns, [], channels)
        base = _read_receiver(options, "base", stated_ns, [rover, *navs], channels)
    except UndatedError:
        base = _read_receiver(options, "base", stated_ns, navs, channels)
        rover = _read_receiver(options, "rover", stated_ns, [base, *navs], channels)
    _need_overlap(rover, base)
    return rover, base


def load_session(options: InputOptions) -> Session:
    """Read all files. Raises SolveError, which says what is missing and how to add it."""
    if options.base_ecef_m is not None and options.base_llh is not None:
        raise SolveError("--base-ecef and --base-llh say the same thing: give one of them")
    stated_ns = reference_of(options.date)
    navs = _read_navs(options.nav, stated_ns)
    channels = _channels(navs)
    rover, base = _read_both(options, stated_ns, navs, channels)
    files = [rover, *([base] if base else []), *navs]
    ionosphere = Ionosphere()
    for recording in files:
        ionosphere.update(recording.ionosphere)
    kepler = EphemerisBatch.concat([recording.kepler for recording in files])
    glonass = GlonassEphemerisBatch.concat([recording.glonass for recording in files])
    book = OrbitBook.holding(kepler, glonass)
    _need_ephemerides(book, files)
    channels = _channels(files)
    place = place_of_base(options, base) if base and not options.base_moves else None
    rover, base = with_channels(rover, channels), with_channels(base, channels) if base else None
    return Session(rover, base, place, navs, book, ionosphere)
