"""What was wrong with the objects of a base map: counted by reason, the first ones named by index and id."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FAULTS_MAX: Final = 1_000  # faults kept one by one; the counts go on


class FaultReason(StrEnum):
    """Why an object is not in the tiles, or (`REPAIRED`) is there otherwise than it was given."""

    NOT_A_FEATURE = "not a GeoJSON Feature with properties"
    UNKNOWN_LAYER = "its `layer` is none of the base map's"
    NO_GEOMETRY = "no geometry"
    GEOMETRY_SYNTAX = "its geometry is not GeoJSON"
    GEOMETRY_TYPE = "its geometry is not of the type of its layer"
    EMPTY = "its geometry is empty or has no extent"
    COORDINATES = "a coordinate is not finite or not on the map (longitude 180, latitude 85 degrees)"
    TOO_MANY = "more objects than a base map may have"
    REPAIRED = "its polygon crossed itself and was repaired"


@dataclass(frozen=True, slots=True)
class FeatureFault:
    """One object with something wrong: its place in the file, its own id where it has one, and the reason."""

    index: int
    feature_id: str | int | None
    reason: FaultReason


@dataclass(frozen=True, slots=True)
class BaseMapReport:
    """How many objects were read and kept, what was wrong with the others, and the first faults one by one."""

    read: int
    kept: int
    counts: Mapping[FaultReason, int]
    faults: tuple[FeatureFault, ...]

    def lines(self) -> list[str]:
        """The report as text, for people: a summary, then a line a reason with the first object it was seen at."""
        first = {fault.reason: fault for fault in reversed(self.faults)}
        summary = [f"{self.kept} of {self.read} objects are in the base map"]
        for reason, count in self.counts.items():
            named = f", first at index {first[reason].index}" if reason in first else ""
            summary.append(f"{count} x {reason}{named}")
        return summary


def make_report(read: int, kept: int, faults: Iterable[FeatureFault]) -> BaseMapReport:
    """Count faults and keep the first of them, in the order of the file."""
    ordered = sorted(faults, key=lambda fault: fault.index)
    return BaseMapReport(read, kept, Counter(fault.reason for fault in ordered), tuple(ordered[:FAULTS_MAX]))
