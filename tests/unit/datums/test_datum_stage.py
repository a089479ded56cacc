"""The stage of the service: which frame a row is in, and settings that make no sense are refused at the start."""

from math import radians
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from beidou_svc.errors import ConfigError
from beidou_svc.frames.models_io import read_heights, read_velocity
from beidou_svc.frames.settings import FramesSettings
from beidou_svc.frames.stage import DatumStage, Kind, kinds_of
from gnss.batches import FixBatch, Source
from gnss.constants import NS_PER_DAY
from gnss.status import Status
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.heights import HeightDatum
from mapping.datums.placing import GPST_AT_2000_NS

STATION = {"velocity": {"east_mmpa": 35.1, "north_mmpa": -11.0}}
AT_2026_NS = GPST_AT_2000_NS + int(26.5 * 365.25 * NS_PER_DAY)


def settings(**values: object) -> FramesSettings:
    return FramesSettings.model_validate(values)


def fixes(*rows: tuple[int, int, Source]) -> FixBatch:
    """Slot, quality and source of each; all at one place and time."""
    slot, quality, source = (list(column) for column in zip(*rows, strict=True))
    place = {"lat_rad": radians(25.831), "lon_rad": radians(114.935), "h_ell_m": 110.0, "t_gpst_ns": AT_2026_NS}
    return FixBatch.missing(len(rows), slot=slot, fix_quality=quality, source=source, **place)


def east_m(stage: DatumStage, batch: FixBatch) -> np.ndarray:
    rows = stage.place(batch).rows
    moved: np.ndarray = (rows.lon_rad - batch.lon_rad) * np.cos(batch.lat_rad) * 6_382_000
    return moved.round(3)


def test_without_settings_nothing_is_done() -> None:
    batch = fixes((0, 1, Source.NMEA), (5, 4, Source.ENGINE))
    placed = DatumStage(settings()).place(batch)
    assert placed.frame == CGCS2000_2000 and placed.rows is batch
    assert len(DatumStage(settings()).place(FixBatch.empty())) == 0


def test_the_frame_of_a_row() -> None:
    stage = DatumStage(settings(single="WGS84@observation", computed="ITRF2020@2020.0", **STATION))
    batch = fixes(
        *((0, quality, Source.NMEA) for quality in (1, 2, 4, 5, 6)), (0, 1, Source.ENGINE), (0, 4, Source.ENGINE)
    )
    found_m = east_m(stage, batch)
    np.testing.assert_allclose(found_m, [-0.935, 0, 0, 0, -0.935, -0.935, -0.707], atol=2e-3)
    assert kinds_of(batch).tolist() == [
        Kind.SINGLE,
        *[Kind.CORRECTED] * 3,
        Kind.SINGLE,
        Kind.COMPUTED_SINGLE,
        Kind.COMPUTED,
    ]


def test_what_the_register_says_goes_before_the_settings_but_not_for_what_is_computed_here() -> None:
    said = {1: "ITRF2020@observation", 2: "CGCS2000@2000.0"}
    stage = DatumStage(settings(single="WGS84@observation", **STATION), frame_of=lambda slot: said.get(slot, ""))
    rows = [(slot, quality, Source.NMEA) for slot in (0, 1, 2) for quality in (1, 4)]
    np.testing.assert_allclose(east_m(stage, fixes(*rows)), [-0.935, 0, -0.935, -0.935, 0, 0], atol=2e-3)
    assert east_m(stage, fixes((2, 1, Source.ENGINE))).tolist() == pytest.approx([-0.935], abs=2e-3)
    assert stage.reported(0) == ("WGS84@observation", "CGCS2000@2000.0")
    assert stage.reported(1) == ("ITRF2020@observation", "ITRF2020@observation")


def test_a_terminal_whose_frame_has_no_way_is_refused_row_by_row() -> None:
    stage = DatumStage(settings(), frame_of=lambda slot: "WGS84@2026.5" if slot == 1 else "")
    placed = stage.place(fixes((0, 4, Source.NMEA), (1, 4, Source.NMEA), (2, 4, Source.NMEA)))
    assert np.isnan(placed.rows.lat_rad).tolist() == [False, True, False]
    assert placed.rows.status.tolist() == [0, Status.FRAME_MIXED, 0]
    assert stage.refused_total == 1
    assert "velocity" in stage.unknown[1] and "velocity" in stage.reported(1)[0]
    with pytest.raises(ConfigError, match=r"terminal bus-1: .*velocity of a station"):
        stage.meet(3, "bus-{}".format)


def test_a_terminal_in_gcj02_is_brought_back() -> None:
    stage = DatumStage(settings(), frame_of=lambda slot: "GCJ02")
    batch = fixes((0, 1, Source.NMEA)).replace(
        lat_rad=np.radians([25.82781828688768]), lon_rad=np.radians([114.93972742518936])
    )
    rows = stage.place(batch).rows
    assert np.degrees([rows.lat_rad[0], rows.lon_rad[0]]) == pytest.approx([25.831, 114.935], abs=1e-9)


def test_a_frame_that_is_none_is_refused_row_by_row() -> None:
    stage = DatumStage(settings(), frame_of=lambda slot: "Beijing 1954")
    assert np.isnan(stage.place(fixes((0, 1, Source.NMEA))).rows.lat_rad).all()
    assert "not a frame" in stage.unknown[0]


@pytest.mark.parametrize("name", ["single", "corrected", "computed"])
def test_a_setting_without_a_way_stops_the_start(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"frames\.{name}: .*configure the velocity.*frames\.velocity"):
        DatumStage(settings(**{name: "WGS84@observation"}))


def test_the_default_frame_is_that_of_the_service() -> None:
    now = Frame.parse("WGS84@2026.5")
    assert DatumStage(settings(), now).target == now
    assert (
        DatumStage(settings(target="cgcs2000", **STATION), now).place(fixes((0, 1, Source.NMEA))).frame == CGCS2000_2000
    )
    assert DatumStage(settings(), Frame.parse("GCJ02")).target == CGCS2000_2000
    with pytest.raises(ConfigError, match="velocity"):
        DatumStage(settings(target="CGCS2000@2000.0"), now)


def test_near_its_place_the_fleet_goes_a_shorter_way() -> None:
    batch = fixes((0, 1, Source.NMEA))
    exact = DatumStage(settings(single="WGS84@observation", **STATION)).place(batch).rows
    quick = DatumStage(settings(single="WGS84@observation", place=(25.9, 115.0), **STATION)).place(batch).rows
    assert not quick.equals(exact)
    np.testing.assert_allclose(quick.lat_rad, exact.lat_rad, rtol=0, atol=1.5e-11)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"target": "GCJ02"}, "display"),
        ({"target": "WGS84@observation"}, "not a frame"),
        ({"single": "WGS84"}, "observation"),
        ({"shift_of": "BD09"}, "display"),
        ({"place": (114.9, 25.8)}, "latitude, longitude"),
        ({"velocity": {"east_mmpa": 35.1}}, "go together"),
        ({"velocity": {"east_mmpa": 35.1, "north_mmpa": -11.0, "grid": "x.csv"}}, "exclude"),
        ({"velocity": {"east_mmpa": 3510.0, "north_mmpa": -11.0}}, "less than or equal to 200"),
        ({"velocity": {"datum": "CGCS2000"}}, "given in"),
        ({"height": {"egm_minus_1985_m": 0.3}}, "geoid_file"),
        ({"height": {"egm_minus_1985_m": 0.3, "ell_minus_1985_m": -11.0, "geoid_file": "x"}}, "exclude"),
        ({"height": {"geoid_area": (30.0, 110.0, 20.0, 120.0)}}, "south, west, north, east"),
        ({"speed": 1}, "Extra inputs"),
    ],
)
def test_settings_that_make_no_sense(values: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        settings(**values)


def test_models_of_the_settings(tmp_path: Path) -> None:
    assert read_velocity(settings()) is None
    station = read_velocity(settings(**STATION))
    assert station is not None and station.lattice.values[0, 0].tolist() == pytest.approx([0.0351, -0.011, 0.0])
    path = tmp_path / "v.csv"
    path.write_text(
        "lat_deg,lon_deg,east_mmpa,north_mmpa,up_mmpa\n25,114,35,-11,0\n25,116,35,-11,0\n27,114,35,-11,0\n27,116,35,-11,0\n"
    )
    stage = DatumStage(settings(single="WGS84@observation", velocity={"grid": path}))
    assert east_m(stage, fixes((0, 1, Source.NMEA))).tolist() == pytest.approx([-0.932], abs=2e-3)
    outside = fixes((0, 1, Source.NMEA)).replace(lat_rad=np.radians([28.0]))
    assert stage.place(outside).rows.status.tolist() == [Status.FRAME_MIXED]
    heights = read_heights(settings(height={"ell_minus_1985_m": -11.0}))
    assert float(heights.separation_m(HeightDatum.NVD85, 0.45, 2.0)) == -11.0


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"velocity": {"grid": "none.csv"}}, r"frames\.velocity\.grid: .*none\.csv"),
        ({"height": {"geoid_file": "none.gtx"}}, r"frames\.height: none\.gtx: there is no such file"),
    ],
)
def test_files_that_are_not_there(values: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read_velocity(settings(**values))
        read_heights(settings(**values))
