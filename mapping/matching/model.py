"""What matching believes of positions, roads and drivers, as settings and as numbers for kernels.

The model is a hidden Markov model whose states are places on directed edges, and "off the road". What is believed is
explained in docs/matching.md; every number is the size of something physical, none was fitted to recorded drives.
"""

from dataclasses import dataclass
from math import nan
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class MatchModel:
    """Settings of the model, each with its unit at the end of its name."""

    sigma_default_m: float = 10.0
    """Horizontal sigma of a position that states none, and whose fix quality says nothing either."""
    sigma_map_m: float = 2.5
    """How far a vehicle drives from the line of its road: lanes beside the line, and the map's own error."""
    keeps_right: bool = True
    """On which side one drives: which of two carriageways is the wrong one where the map does not say."""
    wrong_side_cost: float = 1.0
    """A row on the wrong one of two carriageways that the map draws without their directions (`tables.wrong_side`)."""
    sigma_line_m: float = 0.8
    """The quick part of that: corners cut by the line, weaving."""
    slow_ratio: float = 0.8
    """Part of a position's variance that changes slowly (reflections, ionosphere), the rest is new with every row."""
    slow_s: float = 30.0
    """Time in which the slow part forgets itself."""
    tail_dof: float = 4.0
    """Degrees of freedom of Student's t: how heavy the tails of position errors are."""
    sigma_course_rad: float = 0.14
    """Course over ground against the line of the road: lanes that bend, lines with corners."""
    sigma_speed_mps: float = 0.5
    """Error across the direction of travel of the velocity that a course is made of."""
    course_outlier_ratio: float = 0.01
    """Part of the courses that mean nothing."""
    detour_m: float = 3.0
    """How much longer than the way between two positions the way on the road is, typically, at short distances."""
    detour_ratio: float = 0.08
    """The same in proportion to the distance."""
    winding_cost: float = 3.0
    """A way that winds: the road is a mountain's, or the driver went about."""
    winding_ratio: float = 0.7
    """How much longer it is, typically, in proportion to the straight distance."""
    speed_mps_max: float = 70.0
    """Nothing on roads is faster."""
    sigma_stamp_s: float = 1.0
    """How well times fit positions where no speed is stated: loggers that write whole seconds, and late ones."""
    u_turn_cost: float = 7.0
    """Turning round on the road, as a negative logarithm of its probability; so are all costs."""
    off_road_cost: float = 12.0
    """Leaving the road."""
    on_road_cost: float = 3.0
    """Coming back to it."""
    off_moving_cost: float = 4.0
    """A row off the road that moves; on the road a row costs about 1.5 where all is as expected."""
    off_moving_cost_per_s: float = 0.1
    """And for every second since the row before: drives off the road are short."""
    off_resting_cost: float = 1.0
    """A row off the road at rest."""
    jump_cost: float = 16.0
    """Being where no way leads: the map lacks a link, or the vehicle was carried."""
    tunnel_cost: float = 1.0
    """A satellite position in a tunnel."""
    reach_sigmas: float = 5.0
    """Roads are sought within so many sigma."""
    radius_m_min: float = 20.0
    radius_m_max: float = 150.0
    gap_s_max: float = 600.0
    """After a longer silence a new trace begins."""
    map_to_ellipsoid_m: float = nan
    """Height of the map's zero above the ellipsoid; NaN = heights of the map are not used."""

    def rules(self) -> "Rules":
        """The model as kernels take it."""
        return Rules(*(float(getattr(self, name)) for name in Rules._fields))


class Rules(NamedTuple):
    """`MatchModel` as kernels take it."""

    sigma_default_m: float
    sigma_map_m: float
    sigma_line_m: float
    slow_ratio: float
    slow_s: float
    tail_dof: float
    sigma_course_rad: float
    sigma_speed_mps: float
    course_outlier_ratio: float
    detour_m: float
    detour_ratio: float
    winding_cost: float
    winding_ratio: float
    speed_mps_max: float
    sigma_stamp_s: float
    u_turn_cost: float
    off_road_cost: float
    on_road_cost: float
    off_moving_cost: float
    off_moving_cost_per_s: float
    off_resting_cost: float
    jump_cost: float
    tunnel_cost: float
    reach_sigmas: float
    radius_m_min: float
    radius_m_max: float
    gap_s_max: float
    map_to_ellipsoid_m: float
