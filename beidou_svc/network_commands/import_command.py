"""`beidou network import` as it runs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.console import Group

from beidou_svc.network_commands.opening import NetworkError, check_free, open_map
from beidou_svc.network_commands.options import ImportOptions
from beidou_svc.network_commands.tables import faults_table, kept_table, summary_table
from beidou_svc.replay.command import error_console, guarded, out_console
from mapping.network.features import network_geojson
from mapping.network.geoparquet_io import write_geoparquet
from mapping.network.model import RoadNetwork
from mapping.network.network_io import save_network
from mapping.network.read_io import ReadNetwork

FAULTS_IN_JSON_MAX = 1_000


def run_import(options: ImportOptions) -> None:
    """Read, write, sum up; broken objects are told but do not fail the import."""
    guarded(lambda: _import(options))


def _import(options: ImportOptions) -> Sequence[str]:
    write = _writer(options.out)
    check_free(options.out, options.force)
    console = error_console()
    given = (options.format, options.frame, options.origin_deg)
    found = open_map(console, options.file, given, options.join_m, options.name)
    if found.network.edge_count == 0:
        raise NetworkError(f"{options.file}: no road in it could be used")
    try:
        with console.status(f"writing {options.out.name}"):
            write(found.network, options.out)
    except OSError as error:
        raise NetworkError(f"{options.out}: cannot be written ({error})") from error
    if options.as_json:
        typer.echo(orjson.dumps(_as_json(found), option=orjson.OPT_INDENT_2))
    else:
        tables = [summary_table(found), kept_table(found.report), faults_table(found.report)]
        out_console().print(Group(*[part for table in tables if table.row_count for part in (table, "")]))
    return []


def _writer(path: Path) -> Callable[[RoadNetwork, Path], None]:
    writers: dict[str, Callable[[RoadNetwork, Path], None]] = {
        ".npz": save_network,
        ".parquet": write_geoparquet,
        ".geojson": _write_geojson,
    }
    if path.suffix not in writers:
        raise NetworkError(f"{path}: the name has to end with one of {', '.join(writers)}")
    return writers[path.suffix]


def _write_geojson(network: RoadNetwork, path: Path) -> None:
    path.write_bytes(network_geojson(network))


def _as_json(found: ReadNetwork) -> dict[str, Any]:
    report = found.report
    return {
        "name": found.network.name,
        "format": found.format,
        "frame": str(found.network.frame),
        "digest": found.network.content_digest,
        "read": dict(report.read),
        "kept": dict(report.kept),
        "fault_count": report.fault_count,
        "faults": [
            {"kind": fault.object_kind, "id": fault.ref, "what": fault.what, "done": fault.done}
            for fault in report.faults[:FAULTS_IN_JSON_MAX]
        ],
    }
