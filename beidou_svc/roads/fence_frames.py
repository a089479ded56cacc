"""The frames that fences are drawn in: that of the map, or a public map's, whose coordinates are shifted back."""

from collections.abc import Mapping
from typing import Any

from beidou_svc.roads.faults import Fault, InvalidError
from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.errors import MapFormatError
from mapping.fences.check import FenceError
from mapping.fences.model import FenceDraft
from mapping.network.geojson_io import stated_frame
from mapping.network.unshift import WARNING, is_shifted, unshifted_geometry


class FieldError(FenceError):
    """A fault of a member that the sentence does not tell."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def in_true_frame(feature: Mapping[str, Any], properties: dict[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """A fence drawn on a public map, with its coordinates shifted back; others as they are."""
    try:
        frame = Frame.parse(properties["frame"]) if "frame" in properties else None
    except ValueError as error:
        raise FieldError("properties.frame", str(error)) from None
    if frame is None or not is_shifted(frame):
        return feature, properties
    own = {name: value for name, value in properties.items() if name != "frame"}
    source = "; ".join(text for text in (own.get("source"), f"drawn in {frame}, {WARNING}") if text)
    return {**feature, "geometry": unshifted_geometry(feature.get("geometry"), frame)}, {**own, "source": source}


def require_frame(draft: FenceDraft, plane: Plane) -> None:
    """Refuse a fence in another frame than the map's, with what to do. Raises FenceError."""
    if draft.frame != plane.frame:
        raise FieldError(
            "properties.frame",
            f"it is drawn in {draft.frame}, the map is in {plane.frame}: leave the property out where its coordinates "
            f"are in {plane.frame} after all, or transform them; GCJ02 and BD09 are shifted back",
        )


def collection_frame(document: Any) -> Frame | None:
    """The frame that a collection states for its features. Raises InvalidError."""
    try:
        return stated_frame(document)
    except MapFormatError as error:
        raise InvalidError([Fault(0, "", "frame", str(error))]) from None


def framed(feature: Any, frame: Frame | None) -> Any:
    """A feature with the frame of its collection, where it states none of its own."""
    if frame is None or not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        return feature
    return {**feature, "properties": {"frame": str(frame), **(feature.get("properties") or {})}}
