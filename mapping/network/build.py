"""From drafts to a network: what importers call. The steps of the building are in the `_build_*` files.

    builder = NetworkBuilder("Ganzhou", plane)
    road = builder.add_road(RoadDraft(ref=17, x_m=x, y_m=y, node_refs=refs, road_class=RoadClass.PRIMARY))
    network, report = builder.build()

Maps that state which road follows which (Lanelet2, OpenDRIVE) say so with `turns_are_stated=True`, draft every
direction as a whole one-way road, and call `follow`; roads that follow each other then share a node by themselves.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mapping.datums.plane import Plane
from mapping.network.codes import Direction, LaneChange
from mapping.network.drafts import (
    JunctionDraft,
    LaneDraft,
    RestrictionDraft,
    RoadDraft,
    RouteDraft,
    StopDraft,
    UnitDraft,
)
from mapping.network.model import RoadNetwork
from mapping.network.report import NetworkReport
from mapping.network.tables import Ints

JOIN_M: Final = 0.05  # ends of roads without named points that are closer are one node
STOP_TO_ROAD_M_MAX: Final = 60.0  # a stop farther from every road is on none


@dataclass
class Drafts:
    """All that was handed to a builder; numbers are places in `roads` and `lanes`."""

    roads: list[RoadDraft] = field(default_factory=list)
    lanes: list[tuple[int, LaneDraft]] = field(default_factory=list)
    followers: list[tuple[int, int]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    lane_followers: list[tuple[int, int]] = field(default_factory=list)
    lane_neighbours: list[tuple[int, int, bool, bool]] = field(default_factory=list)
    restrictions: list[RestrictionDraft] = field(default_factory=list)
    stops: list[StopDraft] = field(default_factory=list)
    routes: list[RouteDraft] = field(default_factory=list)
    junctions: list[JunctionDraft] = field(default_factory=list)
    units: list[UnitDraft] = field(default_factory=list)


class NetworkBuilder(Drafts):
    """Collects drafts; `build` makes the network of them. Broken drafts are reported and left out, never raised."""

    def __init__(
        self,
        name: str,
        plane: Plane,
        *,
        road_kind: str = "way",
        turns_are_stated: bool = False,
        join_m: float = JOIN_M,
        drives_on_right: bool = True,
        stop_to_road_m_max: float = STOP_TO_ROAD_M_MAX,
        report: NetworkReport | None = None,
    ) -> None:
        super().__init__()
        self.name = name
        self.plane = plane
        self.road_kind = road_kind
        self.turns_are_stated = turns_are_stated
        self.join_m = join_m
        self.drives_on_right = drives_on_right
        self.stop_to_road_m_max = stop_to_road_m_max
        self.report = NetworkReport() if report is None else report
        self.lane_rows: Ints = np.empty(0, dtype=np.int32)
        """After `build`: the row of `Lanes` of every drafted lane, -1 = left out."""

    def add_road(self, road: RoadDraft) -> int:
        """Take a road; gives its number, which `follow`, `pair`, `add_lane` and drafts refer to."""
        self.roads.append(road)
        return len(self.roads) - 1

    def follow(self, road: int, then: int) -> None:
        """One road may be driven after another (only with `turns_are_stated`)."""
        if not self.turns_are_stated:
            raise ValueError("this builder finds turns by shared nodes; make it with turns_are_stated=True")
        self.followers.append((road, then))

    def pair(self, road: int, opposite: int) -> None:
        """Two one-way drafts are the two directions of one road: each other's twin."""
        self.pairs.append((road, opposite))

    def add_lane(self, road: int, lane: LaneDraft) -> int:
        """Take a lane of a road that is whole and one-way; gives its number."""
        draft = self.roads[road]
        if not draft.is_whole or draft.direction is Direction.BOTH:
            raise ValueError(f"road {draft.ref} has lanes: draft it whole, one direction at a time")
        self.lanes.append((road, lane))
        return len(self.lanes) - 1

    def follow_lane(self, lane: int, then: int) -> None:
        """One lane leads into another."""
        self.lane_followers.append((lane, then))

    def neighbour_lanes(self, left: int, right: int, change: LaneChange = LaneChange.NONE) -> None:
        """Two lanes of one direction lie side by side.

        `change` says what the marking between them allows: `RIGHT` from the left lane to the right one, `LEFT` from
        the right lane to the left one.
        """
        self.lane_neighbours.append((left, right, bool(change & LaneChange.RIGHT), bool(change & LaneChange.LEFT)))

    def restrict(self, restriction: RestrictionDraft) -> None:
        """Take a turn restriction."""
        self.restrictions.append(restriction)

    def add_stop(self, stop: StopDraft) -> None:
        """Take a stop; it is placed on the nearest road within `stop_to_road_m_max` that has it on its kerb side."""
        self.stops.append(stop)

    def add_route(self, route: RouteDraft) -> None:
        """Take a route."""
        self.routes.append(route)

    def add_junction(self, junction: JunctionDraft) -> None:
        """Take a junction; without any, every node where three roads meet is one."""
        self.junctions.append(junction)

    def add_unit(self, unit: UnitDraft) -> None:
        """Take a road-side unit."""
        self.units.append(unit)

    def fault(self, object_kind: str, ref: int | str, what: str, done: str = "left out") -> None:
        """Report an object of the source that is broken."""
        self.report.fault(object_kind, ref, what, done)

    def build(self) -> tuple[RoadNetwork, NetworkReport]:
        """The network, and what was wrong with the objects it was made of."""
        from mapping.network._build_all import build_all

        return build_all(self), self.report
