"""All vehicles in one kernel call: following, signals, bends, turns, parking, halts at stops.

Longitudinal motion is the Intelligent Driver Model, always within `BRAKE_MPS2_MAX .. ACCEL_MPS2_MAX`; the way ahead is
looked at far enough to brake for bends and turns in comfort.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from simulators.chance import unit
from simulators.chart import CENTER_LAT_DEG, CENTER_LON_DEG, METRES_A_DEGREE_LAT, METRES_A_DEGREE_LON_EQUATOR
from simulators.network import SCENIC, TUNNEL, Network
from simulators.routing import enter_next, fill_route, turn_mps
from simulators.vehicles import (
    DRIVING,
    PARK_MEAN_S,
    PARKED,
    ROUTE_EDGES,
    SHUTTLE,
    STOPPING,
    Vehicles,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

DECIDE_S = 0.2  # how often drivers decide
ACCEL_MPS2_MAX = 1.8
BRAKE_MPS2 = 2.0  # comfortable
BRAKE_MPS2_MAX = 5.0
HEADWAY_S = 1.2
GAP_M_MIN = 2.5
VEHICLE_M = 5.0
LOOK_M = 90.0  # how far ahead another vehicle matters
CYCLE_S = 80.0
GREEN_S = 36.0
STOP_LINE_M = 4.0
RED_BRAKE_MPS2 = 3.0  # a red that needs more braking than this is run as amber
YAW_RATE_DEGPS_MAX = 40.0
LANE_M = 3.3
DRIFT_MPS = 0.9
HALT_S = 18.0
PATIENCE_S = 20.0
EDGES_A_STEP_MAX = 8
LANE_SCAN_MAX = 12
BRIDGE_M, TUNNEL_M = 9.0, 14.0  # middle of a bridge above, of a tunnel below the ground


@kernel
def sort_by_edge(vehicles: Vehicles, first: Ints, order: Ints) -> None:
    """Group the vehicles that take part in traffic by edge, ordered along it: `order[first[e]:first[e + 1]]`."""
    first[:] = 0
    for row in range(vehicles.edge.size):
        if vehicles.parking[row] != PARKED:
            first[vehicles.edge[row] + 1] += 1
    for edge in range(first.size - 1):
        first[edge + 1] += first[edge]
    fill = first[:-1].copy()
    for row in range(vehicles.edge.size):
        if vehicles.parking[row] == PARKED:
            continue
        edge = vehicles.edge[row]
        at = fill[edge]
        while at > first[edge] and vehicles.offset_m[order[at - 1]] > vehicles.offset_m[row]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = row
        fill[edge] += 1


@inline_kernel
def _is_red(network: Network, edge: int, t_s: float) -> bool:
    phase = network.signal_phase[edge]
    if phase < 0:
        return False
    return bool((t_s + network.signal_shift_s[edge] - phase * 0.5 * CYCLE_S) % CYCLE_S >= GREEN_S)


@inline_kernel
def _follow(speed_mps: float, wanted_mps: float, gap_m: float, ahead_mps: float) -> float:
    """Acceleration of the Intelligent Driver Model."""
    free = 1.0 - (speed_mps / max(wanted_mps, 0.1)) ** 4
    closing = speed_mps * (speed_mps - ahead_mps) / (2.0 * np.sqrt(ACCEL_MPS2_MAX * BRAKE_MPS2))
    keep = GAP_M_MIN + max(0.0, speed_mps * HEADWAY_S + closing)
    return float(ACCEL_MPS2_MAX * (free - (keep / max(gap_m, 0.5)) ** 2))


@inline_kernel
def _ahead_on(vehicles: Vehicles, order: Ints, start: int, end: int, lane: int, lanes: int) -> int:
    """The first vehicle in the same lane among `order[start:end]`, -1 if none is near in the row."""
    for at in range(start, min(end, start + LANE_SCAN_MAX)):
        if vehicles.lane[order[at]] % lanes == lane:
            return int(order[at])
    return -1


@inline_kernel
def _allowed_mps(network: Network, vehicles: Vehicles, row: int) -> float:
    """The highest speed from which every bend and turn of the known way can be met with comfortable braking."""
    edge = vehicles.edge[row]
    eager = vehicles.eagerness[row]
    allowed = network.limit_mps[edge] * eager
    distance = network.length_m[edge] - vehicles.offset_m[row]
    for k in range(ROUTE_EDGES):
        following = vehicles.route[row, k]
        target = min(turn_mps(network, edge, following), network.limit_mps[following]) * eager
        allowed = min(allowed, np.sqrt(target * target + 2.0 * BRAKE_MPS2 * max(0.0, distance)))
        distance += network.length_m[following]
        if distance > LOOK_M:
            break
        edge = following
    return float(allowed)


@inline_kernel
def _accel(network: Network, vehicles: Vehicles, first: Ints, order: Ints, at: int, row: int, t_s: float) -> float:
    """Acceleration of one driver, from the way, the vehicle ahead, the signal, and its own plans."""
    edge, speed = vehicles.edge[row], vehicles.speed_mps[row]
    rest_m = network.length_m[edge] - vehicles.offset_m[row]
    allowed = _allowed_mps(network, vehicles, row)
    accel = min(_follow(speed, allowed, 1e6, speed), (allowed - speed) / 0.5)
    if vehicles.parking[row] == STOPPING:
        accel = min(accel, -BRAKE_MPS2)
    lanes = network.lanes[edge]
    ahead = _ahead_on(vehicles, order, at + 1, first[edge + 1], vehicles.lane[row] % lanes, lanes)
    if ahead >= 0:
        gap = vehicles.offset_m[ahead] - vehicles.offset_m[row] - VEHICLE_M
        accel = min(accel, _follow(speed, allowed, gap, vehicles.speed_mps[ahead]))
    elif rest_m < LOOK_M:
        following = vehicles.route[row, 0]
        lanes = network.lanes[following]
        ahead = _ahead_on(vehicles, order, first[following], first[following + 1], vehicles.lane[row] % lanes, lanes)
        if ahead >= 0 and ahead != row:
            gap = rest_m + vehicles.offset_m[ahead] - VEHICLE_M
            accel = min(accel, _follow(speed, allowed, gap, vehicles.speed_mps[ahead]))
            blocked = speed < 0.3 and gap < 8.0
            vehicles.waited_s[row] = vehicles.waited_s[row] + DECIDE_S if blocked else 0.0
    line_m = rest_m - STOP_LINE_M
    if line_m > 0.0 and speed * speed < 2.0 * RED_BRAKE_MPS2 * line_m and _is_red(network, edge, t_s):
        accel = min(accel, _follow(speed, allowed, line_m, 0.0))
    if vehicles.role[row] == SHUTTLE and vehicles.stop[row] < network.first_stop[edge + 1]:
        halt_m = network.stop_m[vehicles.stop[row]] - vehicles.offset_m[row]
        accel = min(accel, _follow(speed, allowed, halt_m + GAP_M_MIN, 0.0))
    return float(min(max(accel, -BRAKE_MPS2_MAX), ACCEL_MPS2_MAX))


@inline_kernel
def _park(network: Network, vehicles: Vehicles, row: int, park_rate_hz: float) -> None:
    """Begin and end parking spells of a car, where there is a kerb."""
    edge = vehicles.edge[row]
    if vehicles.parking[row] == PARKED:
        vehicles.timer_s[row] -= DECIDE_S
        if vehicles.timer_s[row] <= 0.0:
            vehicles.parking[row] = DRIVING
        return
    kerb = 0 < network.road_class[edge] < SCENIC and not network.raised[edge] and network.around[edge] != TUNNEL
    if not kerb:
        vehicles.parking[row] = DRIVING
    elif vehicles.parking[row] == STOPPING:
        if vehicles.speed_mps[row] < 0.05:
            vehicles.parking[row] = PARKED
            vehicles.timer_s[row] = -PARK_MEAN_S * np.log(1.0 - unit(vehicles.chance, row))
    elif unit(vehicles.chance, row) < park_rate_hz * DECIDE_S:
        vehicles.parking[row] = STOPPING


@inline_kernel
def _halt(network: Network, vehicles: Vehicles, row: int) -> None:
    """Let a shuttle that stands at its next stop stand there for a while, then go on."""
    if vehicles.stop[row] >= network.first_stop[vehicles.edge[row] + 1] or vehicles.speed_mps[row] > 0.2:
        return
    if abs(network.stop_m[vehicles.stop[row]] - vehicles.offset_m[row]) < STOP_LINE_M:
        vehicles.timer_s[row] += DECIDE_S
        if vehicles.timer_s[row] > HALT_S:
            vehicles.timer_s[row] = 0.0
            vehicles.stop[row] += 1


@inline_kernel
def _plan(network: Network, vehicles: Vehicles, row: int, park_rate_hz: float) -> None:
    """Parking spells, halts at stops, and another way for those who waited too long."""
    if vehicles.role[row] == SHUTTLE:
        _halt(network, vehicles, row)
        return
    _park(network, vehicles, row, park_rate_hz)
    if vehicles.waited_s[row] > PATIENCE_S:
        vehicles.waited_s[row] = 0.0
        fill_route(network, vehicles, row)


@inline_kernel
def segment_of(network: Network, edge: int, offset_m: float) -> int:
    """The vertex at which the segment under an offset starts."""
    low, high = network.first_vertex[edge], network.first_vertex[edge + 1] - 2
    while low < high:
        middle = (low + high + 1) // 2
        if network.vertex_run_m[middle] <= offset_m:
            low = middle
        else:
            high = middle - 1
    return int(low)


@inline_kernel
def _steer(network: Network, vehicles: Vehicles, row: int, dt_s: float) -> None:
    """Turn towards the segment and drift towards the lane, both at a limited rate."""
    edge = vehicles.edge[row]
    direction = network.vertex_dir_deg[segment_of(network, edge, vehicles.offset_m[row])]
    turn = (direction - vehicles.heading_deg[row] + 180.0) % 360.0 - 180.0
    most = YAW_RATE_DEGPS_MAX * dt_s
    vehicles.heading_deg[row] = (vehicles.heading_deg[row] + min(max(turn, -most), most)) % 360.0
    lanes = network.lanes[edge]
    wanted = (vehicles.lane[row] % lanes + 0.5) * LANE_M
    if network.oneway[edge]:
        wanted -= 0.5 * lanes * LANE_M
    if vehicles.parking[row] != DRIVING:
        wanted = (lanes + 0.3) * LANE_M * (0.5 if network.oneway[edge] else 1.0)
    most = DRIFT_MPS * dt_s
    vehicles.lateral_m[row] += min(max(wanted - vehicles.lateral_m[row], -most), most)


@inline_kernel
def _advance(network: Network, vehicles: Vehicles, row: int, dt_s: float) -> None:
    """Move one vehicle by its acceleration, over as many edges as the step covers."""
    speed = vehicles.speed_mps[row]
    faster = max(0.0, speed + vehicles.accel_mps2[row] * dt_s)
    vehicles.speed_mps[row] = faster
    vehicles.offset_m[row] += 0.5 * (speed + faster) * dt_s
    if faster == 0.0:
        vehicles.accel_mps2[row] = 0.0
    for _ in range(EDGES_A_STEP_MAX):
        over_m = vehicles.offset_m[row] - network.length_m[vehicles.edge[row]]
        if over_m < 0.0:
            break
        enter_next(network, vehicles, row)
        vehicles.offset_m[row] = over_m


@kernel
def advance_rows(network: Network, vehicles: Vehicles, rows: Ints, t_s: float) -> None:
    """Bring some vehicles to scenario time `t_s` with the acceleration they last decided on."""
    for k in range(rows.size):
        row = rows[k]
        dt_s = t_s - vehicles.t_s[row]
        if dt_s <= 0.0:
            continue
        vehicles.t_s[row] = t_s
        if vehicles.parking[row] != PARKED:
            _advance(network, vehicles, row, dt_s)
        _steer(network, vehicles, row, dt_s)


@kernel
def decide(network: Network, vehicles: Vehicles, first: Ints, order: Ints, t_s: float, park_rate_hz: float) -> None:
    """Let every driver decide at `t_s`, to which all were advanced; `first (E+1)` and `order (n)` are scratch."""
    sort_by_edge(vehicles, first, order)
    for edge in range(first.size - 1):
        for at in range(first[edge], first[edge + 1]):
            row = order[at]
            vehicles.accel_mps2[row] = _accel(network, vehicles, first, order, at, row, t_s)
    for row in range(vehicles.edge.size):
        _plan(network, vehicles, row, park_rate_hz)


@inline_kernel
def terrain_m(lat_deg: float, lon_deg: float) -> float:
    """Height of the ground above sea level: gentle hills of this size stand along the real river."""
    north, east = (lat_deg - CENTER_LAT_DEG) * 60.0, (lon_deg - CENTER_LON_DEG) * 60.0
    return float(
        108.0 + 9.0 * np.sin(1.3 * east + 0.4) + 7.0 * np.sin(1.7 * north - 0.8) + 3.0 * np.sin(4.1 * (east + north))
    )


@kernel
def positions(
    network: Network, vehicles: Vehicles, rows: Ints, lat_deg: Floats, lon_deg: Floats, h_msl_m: Floats
) -> None:
    """True place of some rows, degrees CGCS2000 and metres above sea level: on the line, moved to the lane."""
    for k in range(rows.size):
        row = rows[k]
        offset_m = vehicles.offset_m[row]
        vertex = segment_of(network, vehicles.edge[row], offset_m)
        start, end = network.vertex_run_m[vertex], network.vertex_run_m[vertex + 1]
        share = (offset_m - start) / max(end - start, 1e-9)
        lat = network.vertex_lat_deg[vertex]
        lon = network.vertex_lon_deg[vertex]
        lat += share * (network.vertex_lat_deg[vertex + 1] - lat)
        lon += share * (network.vertex_lon_deg[vertex + 1] - lon)
        right = np.radians(vehicles.heading_deg[row] + 90.0)
        lat_deg[k] = lat + vehicles.lateral_m[row] * np.cos(right) / METRES_A_DEGREE_LAT
        metres_a_degree_lon = METRES_A_DEGREE_LON_EQUATOR * np.cos(np.radians(lat))
        lon_deg[k] = lon + vehicles.lateral_m[row] * np.sin(right) / metres_a_degree_lon
        edge = vehicles.edge[row]
        arch = np.sin(np.pi * min(1.0, offset_m / network.length_m[edge]))
        built_m = BRIDGE_M * arch if network.raised[edge] else 0.0
        built_m -= TUNNEL_M * arch if network.around[edge] == TUNNEL else 0.0
        h_msl_m[k] = terrain_m(lat_deg[k], lon_deg[k]) + built_m
