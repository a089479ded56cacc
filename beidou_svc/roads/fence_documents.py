"""Fences as the API takes and gives them: GeoJSON features that are checked member by member."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beidou_svc.roads.faults import Fault, InvalidError, faults_of, field_of
from beidou_svc.roads.store import Stored
from beidou_svc.utc import utc_text
from mapping.datums.plane import Plane
from mapping.fences.check import FenceError, plane_shape
from mapping.fences.geojson import draft_of
from mapping.fences.geojson_write import feature_of
from mapping.fences.kinds import KIND_NAMES
from mapping.fences.model import Area, Circle, FenceDraft

ADDED: Final = ("version", "time", "shape")
"""Properties that the service adds; what is sent for them is ignored."""

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


def read_fence(
    feature: Any, plane: Plane, edge_count: int, *, index: int = 0, fence_id: str | None = None
) -> FenceDraft:
    """The draft of a feature that the API was sent; `fence_id` is the one of the address. Raises InvalidError."""
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
        draft = draft_of({**feature, "id": document_id, "properties": properties}, plane.frame)
        plane_shape(draft, plane)
    except FenceError as error:
        raise InvalidError([Fault(index, document_id, field_of(str(error)), str(error))]) from None
    if draft.edges and max(draft.edges) >= edge_count:
        message = f"the network has the edges 0 to {edge_count - 1}" if edge_count else "there is no network"
        raise InvalidError([Fault(index, document_id, "properties.edges", message)])
    return draft


def read_fences(document: Any, plane: Plane, edge_count: int) -> list[FenceDraft]:
    """The drafts of a Feature or FeatureCollection, all of them. Raises InvalidError that names every fault."""
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or document.get("type") != "FeatureCollection":
        return [read_fence(document, plane, edge_count)]
    if not isinstance(features, list):
        raise InvalidError([Fault(0, "", "features", "it is no list")])
    drafts: list[FenceDraft] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, feature in enumerate(features):
        try:
            draft = read_fence(feature, plane, edge_count, index=index)
            if draft.ref in seen:
                faults.append(Fault(index, draft.ref, "id", "another fence of the list has the same id"))
            seen.add(draft.ref)
            drafts.append(draft)
        except InvalidError as error:
            faults += error.faults
    if faults:
        raise InvalidError(faults)
    return drafts


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


def to_body(draft: FenceDraft) -> bytes:
    """A draft as it is stored."""
    return orjson.dumps(feature_of(draft))


def from_body(body: bytes) -> FenceDraft:
    """And back. Raises FenceError."""
    return draft_of(orjson.loads(body))


def feature_to_show(draft: FenceDraft, version: int, t_utc_ns: int) -> dict[str, Any]:
    """A fence as the API gives it."""
    feature = feature_of(draft)
    shape = "area" if isinstance(draft.shape, Area) else "circle" if isinstance(draft.shape, Circle) else "corridor"
    feature["properties"] |= {"version": version, "time": utc_text(t_utc_ns), "shape": shape}
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
