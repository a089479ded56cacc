"""GeoJSON features of fence drafts: what `mapping.fences.geojson` reads. Longitude comes first, as RFC 7946 has it."""

from typing import Any

from mapping.datums.frame import CGCS2000_2000
from mapping.fences.geojson import KMH_PER_MPS
from mapping.fences.kinds import EventKind
from mapping.fences.model import DEFAULT_KINDS, Area, Circle, FenceDraft, Line, Shape
from mapping.fences.windows import DAYS, Span, Window


def feature_of(draft: FenceDraft) -> dict[str, Any]:
    """The feature that reads as this draft.

    Unit: degrees, longitude first; `speed_limit_kmh` in km/h. Frame: stated where it is not CGCS2000@2000.0. Source:
    RFC 7946.
    """
    properties: dict[str, Any] = {}
    if draft.name:
        properties["name"] = draft.name
    if draft.frame != CGCS2000_2000:
        properties["frame"] = str(draft.frame)
    if draft.kinds != DEFAULT_KINDS:
        properties["kinds"] = [kind.name.lower() for kind in EventKind if kind in draft.kinds]
    if draft.groups:
        properties["groups"] = sorted(draft.groups)
    if draft.window is not None:
        properties["window"] = _window(draft.window)
    if draft.speed_limit_mps is not None:
        properties["speed_limit_kmh"] = round(draft.speed_limit_mps * KMH_PER_MPS, 9)
    for name in ("dwell_s", "confirm_rows", "confirm_s", "source"):
        if value := getattr(draft, name):
            properties[name] = value
    if draft.edges:
        properties["edges"] = sorted(draft.edges)
    geometry, widths = _geometry(draft.shape)
    return {"type": "Feature", "id": draft.ref, "geometry": geometry, "properties": properties | widths}


def _geometry(shape: Shape) -> tuple[dict[str, Any], dict[str, float]]:
    if isinstance(shape, Circle):
        return {"type": "Point", "coordinates": [shape.centre[1], shape.centre[0]]}, {"radius_m": shape.radius_m}
    if isinstance(shape, Area):
        polygons = [[_line(ring) for ring in polygon] for polygon in shape.polygons]
        if len(polygons) == 1:
            return {"type": "Polygon", "coordinates": polygons[0]}, {}
        return {"type": "MultiPolygon", "coordinates": polygons}, {}
    lines = [_line(line) for line in shape.lines]
    width = {"half_width_m": shape.half_width_m}
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}, width
    return {"type": "MultiLineString", "coordinates": lines}, width


def _line(line: Line) -> list[list[float]]:
    return [[lon_deg, lat_deg] for lat_deg, lon_deg in line]


def _window(window: Window) -> dict[str, Any]:
    by_span: dict[Span, list[str]] = {}
    for day, spans in zip(DAYS, window.weekly, strict=True):
        for span in spans:
            by_span.setdefault(span, []).append(day)
    found: dict[str, Any] = {
        "zone": window.zone,
        "weekly": [{"days": days, **_span(span)} for span, days in sorted(by_span.items())],
    }
    if window.exceptions:
        found["exceptions"] = [
            {"date": day.isoformat(), "open": [_span(span) for span in spans]} for day, spans in window.exceptions
        ]
    return found


def _span(span: Span) -> dict[str, str]:
    return {name: f"{minutes // 60:02d}:{minutes % 60:02d}" for name, minutes in zip(("from", "to"), span, strict=True)}
