"""Lanes of OpenDRIVE as lines: borders and centres of a section, sampled so that chords stay within a stated error.

Source: ASAM OpenDRIVE 1.8: t is left of the reference line; widths add up from the lane offset outward.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.network.opendrive_model import OdrRoad, OdrSection
from mapping.network.opendrive_planview import Poses, poses_at

Floats = NDArray[np.float64]

STEP_M: Final = 10.0  # between first samples, before chords are looked at
STEP_M_MIN: Final = 0.01
SAMPLES_MAX: Final = 20_000  # of one section
BETWEEN: Final = np.array([0.25, 0.5, 0.75])


@dataclass(frozen=True, slots=True)
class SectionLines:
    """Lines of the wanted lanes of one section, along s: columns x, y, height; borders as seen along s."""

    s_m: Floats
    centre_m: dict[int, Floats]
    left_m: dict[int, Floats]
    right_m: dict[int, Floats]
    width_m: dict[int, Floats]


def section_lines(road: OdrRoad, section: OdrSection, wanted: list[int], error_m: float) -> SectionLines:
    """Sample the wanted lanes of a section in the file's own grid.

    Shape: (n, 3) a line. Unit: m. Error: no chord of a centre line or border is farther than `error_m` from it.
    """
    s_m = _samples(road, section, wanted, error_m)
    inner, outer = _borders(road, section, wanted, s_m)
    along = _along(road, s_m)
    lines = {n: (_line(along, inner[n]), _line(along, outer[n])) for n in wanted}
    return SectionLines(
        s_m,
        {n: _line(along, 0.5 * (inner[n] + outer[n])) for n in wanted},
        {n: lines[n][1] if n > 0 else lines[n][0] for n in wanted},
        {n: lines[n][0] if n > 0 else lines[n][1] for n in wanted},
        {n: np.abs(outer[n] - inner[n]) for n in wanted},
    )


def _samples(road: OdrRoad, section: OdrSection, wanted: list[int], error_m: float) -> Floats:
    """Distances along the road: wherever something changes its formula, and as many between as chords need."""
    s_m = _breaks(road, section, wanted)
    counts = np.maximum(1, np.ceil(np.diff(s_m) / STEP_M)).astype(np.int64)
    s_m = np.concatenate(
        [*(np.linspace(a, b, n + 1)[:-1] for a, b, n in zip(s_m, s_m[1:], counts, strict=False)), s_m[-1:]]
    )
    while s_m.size < SAMPLES_MAX:
        too_far = _strays(road, section, wanted, s_m) > error_m
        too_far &= np.diff(s_m) > 2.0 * STEP_M_MIN
        if not too_far.any():
            break
        s_m = np.sort(np.concatenate([s_m, 0.5 * (s_m[:-1] + s_m[1:])[too_far]]))
    return s_m


def _breaks(road: OdrRoad, section: OdrSection, wanted: list[int]) -> Floats:
    """Where a formula begins, with both ends of the section."""
    lanes = [section.lanes[n] for n in _inward(section, wanted)]
    own = [section.s_m + profile.starts_m for lane in lanes for profile in (lane.widths, lane.borders)]
    along = [profile.starts_m for profile in (road.lane_offset, road.elevation, road.superelevation)]
    starts = np.concatenate([np.array([piece.s_m for piece in road.pieces]), *own, *along, road.cross.starts_m])
    within = starts[(starts > section.s_m) & (starts < section.end_m)]
    return np.unique(np.concatenate([[section.s_m], within, [section.end_m]]))


def _inward(section: OdrSection, wanted: list[int]) -> list[int]:
    """The wanted lanes and all between them and the centre."""
    highest, lowest = max([0, *wanted]), min([0, *wanted])
    return [n for n in section.lanes if n != 0 and lowest <= n <= highest]


def _strays(road: OdrRoad, section: OdrSection, wanted: list[int], s_m: Floats) -> Floats:
    """How far, between samples, the lines lie from their chords: the largest over all lines and three places."""
    between = (s_m[:-1, None] + np.diff(s_m)[:, None] * BETWEEN).ravel()
    t_ends, t_between = _borders(road, section, wanted, s_m), _borders(road, section, wanted, between)
    along_ends, along_between = _along(road, s_m), _along(road, between, ends_before=False)
    strays = np.zeros(s_m.size - 1)
    for side in (0, 1):
        for n in wanted:
            ends, points = _line(along_ends, t_ends[side][n]), _line(along_between, t_between[side][n])
            strays = np.maximum(strays, _from_chord(ends, points.reshape(-1, BETWEEN.size, 3)))
    return strays


def _from_chord(ends_m: Floats, points_m: Floats) -> Floats:
    """Largest distance of points (n - 1, 3, 3) from the chords between n ends, in space."""
    chord = np.diff(ends_m, axis=0)[:, None, :]
    apart = points_m - ends_m[:-1, None, :]
    square = np.maximum(np.sum(chord * chord, axis=2, keepdims=True), 1e-30)
    along = np.clip(np.sum(apart * chord, axis=2, keepdims=True) / square, 0.0, 1.0)
    return np.asarray(np.sqrt(np.sum((apart - along * chord) ** 2, axis=2)).max(axis=1))


def _borders(
    road: OdrRoad, section: OdrSection, wanted: list[int], s_m: Floats
) -> tuple[dict[int, Floats], dict[int, Floats]]:
    """t of the inner and of the outer border of the wanted lanes, and of those between them and the centre."""
    offset_m = road.lane_offset.at(s_m)
    inner, outer = {}, {}
    for side in (1, -1):
        t_m = offset_m
        for n in sorted((n for n in _inward(section, wanted) if n * side > 0), key=abs):
            lane, ds_m = section.lanes[n], s_m - section.s_m
            inner[n] = t_m
            if lane.widths or not lane.borders:
                t_m = t_m + side * np.maximum(lane.widths.at(ds_m), 0.0)
            else:
                t_m = side * np.abs(lane.borders.at(ds_m))
            outer[n] = t_m
    return inner, outer


class _Along(NamedTuple):
    """A road at some distances along it: reference line, and what lies across it."""

    road: OdrRoad
    s_m: Floats
    poses: Poses
    height_m: Floats
    roll_rad: Floats


def _along(road: OdrRoad, s_m: Floats, *, ends_before: bool = True) -> _Along:
    poses = poses_at(road.pieces, s_m, ends_before=ends_before)
    return _Along(road, s_m, poses, road.elevation.at(s_m), road.superelevation.at(s_m))


def _line(along: _Along, t_m: Floats) -> Floats:
    """Points beside a road: x, y and height, superelevation and the shape across applied."""
    across_m, rise_m = t_m * np.cos(along.roll_rad), t_m * np.sin(along.roll_rad)
    height_m = along.height_m + rise_m + along.road.cross.at(along.s_m, t_m)
    x_m = along.poses.x_m - across_m * np.sin(along.poses.hdg_rad)
    y_m = along.poses.y_m + across_m * np.cos(along.poses.hdg_rad)
    return np.stack([x_m, y_m, height_m], axis=1)


def point_at(road: OdrRoad, s_m: float, t_m: float) -> Floats:
    """One point beside a road.

    Shape: (3,), x, y and height. Unit: m, in the file's grid.
    """
    return np.asarray(_line(_along(road, np.array([s_m])), np.array([t_m]))[0])
