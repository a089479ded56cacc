"""Streams with several stations in them: which one is meant is asked, never guessed."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from beidou_svc.solve.recording import Place, Recording, SolveError
from gnss.batches import NO_TIME
from gnss.rtcm._kit import NO_STATION


def one_station(recording: Recording, what: str, wanted: int | None) -> Recording:
    """A recording with the epochs of one station, or of several that follow upon each other.

    `what` is "rover" or "base", `wanted` what `--rover-station` or `--base-station` says. Raises SolveError where the
    stations' times overlap and none is named, and where the one named is not there.
    """
    counts = _counts(recording)
    if wanted is None:
        if not _overlap(recording, counts):
            return recording
        raise SolveError(
            f"{recording.path}: several stations at the same time, {_list_text(counts)}: "
            f"name one of them with --{what}-station ID"
        )
    if wanted not in counts:
        there = f"there are {_list_text(counts)}" if counts else "this file names none"
        raise SolveError(f"--{what}-station {wanted}: not in {recording.path}: {there}")
    epochs = recording.epochs.take(recording.epochs.station == wanted)
    return replace(recording, epochs=epochs, place=_place_of(recording.place, wanted))


def _counts(recording: Recording) -> dict[int, int]:
    """Epochs by station."""
    stations, counts = np.unique(recording.epochs.station, return_counts=True)
    return {s: n for s, n in zip(stations.tolist(), counts.tolist(), strict=True) if s != NO_STATION}


def _list_text(counts: dict[int, int]) -> str:
    return ", ".join(f"{station} ({n:,} epochs)" for station, n in counts.items())


def _overlap(recording: Recording, counts: dict[int, int]) -> bool:
    """Whether a station has epochs between those of another."""
    if len(counts) < 2:
        return False
    epochs = recording.epochs.take(recording.epochs.t_gpst_ns != NO_TIME)
    times = [epochs.t_gpst_ns[epochs.station == station] for station in counts]
    spans = sorted((int(t_ns.min()), int(t_ns.max())) for t_ns in times if len(t_ns))
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _place_of(place: Place | None, station: int) -> Place | None:
    """What that station sent of its place."""
    if place is None:
        return None
    sent = place.sent.take(place.sent.station == station)
    if not len(sent):
        return None
    return Place(sent.ecef_m[-1].copy(), f"message {int(sent.number[-1])} of station {station}", sent)
