"""Which lane leads into which: over sections, over joined roads and through junctions.

A lane is (road id, section, lane number, direction along s: 1 or -1). Files state a link on one side or on both; it
counts where either side states it. Source: ASAM OpenDRIVE 1.8, lane linkage and junctions.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mapping.network.opendrive_model import Link, OdrLane, OdrMap, OdrRoad
from mapping.network.opendrive_types import BOTH_WAYS, DRIVABLE
from mapping.network.report import NetworkReport


class LaneKey(NamedTuple):
    """A lane in one of the directions in which it is driven."""

    road: str
    section: int
    lane: int
    along: int


def directions_of(road: OdrRoad, lane: OdrLane) -> tuple[int, ...]:
    """In which directions along s a lane is driven; none for lanes that vehicles do not drive on."""
    if lane.number == 0 or lane.kind not in DRIVABLE:
        return ()
    if lane.kind == BOTH_WAYS or lane.direction == "both":
        return (1, -1)
    against = (lane.number > 0) != road.is_left_hand
    return (-1,) if against != (lane.direction == "reversed") else (1,)


def lane_keys(source: OdrMap) -> list[LaneKey]:
    """All lanes that are driven, in the order of the file, from the left to the right of each road."""
    return [
        LaneKey(road.ref, index, number, along)
        for road in source.roads.values()
        for index, section in enumerate(road.sections)
        for number in sorted(section.lanes, reverse=True)
        for along in directions_of(road, section.lanes[number])
    ]


def next_lanes(source: OdrMap, key: LaneKey, report: NetworkReport) -> list[LaneKey]:
    """The lanes into which one leads, in order; links to what is not there are reported."""
    road = source.roads[key.road]
    section = key.section + key.along
    if 0 <= section < len(road.sections):
        found = list(_into(source, key, LaneKey(road.ref, section, 0, key.along), report))
    else:
        link = road.successor if key.along > 0 else road.predecessor
        found = [] if link is None else list(_over(source, key, link, report))
    return sorted(set(found))


def _over(source: OdrMap, key: LaneKey, link: Link, report: NetworkReport) -> Iterator[LaneKey]:
    """Over the end of a road: onto the road joined there, or through the junction there."""
    if link.kind == "junction":
        if link.ref not in source.junctions:
            report.fault("road", key.road, f"is joined to junction {link.ref}, which is not there", "left it unjoined")
        yield from _through(source, key, link.ref, report)
    elif link.ref not in source.roads:
        report.fault("road", key.road, f"is joined to road {link.ref}, which is not there", "left it unjoined")
    elif link.contact not in ("start", "end"):
        report.fault("road", key.road, f"does not say which end of road {link.ref} it is joined to", "left it unjoined")
    elif source.roads[link.ref].sections:
        yield from _into(source, key, _entry(source.roads[link.ref], link.contact), report)


def _through(source: OdrMap, key: LaneKey, junction: str, report: NetworkReport) -> Iterator[LaneKey]:
    for connection in source.junctions.get(junction, ()):
        if connection.incoming != key.road:
            continue
        road = source.roads.get(connection.onto)
        if road is None:
            report.fault("junction", junction, f"leads onto road {connection.onto}, which is not there", "ignored")
            continue
        if not road.sections or not _faces(road, connection.contact, key):
            continue
        entry = _entry(road, connection.contact)
        stated = [to for lane, to in connection.lanes if lane == key.lane]
        yield from _checked(source, key, entry, stated, report)
        yield from _into(source, key, entry, report, own=False)


def _entry(road: OdrRoad, contact: str) -> LaneKey:
    """Where one comes onto a road at its start or end; the lane is yet open."""
    return LaneKey(road.ref, 0, 0, 1) if contact == "start" else LaneKey(road.ref, len(road.sections) - 1, 0, -1)


def _faces(road: OdrRoad, contact: str, key: LaneKey) -> bool:
    """Whether a connecting road begins at the end that one leaves: a road may meet a junction with both its ends."""
    link = road.predecessor if contact == "start" else road.successor
    if link is None or link.kind != "road" or link.ref != key.road or not link.contact:
        return True
    return link.contact == ("end" if key.along > 0 else "start")


def _into(
    source: OdrMap, key: LaneKey, entry: LaneKey, report: NetworkReport, *, own: bool = True
) -> Iterator[LaneKey]:
    """Lanes of the section one enters that the lane names (`own`), or that name the lane."""
    lane = source.roads[key.road].sections[key.section].lanes[key.lane]
    road = source.roads[entry.road]
    if own:
        named = lane.successors if key.along > 0 else lane.predecessors
        yield from _checked(source, key, entry, named, report)
    if entry.road == key.road or _is_joined_to(road, entry, key):
        for number, other in road.sections[entry.section].lanes.items():
            back = other.predecessors if entry.along > 0 else other.successors
            if key.lane in back and entry.along in directions_of(road, other):
                yield entry._replace(lane=number)


def _is_joined_to(road: OdrRoad, entry: LaneKey, key: LaneKey) -> bool:
    """Whether a road says itself that it is joined, where one enters, to the end that one leaves."""
    link = road.predecessor if entry.along > 0 else road.successor
    return link is not None and link[:2] == ("road", key.road) and link.contact == ("end" if key.along > 0 else "start")


def _checked(
    source: OdrMap, key: LaneKey, entry: LaneKey, named: tuple[int, ...] | list[int], report: NetworkReport
) -> Iterator[LaneKey]:
    """The named lanes that exist and are driven in that direction."""
    road = source.roads[entry.road]
    lanes = road.sections[entry.section].lanes
    for number in named:
        if number not in lanes:
            what = f"lane {key.lane} leads into lane {number} of road {entry.road}, which is not there"
            report.fault("road", key.road, what, "ignored")
        elif entry.along in directions_of(road, lanes[number]):
            yield entry._replace(lane=number)
