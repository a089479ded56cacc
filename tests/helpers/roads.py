"""A small town with its service: two streets that meet, a line with two stops, and vehicles that drive where told.

25.81   +-----------c
        |  (2)      |
25.80   a-----(1)---b-----------d        114.90 ... 114.92
            S1            S2
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson

from beidou_svc.api.context import Context
from beidou_svc.config import Settings
from beidou_svc.fleet.state import step
from beidou_svc.parts import build_event_hub
from beidou_svc.roads.activation import Activation
from beidou_svc.roads.build import build_roads
from gnss.batches import FixBatch
from tests.helpers.service import T_GPST_NS, fixes, new_context

A, B, C, D = (114.90, 25.80), (114.91, 25.80), (114.91, 25.81), (114.92, 25.80)
TOWN: dict[str, Any] = {
    "type": "FeatureCollection",
    "name": "town",
    "features": [
        {"type": "Feature", "id": 1, "properties": {"highway": "primary", "name": "Main Street", "maxspeed": 50},
         "geometry": {"type": "LineString", "coordinates": [A, B, D]}},
        {"type": "Feature", "id": 2, "properties": {"highway": "residential", "name": "North Lane"},
         "geometry": {"type": "LineString", "coordinates": [B, C]}},
        {"type": "Feature", "id": 91, "properties": {"layer": "stop", "name": "West"},
         "geometry": {"type": "Point", "coordinates": [114.902, 25.79995]}},
        {"type": "Feature", "id": 92, "properties": {"layer": "stop", "name": "East"},
         "geometry": {"type": "Point", "coordinates": [114.918, 25.79995]}},
    ],
    "routes": [{"id": 1, "name": "Line 1", "roads": [1], "stops": [91, 92]}],
}  # fmt: skip
"""Longitude first."""

SCHOOL: dict[str, Any] = {
    "type": "Feature",
    "id": "school",
    "geometry": {"type": "Point", "coordinates": [114.905, 25.80]},
    "properties": {"name": "School", "radius_m": 150.0},
}


class FakeRegister:
    """Some terminals in groups."""

    def __init__(self, groups: Sequence[Sequence[str]] = ()) -> None:
        self._groups = groups

    @property
    def count(self) -> int:
        return len(self._groups)

    def stated_frame_of(self, slot: int) -> str:
        return ""

    def id_of(self, slot: int) -> str:
        return f"gz-{slot:05d}"

    def groups_of(self, slot: int) -> Sequence[str]:
        return self._groups[slot] if slot < len(self._groups) else ()


def town_settings(folder: Path, **roads: Any) -> Settings:
    """Settings with the town as the network."""
    return settings_with(TOWN, folder, **roads)


def settings_with(network: dict[str, Any], folder: Path, **roads: Any) -> Settings:
    """Settings with a network, of which a file is made."""
    path = folder / f"{network['name']}.geojson"
    path.write_bytes(orjson.dumps(network))
    return Settings.model_validate({"roads": {"network": str(path), **roads}})


def road_context(settings: Settings, terminals: int = 2, groups: Sequence[Sequence[str]] = ()) -> Context:
    """A service of fakes that watches roads."""
    context = new_context(terminals, settings)
    roads = build_roads(settings, FakeRegister(groups), context.clock.utc_ns())
    assert roads is not None
    context.roads, context.state.road, context.activation = roads, roads.road, Activation(roads)
    context.event_hub = build_event_hub(settings, roads, context.names)
    return context


def close(context: Context) -> None:
    """Let go of the threads that make networks active."""
    assert context.activation is not None
    context.activation.close()


async def activate(client: httpx.AsyncClient, context: Context, network: dict[str, Any], name: str = "new") -> None:
    """Store a network and wait until it has become the active one, or has failed to."""
    assert (await client.put(f"/v1/networks/{name}", content=orjson.dumps(network))).status_code == 201
    begun = await client.post(f"/v1/networks/{name}/activate")
    assert (begun.status_code, begun.json()["state"], begun.json()["done"] < 1.0) == (202, "building", True)
    await settled(context)


async def settled(context: Context) -> None:
    """Wait until no network is being made ready."""
    assert context.activation is not None
    await context.activation.settled()


def drive(second: float, slot: int = 0, lat_deg: float = 25.80, lon0_deg: float = 114.9005, **columns: Any) -> FixBatch:
    """One position of a vehicle that goes east along Main Street at 10 m/s, so many seconds after the start."""
    known: dict[str, Any] = {
        "t_gpst_ns": T_GPST_NS + round(second * 1e9),
        "lat_rad": np.radians(lat_deg),
        "lon_rad": np.radians(lon0_deg + second * 1e-4),
        "speed_mps": 10.0,
        "course_rad": np.pi / 2,
        "sigma_n_m": 0.5,
        "sigma_e_m": 0.5,
    }
    return fixes(1, first_slot=slot, **{**known, **columns})


def go(context: Context, seconds: int, slot: int = 0, slots: Sequence[int] = (), **columns: Any) -> None:
    """Drive so long, a position a second; several vehicles side by side."""
    assert context.roads is not None
    for second in range(seconds):
        rows = FixBatch.concat([drive(second, each, **columns) for each in slots or (slot,)])
        step(context.state, rows, context.clock.utc_ns())
        context.roads.step(rows)
