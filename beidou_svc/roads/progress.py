"""Which terminals drive which route, and how far along they are: from matched positions alone.

A terminal is on a route while the edges that it is matched to are the route's; a few positions beside it are forgiven,
and it must have driven some way on it before it is said. Where several routes share a road, the one that has lasted
longest counts.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.road import NO_ROUTE, RoadState
from beidou_svc.roads.route_book import ROUTES_MAX, RouteBook
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from mapping.network.lrs import Places
from mapping.network.routes import places_to_runs

ROUTE_M_MIN: Final = 150.0
"""Driven along a route before a terminal is said to be on it; a shorter route must be driven by half."""

MISSES_MAX: Final = 3
"""Positions in a row beside the route that are forgiven."""

STEP_M_MAX: Final = 250.0
STEP_MPS_MAX: Final = 40.0
"""Farther and faster from one position to the next is no driving along: another pass of the route, or a jump."""

SPEED_S: Final = 120.0
"""Over about which time the mean speed is taken."""

SAME_M: Final = 1.0
"""A route of the same id whose length changes by no more is the same."""

AT_STOP_M: Final = 30.0
NO_ROUTES: Final = np.uint64(0)


class ProgressRow(NamedTuple):
    """A terminal on a route."""

    slot: int
    run_m: float
    lap: int
    mean_mps: float
    t_gpst_ns: int


class Progress:
    """By slot: the routes that it may be on (bits), how far it drove on them, and where it is on one of them."""

    def __init__(self, book: RouteBook) -> None:
        self.book = book
        self._routes = np.zeros(0, np.uint64)
        self._misses = np.zeros(0, np.int32)
        self._driven_m = np.zeros(0)
        self._run_m = np.full(0, np.nan)
        self._mean_mps = np.full(0, np.nan)
        self._t_ns = np.zeros(0, np.int64)
        self._lap = np.zeros(0, np.int32)
        self.route = np.zeros(0, np.int32)

    def onto(self, book: RouteBook) -> "Progress":
        """The same on other routes: what is known stays of routes that are still there and as long as they were."""
        renewed, places = Progress(book), self._places_in(book)
        renewed.grow(len(self.route))
        stays = (self.route >= 0) & (places[self.route] >= 0)
        for name in ("_misses", "_driven_m", "_run_m", "_mean_mps", "_t_ns", "_lap"):
            getattr(renewed, name)[stays] = getattr(self, name)[stays]
        renewed.route[stays] = places[self.route[stays]]
        for place, now in enumerate(places[:-1].tolist()):
            if now >= 0:
                is_on = stays & (self._routes >> np.uint64(place) & np.uint64(1) == 1)
                renewed._routes[is_on] |= np.uint64(1) << np.uint64(now)
        return renewed

    def _places_in(self, book: RouteBook) -> NDArray[np.int32]:
        """By route: its place in another book, `NO_ROUTE` = not there; the last row is that of who is on none."""
        places = np.full(len(self.book.routes) + 1, NO_ROUTE, np.int32)
        for place, route in enumerate(self.book.routes[:ROUTES_MAX]):
            now = book.place_of.get(route.id, ROUTES_MAX)
            if now < ROUTES_MAX and abs(book.length_m(now) - self.book.length_m(place)) <= SAME_M:
                places[place] = now
        return places

    def grow(self, n: int) -> None:
        """Make room for `n` slots."""
        more = n - len(self.route)
        if more <= 0:
            return
        for name, missing in (("_routes", 0), ("_misses", 0), ("_driven_m", 0.0), ("_run_m", np.nan), ("_lap", 0)):
            self._extend(name, missing, more)
        for name, missing in (("_mean_mps", np.nan), ("_t_ns", NO_TIME), ("route", NO_ROUTE)):
            self._extend(name, missing, more)

    def _extend(self, name: str, missing: Any, more: int) -> None:
        array: NDArray[Any] = getattr(self, name)
        setattr(self, name, np.concatenate([array, np.full(more, missing, array.dtype)]))

    def note(self, slots: NDArray[np.int32], road: RoadState) -> None:
        """Take note of the new places of some slots, each once."""
        if not self.book.routes or not len(slots):
            return
        self.grow(len(road))
        edge = road.columns.edge[slots]
        seen = np.where(edge >= 0, self.book.mask_of_edge[edge], NO_ROUTES)
        concerned = (seen != 0) | (self._routes[slots] != 0)
        if concerned.any():
            self._follow(slots[concerned], seen[concerned], road)

    def _follow(self, slots: NDArray[np.int32], seen: NDArray[np.uint64], road: RoadState) -> None:
        still = self._routes[slots] & seen
        missed = still == 0
        self._misses[slots] = np.where(missed, self._misses[slots] + 1, 0)
        is_new = missed & ((self._routes[slots] == 0) | (self._misses[slots] > MISSES_MAX))
        self._begin(slots[is_new], seen[is_new])
        on, bits = slots[~missed], still[~missed]
        # a road that several routes share tells them apart only where it ends
        self._routes[on] = bits
        lasting = (self.route[on] >= 0) & (
            (bits >> np.maximum(self.route[on], 0).astype(np.uint64)) & np.uint64(1) == 1
        )
        changed = on[~lasting]
        self.route[changed] = _lowest_bit(bits[~lasting])
        self._run_m[changed] = self._mean_mps[changed] = np.nan
        begun = slots[is_new & (seen != 0)]
        self._advance(np.concatenate([on, begun]), road)

    def _begin(self, slots: NDArray[np.int32], seen: NDArray[np.uint64]) -> None:
        self._routes[slots], self._misses[slots], self._driven_m[slots], self._lap[slots] = seen, 0, 0.0, 0
        self._run_m[slots] = self._mean_mps[slots] = np.nan
        self._t_ns[slots] = NO_TIME
        self.route[slots] = np.where(seen != 0, _lowest_bit(seen), NO_ROUTE)

    def _advance(self, slots: NDArray[np.int32], road: RoadState) -> None:
        columns = road.columns
        routes = self.route[slots]
        places = Places(columns.edge[slots], columns.offset_m[slots], columns.lateral_m[slots])
        before_m = self._run_m[slots]
        run_m = places_to_runs(self.book.index, routes, places, before_m)
        length_m = self.book.index.length_m[routes]
        step_m = run_m - before_m
        has_turned = step_m < -0.5 * length_m
        step_m = np.where(has_turned, step_m + length_m, step_m)
        t_ns = columns.t_gpst_ns[slots]
        dt_s = (t_ns - self._t_ns[slots]) / NS_PER_S
        is_driven = np.abs(step_m) <= np.maximum(STEP_M_MAX, STEP_MPS_MAX * dt_s)
        moved = np.isfinite(step_m) & is_driven & (self._t_ns[slots] != NO_TIME) & (dt_s > 0.0)
        self._driven_m[slots] += np.where(moved, np.maximum(step_m, 0.0), 0.0)
        self._lap[slots] += has_turned & moved
        speed = np.where(moved, np.maximum(step_m, 0.0) / np.where(moved, dt_s, 1.0), np.nan)
        share = 1.0 - np.exp(-np.where(moved, dt_s, 0.0) / SPEED_S)
        mean = self._mean_mps[slots]
        mixed = np.where(np.isnan(mean), speed, mean + share * (speed - mean))
        self._mean_mps[slots] = np.where(moved, mixed, mean)
        self._run_m[slots], self._t_ns[slots] = run_m, t_ns

    def place_of(self, slot: int) -> ProgressRow | None:
        """The route that a terminal is on (`route[slot]`) and where, None = on none."""
        if slot >= len(self.route) or self.route[slot] < 0 or not self._is_said(slot):
            return None
        return self._row(slot)

    def _is_said(self, slot: int) -> bool:
        needed_m = min(ROUTE_M_MIN, 0.5 * self.book.length_m(int(self.route[slot])))
        return bool(self._driven_m[slot] >= needed_m and np.isfinite(self._run_m[slot]))

    def _row(self, slot: int) -> ProgressRow:
        return ProgressRow(
            slot, float(self._run_m[slot]), int(self._lap[slot]), float(self._mean_mps[slot]), int(self._t_ns[slot])
        )

    def on_route(self, place: int) -> list[ProgressRow]:
        """The terminals on a route, foremost first."""
        rows = [self._row(slot) for slot in np.flatnonzero(self.route == place).tolist() if self._is_said(slot)]
        return sorted(rows, key=lambda row: -row.run_m)


def _lowest_bit(bits: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Number of the lowest bit that is set; of 0, whatever."""
    alone = bits & (~bits + np.uint64(1))
    lowest: NDArray[np.int32] = np.log2(np.maximum(alone, np.uint64(1)).astype(np.float64)).astype(np.int32)
    return lowest
