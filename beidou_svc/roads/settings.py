"""Settings of the roads: the network, where networks and fences are kept, how long decisions wait."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from beidou_svc.section import Section


class RoadsSettings(Section):
    """Matching to a road network, fences, and the events that follow. Without a network and fences nothing is done."""

    enabled: bool = Field(True, description="Whether positions are matched and watched at all.")
    data_dir: Path | None = Field(
        None, description="Folder in which networks, routes and fences are kept; none = they are lost at the end."
    )
    network: str = Field(
        "",
        description="The network that positions are matched to: a file (of `beidou network import`, or any that it "
        "reads), or the id of a stored one.",
    )
    fences: Path | None = Field(
        None, description="GeoJSON of fences that are put into the store at the start where it has none of their ids."
    )
    step_ms: int = Field(
        100, ge=0, le=1_000, description="Positions are taken to the roads together, so often at most, ms."
    )
    lag_s: float = Field(5.0, ge=0, le=60, description="Wait of a final decision for the positions that follow, s.")
    watermark_s: float = Field(
        20.0, ge=0, le=300, description="Positions that come later than this after a younger one are not used, s."
    )
    match_watermark_s: float = Field(
        2.0, ge=0, le=60, description="The same for matching, whose final decisions wait so much longer, s."
    )
    match_rows: int = Field(
        12,
        ge=4,
        le=200,
        description="Positions kept of each terminal for matching; more in that time are decided early.",
    )
    confirm_rows: int = Field(2, ge=1, le=100, description="Positions beyond a limit that an event needs.")
    map_to_ellipsoid_m: float | None = Field(
        None, description="Height above the ellipsoid of the map's height zero, m; none = heights are not used."
    )
    stop_radius_m: float = Field(
        25.0, ge=0, le=200, description="Distance within which a stop is served; 0 = not watched, m."
    )
    events_max: int = Field(100_000, ge=100, description="Events that are kept.")
    event_clients_max: int = Field(200, ge=1, description="Clients of the live events at once; more get 1013.")
    fences_max: int = Field(20_000, ge=1, description="Fences at once.")
    networks_max: int = Field(20, ge=1, description="Networks stored at once.")
    versions_max: int = Field(100, ge=1, description="Versions kept of each fence and route.")
    body_bytes_max: int = Field(256 << 20, ge=1_024, description="Longest body of a request that stores something.")

    @model_validator(mode="after")
    def _files(self) -> Self:
        if self.data_dir is not None and self.data_dir.is_file():
            raise ValueError(f"data_dir: {self.data_dir} is a file, not a folder")
        return self
