"""Fences that follow the network: corridors along a route or along edges, and fences bound to edges.

What they follow is kept with marks (`mapping.network.marks`), so that it is found in the network that comes after; the
shape is that of the active network, and stays as it was where the network lacks what they follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from beidou_svc.roads.edge_marks import Marks, kept_edges
from beidou_svc.roads.route_book import RouteBook
from mapping.fences.check import FenceError
from mapping.fences.model import FenceDraft
from mapping.fences.routes import corridor_along

NOWHERE: Final = 2**31 - 1
"""An edge that no network has: nobody is inside of a fence that is bound to it."""


@dataclass(frozen=True, slots=True)
class CorridorPath:
    """What a corridor follows: a route by its id, or edges with their marks."""

    half_width_m: float
    route: str = ""
    edges: tuple[int, ...] = ()
    marks: Marks = ()
    both_ways: bool = True

    def to_property(self) -> dict[str, Any]:
        """As a feature has it."""
        what = {"route": self.route} if self.route else {"edges": list(self.edges)}
        return {**what, "half_width_m": self.half_width_m, "both_ways": self.both_ways}


class DrawnFence(NamedTuple):
    """A fence as it was drawn: what it was where it was stored, and what it follows. `marks` are those of its edges."""

    draft: FenceDraft
    path: CorridorPath | None = None
    marks: Marks = ()

    @property
    def follows_network(self) -> bool:
        """Whether the network has a say in it."""
        return self.path is not None or bool(self.draft.edges)


class ActiveFence(NamedTuple):
    """A fence in the active network; `problem` says what the network lacks of it, "" = nothing.

    `path` has edges as the network numbers them.
    """

    draft: FenceDraft
    path: CorridorPath | None = None
    problem: str = ""


def in_network(drawn: DrawnFence, book: RouteBook | None) -> ActiveFence:
    """A fence in the network of a book."""
    if not drawn.follows_network:
        return ActiveFence(drawn.draft)
    if book is None:
        return ActiveFence(drawn.draft, drawn.path, "positions are matched to no network")
    draft, problem = _bound(drawn, book)
    path = drawn.path
    if path is None:
        return ActiveFence(draft, None, problem)
    try:
        edges = edges_of_path(path, book)
        shape = corridor_along(book.network, edges, path.half_width_m, both_ways=path.both_ways)
    except FenceError as error:
        return ActiveFence(draft, path, str(error))
    now = path if path.route else replace(path, edges=tuple(edges))
    return ActiveFence(replace(draft, shape=shape), now, problem)


def edges_of_path(path: CorridorPath, book: RouteBook) -> list[int]:
    """The edges that a corridor follows. Raises FenceError that names what is not there."""
    if path.route:
        place = book.place_of.get(path.route)
        if place is None:
            there = ", ".join(book.place_of) or "none"
            raise FenceError(f"network {book.network_id!r} has no route {path.route!r} (there are: {there})")
        route: list[int] = book.routes[place].edges.tolist()
        return route
    found = kept_edges(book.network, path.edges, path.marks)
    _require(path.edges, found, book)
    return found


def _bound(drawn: DrawnFence, book: RouteBook) -> tuple[FenceDraft, str]:
    """The draft with its edges as the network numbers them, and what is wrong with them."""
    edges = sorted(drawn.draft.edges)
    if not edges:
        return drawn.draft, ""
    found = kept_edges(book.network, edges, drawn.marks)
    there = frozenset(edge for edge in found if edge >= 0) or frozenset({NOWHERE})
    draft = drawn.draft if there == drawn.draft.edges else replace(drawn.draft, edges=there)
    try:
        _require(edges, found, book)
    except FenceError as error:
        return draft, str(error)
    return draft, ""


def _require(edges: Sequence[int], found: Sequence[int], book: RouteBook) -> None:
    lost = [edge for edge, at in zip(edges, found, strict=True) if at < 0]
    if lost:
        count = book.network.edge_count
        there = f"it has 0 to {count - 1}" if count else "it has none"
        named = ", ".join(map(str, lost[:5])) + (", ..." if len(lost) > 5 else "")
        raise FenceError(f"network {book.network_id!r} has no edge {named} ({there})")
