"""Road networks that are stored: a summary that can be listed, and the network itself in the form that is saved."""

from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from beidou_svc.errors import ConfigError
from beidou_svc.roads.edge_marks import kept_edges, marks_of, read_marks
from beidou_svc.roads.faults import Fault, InvalidError
from beidou_svc.roads.fence_desk import TooManyError
from beidou_svc.roads.store import Kind, Store, Stored, Write
from beidou_svc.utc import utc_text
from mapping.datums.frame import Frame
from mapping.errors import MapFormatError, MappingError
from mapping.network.check import check_network, is_first_of_pair
from mapping.network.codes import RoadClass
from mapping.network.features import lon_lat_deg
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from mapping.network.model import RoadNetwork
from mapping.network.network_io import load_network, save_network
from mapping.network.read_io import ReadOptions, read_network
from mapping.network.report import NetworkReport

_LENGTH_BYTES: Final = 4
FAULTS_SHOWN_MAX: Final = 200


class NamedNetwork(NamedTuple):
    """A network with what is known of it as a document."""

    id: str
    version: int
    t_utc_ns: int
    network: RoadNetwork


def summary_of(network: RoadNetwork) -> dict[str, Any]:
    """What a list says of a network."""
    tables = {"nodes": network.nodes, "edges": network.edges, "lanes": network.lanes, "stops": network.stops}
    once = is_first_of_pair(network)
    lengths_km = np.bincount(network.edges.road_class[once], network.edges.length_m[once] / 1e3)
    return {
        "name": network.name,
        "digest": network.content_digest,
        "frame": {"datum": str(network.frame.datum), "epoch": network.frame.epoch},
        "bounds": bounds_of(network),
        "counts": {**{name: len(table) for name, table in tables.items()}, "routes": len(network.routes)},
        "length_km": round(float(lengths_km.sum()), 3),
        "length_km_by_class": {
            RoadClass(number).label: round(float(km), 3) for number, km in enumerate(lengths_km) if km > 0
        },
    }


def bounds_of(network: RoadNetwork) -> list[float] | None:
    """West, south, east, north in degrees; None where there is nothing."""
    points = network.shape.points
    if not len(points):
        return None
    positions = lon_lat_deg(network, points.x_m, points.y_m)
    return [*positions.min(axis=0).tolist(), *positions.max(axis=0).tolist()]


def check_of(network: RoadNetwork) -> dict[str, Any]:
    """What a check finds, for programs."""
    from beidou_svc.network_commands.check_command import check_json

    found: dict[str, Any] = _finite(check_json(network, check_network(network)))
    return found


def report_of(report: NetworkReport) -> dict[str, Any]:
    """What was wrong with the source of a network."""
    return {
        "n": report.fault_count,
        "faults": [
            {"kind": fault.object_kind, "id": fault.ref, "what": fault.what, "done": fault.done}
            for fault in report.faults[:FAULTS_SHOWN_MAX]
        ],
    }


def read_body(body: bytes, frame: Frame, name: str) -> tuple[RoadNetwork, NetworkReport]:
    """A network out of the body of a request: a saved one, or GeoJSON. Raises InvalidError."""
    try:
        if body[:2] == b"PK":
            return from_saved(body), NetworkReport()
        collection = parse_geojson(body)
        network, report = geojson_network(collection, frame, name=collection.name or name)
    except (MappingError, ValueError) as error:
        raise InvalidError([Fault(0, name, "features", str(error))]) from None
    if not network.edge_count:
        message = "there is no road in it: LineStrings are roads" + "".join(f"; {line}" for line in report.lines()[:3])
        raise InvalidError([Fault(0, name, "features", message)])
    return network, report


def to_saved(network: RoadNetwork) -> bytes:
    """The bytes of a saved network."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        save_network(network, path)
        return path.read_bytes()


def from_saved(body: bytes) -> RoadNetwork:
    """And back. Raises MapFormatError."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        path.write_bytes(body)
        try:
            return load_network(path)
        except MapFormatError as error:
            raise MapFormatError(str(error).removeprefix(f"{path}: ")) from error


class Networks:
    """The networks of a store."""

    def __init__(self, store: Store, networks_max: int) -> None:
        self._store = store
        self._networks_max = networks_max

    def summaries(self) -> list[dict[str, Any]]:
        """Summaries, by id."""
        return [shown(stored) for stored in self._store.latest(Kind.NETWORK)]

    def find(self, network_id: str) -> NamedNetwork | None:
        """A stored network, read."""
        stored = self._store.get(Kind.NETWORK, network_id)
        return None if stored is None else _named(stored)

    def put(
        self, network_id: str, network: RoadNetwork, expected: int | None, *, by: str, t_utc_ns: int
    ) -> dict[str, Any]:
        """Store a network; returns its summary. Raises ConflictError, TooManyError, StoreError."""
        there = {stored.id for stored in self._store.latest(Kind.NETWORK)}
        if network_id not in there and len(there) >= self._networks_max:
            raise TooManyError(f"there are roads.networks_max = {self._networks_max} networks; delete one")
        summary = orjson.dumps(summary_of(network))
        body = len(summary).to_bytes(_LENGTH_BYTES, "little") + summary + to_saved(network)
        (stored,) = self._store.write([Write(Kind.NETWORK, network_id, body, expected)], by=by, t_utc_ns=t_utc_ns)
        return shown(stored)

    def remove(self, network_id: str, expected: int | None, *, by: str, t_utc_ns: int) -> None:
        """Delete a network. Raises ConflictError, NotThereError, StoreError."""
        self._store.write([Write(Kind.NETWORK, network_id, None, expected)], by=by, t_utc_ns=t_utc_ns)

    def closures(self, named: NamedNetwork) -> tuple[list[int], list[int]]:
        """The edges of a network that are closed; and those closed in an earlier form of it that it does not have."""
        stored = self._store.get(Kind.CLOSURES, named.id)
        closed: dict[str, Any] = {"edges": []} if stored is None else orjson.loads(stored.body)
        found = kept_edges(named.network, closed["edges"], read_marks(closed.get("marks")))
        lost = [edge for edge, at in zip(closed["edges"], found, strict=True) if at < 0]
        return [edge for edge in found if edge >= 0], lost

    def close_edges(self, named: NamedNetwork, edges: list[int], *, by: str, t_utc_ns: int) -> None:
        """Close these edges and no others."""
        body = orjson.dumps({"edges": edges, "marks": marks_of(named.network, edges)})
        self._store.write([Write(Kind.CLOSURES, named.id, body, None)], by=by, t_utc_ns=t_utc_ns)

    def choose(self, network_id: str, setting: str, *, by: str, t_utc_ns: int) -> None:
        """Note that this network was made the active one, where the settings name another."""
        body = orjson.dumps({"network": network_id, "setting": setting})
        self._store.write([Write(Kind.CHOICE, "network", body, None)], by=by, t_utc_ns=t_utc_ns)

    def chosen(self, setting: str) -> str:
        """The network to begin with: that made the active one last, until the setting is another."""
        stored = self._store.get(Kind.CHOICE, "network")
        choice: dict[str, str] = {} if stored is None else orjson.loads(stored.body)
        is_kept = choice.get("setting") == setting and self._store.get(Kind.NETWORK, choice["network"]) is not None
        return choice["network"] if is_kept else setting


def configured_network(networks: Networks, setting: str, frame: Frame) -> NamedNetwork:
    """The network that `roads.network` names. Raises ConfigError that says what to do."""
    stored = networks.find(setting)
    if stored is not None:
        return _in_frame(stored, frame, setting)
    path = Path(setting)
    if not path.is_file():
        there = ", ".join(summary["id"] for summary in networks.summaries()) or "none"
        raise ConfigError(
            f"roads.network: there is no file {setting}, and no stored network of this id (there are: {there}).\n"
            "Either\n"
            "  1. run `beidou network import MAP --out NETWORK.npz` and name that file, or\n"
            "  2. PUT a network to /v1/networks/ID and name its id."
        )
    try:
        network = read_network(path, ReadOptions(frame)).network
    except MappingError as error:
        raise ConfigError(f"roads.network: {error}") from error
    if not network.edge_count:
        raise ConfigError(f"roads.network: there is no road in {path}; `beidou network check {path}` says more")
    name = path.name.partition(".")[0]
    return _in_frame(NamedNetwork(name, 1, path.stat().st_mtime_ns, network), frame, setting)


def _in_frame(named: NamedNetwork, frame: Frame, setting: str) -> NamedNetwork:
    fault = frame_fault(named.network, frame, setting)
    if fault:
        raise ConfigError(f"roads.network: {fault}")
    return named


def frame_fault(network: RoadNetwork, frame: Frame, name: str) -> str:
    """Why positions cannot be matched to a network, and what to do; "" = they can."""
    if network.frame == frame:
        return ""
    return (
        f"{name} is in {network.frame}, positions are placed in {frame}. Either\n"
        f"  1. import it again with --frame {frame} if that is what its coordinates really are, or\n"
        f'  2. set frames.target = "{network.frame}".'
    )


def shown(stored: Stored) -> dict[str, Any]:
    """The summary of a stored network."""
    end = _LENGTH_BYTES + int.from_bytes(stored.body[:_LENGTH_BYTES], "little")
    summary: dict[str, Any] = orjson.loads(stored.body[_LENGTH_BYTES:end])
    return {"id": stored.id, "version": stored.version, "time": utc_text(stored.t_utc_ns), **summary}


def _named(stored: Stored) -> NamedNetwork:
    end = _LENGTH_BYTES + int.from_bytes(stored.body[:_LENGTH_BYTES], "little")
    return NamedNetwork(stored.id, stored.version, stored.t_utc_ns, from_saved(stored.body[end:]))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list) else value
