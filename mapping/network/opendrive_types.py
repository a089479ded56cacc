"""What the words of OpenDRIVE mean for a network: kinds of lanes and roads, markings that may be crossed.

Source: ASAM OpenDRIVE 1.4 to 1.8; the classes of town roads are our reading of their names.
"""

from typing import Final

from mapping.network.codes import LaneKind, RoadClass

DRIVABLE: Final = {
    **dict.fromkeys(("driving", "entry", "exit", "onRamp", "offRamp", "connectingRamp", "slipLane"), LaneKind.DRIVING),
    **dict.fromkeys(("bidirectional", "mwyEntry", "mwyExit", "HOV"), LaneKind.DRIVING),
    **dict.fromkeys(("bus", "taxi"), LaneKind.BUS),
}
"""Lane types that vehicles drive on, and what they become; all other types are no lanes of the network."""

BOTH_WAYS: Final = "bidirectional"

ROAD_CLASSES: Final = {
    "motorway": RoadClass.MOTORWAY,
    "townExpressway": RoadClass.TRUNK,
    "townArterial": RoadClass.PRIMARY,
    "townCollector": RoadClass.TERTIARY,
    "townLocal": RoadClass.RESIDENTIAL,
    "townPlayStreet": RoadClass.LIVING_STREET,
    "townPrivate": RoadClass.SERVICE,
    "lowSpeed": RoadClass.RESIDENTIAL,
}
PRIVATE: Final = "townPrivate"

CHANGES: Final = {"both": (True, True), "increase": (True, False), "decrease": (False, True), "none": (False, False)}
"""By the attribute `laneChange`: to the lane of the higher number (to the left, along s), to that of the lower one."""
MARK_CHANGES: Final = {
    "": (True, True),
    "none": (True, True),
    "broken": (True, True),
    "broken broken": (True, True),
    "botts dots": (True, True),
    "broken solid": (False, True),
    "solid broken": (True, False),
}
"""By the type of the mark, right of the centre; lines are named from the inside, so left of it they are mirrored."""


def changes_over(kind: str, lane_change: str, lane: int) -> tuple[bool, bool]:
    """Whether one may cross the outer mark of a lane to the higher lane number, and to the lower one.

    Where `laneChange` is missing the type decides: the standard's own default would let one cross solid lines.
    """
    if lane_change in CHANGES:
        return CHANGES[lane_change]
    up, down = MARK_CHANGES.get(kind, (False, False))
    return (down, up) if lane > 0 else (up, down)
