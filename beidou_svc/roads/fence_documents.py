"""Fences as the API takes and gives them: GeoJSON features that are checked member by member."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import degrees
from typing import Annotated, Any, Final, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from beidou_svc.roads.edge_marks import marks_of, read_marks
from beidou_svc.roads.faults import Fault, InvalidError, faults_of, field_of
from beidou_svc.roads.fence_frames import FieldError, collection_frame, framed, in_true_frame, require_frame
from beidou_svc.roads.network_fences import ActiveFence, CorridorPath, DrawnFence, edges_of_path, in_network
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.store import Stored
from beidou_svc.utc import utc_text
from mapping.datums.plane import Plane
from mapping.fences.check import FenceError, plane_shape
from mapping.fences.geojson import draft_of
from mapping.fences.geojson_write import feature_of
from mapping.fences.kinds import KIND_NAMES
from mapping.fences.model import Area, Circle, FenceDraft

ADDED: Final = ("version", "time", "shape", "problem")
"""Properties that the service adds; what is sent for them is ignored."""

EDGES_MAX: Final = 20_000
"""Edges that a corridor follows."""

KindName = Literal[
    "enter", "exit", "dwell", "cross", "speeding", "speeding_end", "deviation", "return", "wrong_way", "wrong_way_end",
    "arrived", "departed",
]  # fmt: skip
assert set(KIND_NAMES) == set(KindName.__args__)  # type: ignore[attr-defined]

Text = Annotated[str, Field(min_length=1, max_length=200)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Clock = Annotated[str, Field(pattern=r"^\d{1,2}:\d{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Span(_Strict):
    """Hours of a day, local time."""

    begins: Clock = Field("00:00", alias="from")
    ends: Clock = Field("24:00", alias="to")


class WeeklySpan(Span):
    """Hours of some days of the week."""

    days: list[Day] = Field(default_factory=list)


class SpecialDay(_Strict):
    """A day with hours of its own."""

    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    open: list[Span] = Field(default_factory=list)


class WindowModel(_Strict):
    """When a fence is in force."""

    zone: Text
    weekly: list[WeeklySpan] = Field(default_factory=list)
    exceptions: list[SpecialDay] = Field(default_factory=list)


class CorridorModel(_Strict):
    """What a corridor follows: a route, or edges in order."""

    route: Text | None = None
    edges: list[Annotated[int, Field(ge=0)]] | None = Field(None, min_length=1, max_length=EDGES_MAX)
    half_width_m: float = Field(gt=0)
    both_ways: bool = True

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.route is None) == (self.edges is None):
            raise ValueError('it needs "route" or "edges", one of them')
        return self


class FenceProperties(_Strict):
    """Properties of a fence, as docs/roads.md has them."""

    name: str = Field("", max_length=200)
    kinds: list[KindName] | None = Field(None, min_length=1)
    groups: list[Text] | None = None
    speed_limit_kmh: float | None = Field(None, gt=0, le=540)
    dwell_s: float | None = Field(None, ge=0)
    confirm_rows: int | None = Field(None, ge=0)
    confirm_s: float | None = Field(None, ge=0)
    window: WindowModel | None = None
    edges: list[Annotated[int, Field(ge=0)]] | None = None
    frame: str | None = None
    source: str | None = Field(None, max_length=10_000)
    radius_m: float | None = Field(None, gt=0)
    half_width_m: float | None = Field(None, gt=0)
    corridor: CorridorModel | None = None


def read_fence(
    feature: Any, plane: Plane, book: RouteBook | None, *, index: int = 0, fence_id: str | None = None
) -> DrawnFence:
    """The fence of a feature that the API was sent; `fence_id` is the one of the address. Raises InvalidError.

    `book`: the active network, which fences may follow.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise InvalidError([Fault(index, "", "type", "it is no GeoJSON Feature")])
    sent = feature.get("id")
    if fence_id is not None and sent is not None and str(sent) != fence_id:
        raise InvalidError([Fault(index, str(sent), "id", f"it is not that of the address, {fence_id!r}")])
    document_id = fence_id or ("" if sent is None else str(sent)) or new_id()
    if "/" in document_id:
        raise InvalidError([Fault(index, document_id, "id", "it must not contain a slash")])
    properties = _properties(feature, index, document_id)
    try:
        feature, properties = in_true_frame(feature, properties)
        path = _corridor_path(properties.pop("corridor", None), book)
        geometry = feature.get("geometry") if path is None else _blank_line(plane)
        width = {} if path is None else {"half_width_m": path.half_width_m}
        sent_draft = {**feature, "id": document_id, "geometry": geometry, "properties": {**properties, **width}}
        draft = draft_of(sent_draft, plane.frame)
        require_frame(draft, plane)
        drawn = _drawn_fence(draft, path, book)
        plane_shape(drawn.draft, plane)
    except FenceError as error:
        raise InvalidError([Fault(index, document_id, _field(error), str(error))]) from None
    return drawn


def _field(error: FenceError) -> str:
    return error.field if isinstance(error, FieldError) else field_of(str(error))


def _corridor_path(corridor: dict[str, Any] | None, book: RouteBook | None) -> CorridorPath | None:
    """What a corridor that was sent follows. Raises FenceError."""
    if corridor is None:
        return None
    edges = tuple(corridor.get("edges") or ())
    # a whole number would have the kernels of fences compiled anew
    half_width_m = float(corridor["half_width_m"])
    path = CorridorPath(half_width_m, corridor.get("route") or "", edges, (), corridor.get("both_ways", True))
    if book is None:
        raise FieldError("properties.corridor", "positions are matched to no network")
    try:
        edges_of_path(path, book)
    except FenceError as error:
        raise FieldError(f"properties.corridor.{'route' if path.route else 'edges'}", str(error)) from None
    return replace(path, marks=marks_of(book.network, edges))


def _blank_line(plane: Plane) -> dict[str, Any]:
    """Stands for a geometry that follows from the network."""
    at = [degrees(plane.lon0_rad), degrees(plane.lat0_rad)]
    return {"type": "LineString", "coordinates": [at, [at[0] + 1e-4, at[1]]]}


def _drawn_fence(draft: FenceDraft, path: CorridorPath | None, book: RouteBook | None) -> DrawnFence:
    """The draft as the network makes it, with the marks of what it follows. Raises FenceError."""
    edges = sorted(draft.edges)
    if edges and book is None:
        raise FieldError("properties.edges", "positions are matched to no network")
    if book is None:
        return DrawnFence(draft, path)
    active = in_network(DrawnFence(draft, path), book)
    if active.problem:
        raise FieldError("properties.edges", active.problem)
    return DrawnFence(active.draft, path, marks_of(book.network, edges))


def read_fences(document: Any, plane: Plane, book: RouteBook | None) -> list[DrawnFence]:
    """The fences of a Feature or FeatureCollection, all of them. Raises InvalidError that names every fault."""
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or document.get("type") != "FeatureCollection":
        return [read_fence(document, plane, book)]
    if not isinstance(features, list):
        raise InvalidError([Fault(0, "", "features", "it is no list")])
    frame = collection_frame(document)
    found: list[DrawnFence] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, feature in enumerate(features):
        try:
            drawn = read_fence(framed(feature, frame), plane, book, index=index)
            ref = drawn.draft.ref
            if ref in seen:
                faults.append(Fault(index, ref, "id", "another fence of the list has the same id"))
            seen.add(ref)
            found.append(drawn)
        except InvalidError as error:
            faults += error.faults
    if faults:
        raise InvalidError(faults)
    return found


def _properties(feature: Mapping[str, Any], index: int, document_id: str) -> dict[str, Any]:
    properties = feature.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise InvalidError([Fault(index, document_id, "properties", "it is no object")])
    own = {name: value for name, value in properties.items() if name not in ADDED and value is not None}
    try:
        FenceProperties.model_validate(own)
    except ValidationError as error:
        raise InvalidError(faults_of(error, index, document_id, "properties")) from None
    return own


def new_id() -> str:
    """An id for a fence that was sent without one."""
    return f"fence-{secrets.token_hex(4)}"


def to_body(drawn: DrawnFence) -> bytes:
    """A fence as it is stored: its shape where it was drawn, what it follows, and the marks of that."""
    feature = feature_of(drawn.draft)
    if drawn.path is not None:
        feature["properties"]["corridor"] = drawn.path.to_property()
    marks = {"edges": drawn.marks, "corridor": drawn.path.marks if drawn.path else ()}
    return orjson.dumps({**feature, "marks": {name: rows for name, rows in marks.items() if rows}})


def from_body(body: bytes) -> DrawnFence:
    """And back. Raises FenceError."""
    feature = orjson.loads(body)
    marks = feature.pop("marks", {})
    corridor = feature["properties"].pop("corridor", None)
    path = None
    if corridor is not None:
        edges = tuple(corridor.pop("edges", ()))
        path = CorridorPath(edges=edges, marks=read_marks(marks.get("corridor")), **corridor)
    return DrawnFence(draft_of(feature), path, read_marks(marks.get("edges")))


def feature_to_show(
    drawn: DrawnFence, version: int, t_utc_ns: int, active: ActiveFence | None = None
) -> dict[str, Any]:
    """A fence as the API gives it; `active` is what it is in the active network."""
    draft, path, problem = active or ActiveFence(drawn.draft, drawn.path)
    feature = feature_of(draft)
    if path is not None:
        feature["properties"]["corridor"] = path.to_property()
        feature["properties"].pop("half_width_m", None)
    shape = "area" if isinstance(draft.shape, Area) else "circle" if isinstance(draft.shape, Circle) else "corridor"
    feature["properties"] |= {"version": version, "time": utc_text(t_utc_ns), "shape": shape}
    if problem:
        feature["properties"]["problem"] = problem
    return feature


def versions_to_show(versions: Sequence[Stored]) -> list[dict[str, Any]]:
    """All that is kept of a fence, newest first."""
    return [
        {
            "version": stored.version,
            "time": utc_text(stored.t_utc_ns),
            "by": stored.author,
            "deleted": stored.is_deleted,
            "feature": None if stored.is_deleted else feature_to_show(from_body(stored.body), *stored[2:4]),
        }
        for stored in versions
    ]
