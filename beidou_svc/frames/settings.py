"""Settings of the frames: what terminals and correction services report in, and how to get from there to the map."""

from math import radians
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from beidou_svc.section import Section
from mapping.datums.frame import SHIFTED, Datum, Frame
from mapping.datums.reported import Reported
from mapping.datums.velocity import REALISATIONS
from mapping.datums.ways import Place


def _reported(text: str) -> str:
    return str(Reported.parse(text)) if text else ""


def _true_frame(text: str) -> str:
    if not text:
        return ""
    frame = Frame.parse("CGCS2000@2000.0" if text.strip().upper() == Datum.CGCS2000 else text)
    if frame.datum in SHIFTED:
        raise ValueError(f"{frame} is for display, not a true frame")
    return str(frame)


ReportedText = Annotated[str, AfterValidator(_reported)]
FrameText = Annotated[str, AfterValidator(_true_frame)]


class VelocitySettings(Section):
    """How fast the ground moves; without it no epoch is ever changed. One station for a place, or a grid."""

    east_mmpa: float | None = Field(None, ge=-200, le=200, description="East, mm a year, of a station nearby.")
    north_mmpa: float | None = Field(None, ge=-200, le=200, description="North, mm a year, of that station.")
    up_mmpa: float = Field(0.0, ge=-200, le=200, description="Up, mm a year, of that station.")
    grid: Path | None = Field(
        None, description="File of velocities instead: lat_deg, lon_deg, east_mmpa, north_mmpa, up_mmpa (CSV)."
    )
    datum: Datum = Field(Datum.ITRF2020, description="Realisation that they are given in: ITRF97, ITRF2014, ITRF2020.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.east_mmpa is None) != (self.north_mmpa is None):
            raise ValueError("east_mmpa and north_mmpa go together")
        if self.grid is not None and self.east_mmpa is not None:
            raise ValueError("a station's velocity and a grid exclude each other")
        if self.datum not in REALISATIONS:
            raise ValueError(f"velocities are given in {', '.join(sorted(REALISATIONS))}, not in {self.datum}")
        return self


class HeightSettings(Section):
    """Heights other than those above the ellipsoid. Without a grid or an offset they are not shown."""

    geoid_file: Path | None = Field(None, description="Grid of EGM96 or EGM2008: .gtx or GeoTIFF.")
    geoid_area: tuple[float, float, float, float] = Field(
        (17.0, 72.0, 55.0, 137.0), description="South, west, north, east of what is read of it, degrees."
    )
    egm_minus_1985_m: float | None = Field(
        None, gt=-5, lt=5, description="Height above the geoid less that in the 1985 datum, m (0.2 to 0.45)."
    )
    ell_minus_1985_m: float | None = Field(
        None, gt=-200, lt=200, description="Height above the ellipsoid less that in the 1985 datum at a place, m."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.egm_minus_1985_m is not None and self.ell_minus_1985_m is not None:
            raise ValueError("egm_minus_1985_m and ell_minus_1985_m exclude each other")
        if self.egm_minus_1985_m is not None and self.geoid_file is None:
            raise ValueError("egm_minus_1985_m needs geoid_file; without one, give ell_minus_1985_m")
        south, west, north, east = self.geoid_area
        if not (-90 <= south < north <= 90 and -180 <= west < east <= 360):
            raise ValueError("geoid_area is south, west, north, east in degrees")
        return self


class FramesSettings(Section):
    """Frames of what comes in and of the map. An empty text stands for the frame of `frame`."""

    target: FrameText = Field("", description="Frame of roads, fences and history, such as `CGCS2000@2000.0`.")
    single: ReportedText = Field(
        "", description="Frame of positions without corrections; what receivers really give is `WGS84@observation`."
    )
    corrected: ReportedText = Field(
        "", description="Frame of the correction service, in which positions of fix quality 2, 4 and 5 are."
    )
    computed: ReportedText = Field(
        "", description="Frame of the coordinates of the base stations, in which positions computed here are."
    )
    shift_of: FrameText = Field("", description="True frame that GCJ-02 and BD-09 positions are taken to shift.")
    place: tuple[float, float] | None = Field(
        None, description="Latitude and longitude of the fleet, degrees: within half a degree a faster form is used."
    )
    velocity: VelocitySettings = Field(default_factory=VelocitySettings)
    height: HeightSettings = Field(default_factory=HeightSettings)

    @model_validator(mode="after")
    def _on_earth(self) -> Self:
        if self.place is not None and not (abs(self.place[0]) <= 89 and abs(self.place[1]) <= 180):
            raise ValueError("place is latitude, longitude in degrees")
        return self

    @property
    def where(self) -> Place | None:
        """The fleet's place in rad."""
        return None if self.place is None else Place(radians(self.place[0]), radians(self.place[1]))
