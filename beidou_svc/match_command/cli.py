"""`beidou match`: its options. What it does is imported when it runs: help is immediate."""

from pathlib import Path
from typing import Annotated

import typer

from beidou_svc.match_command.options import MatchOptions

Logs = Annotated[
    list[Path],
    typer.Argument(
        metavar="LOG...", help="Logs as `beidou decode` reads them, or tables: .csv, .parquet.", show_default=False
    ),
]


def match(
    logs: Logs,
    network: Annotated[Path, typer.Option("--network", "-n", metavar="FILE", help="A map or a saved network.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Matched positions: .parquet, .csv, .jsonl or .geojson."),
    ] = None,
    frame: Annotated[
        str | None,
        typer.Option("--frame", metavar="DATUM@EPOCH", help="Frame of the positions.", show_default="the network's"),
    ] = None,
    reference_time: Annotated[
        str | None,
        typer.Option("--reference-time", metavar="TIME", help="Dates logs whose sentences have no date."),
    ] = None,
    closed: Annotated[
        list[int] | None, typer.Option("--closed", metavar="EDGE", help="Edge that was closed; may be repeated.")
    ] = None,
    sigma_m: Annotated[
        float, typer.Option("--sigma", min=0.01, help="Of positions that state none and no fix quality, m.")
    ] = 10.0,
    keeps_left: Annotated[bool, typer.Option("--keeps-left", help="Traffic keeps left.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Place recorded positions on the roads of a network, each trace at its best, and sum up."""
    from beidou_svc.match_command.command import run_match

    run_match(MatchOptions(logs, network, out, frame, reference_time, closed or (), sigma_m, keeps_left, force))


def add_commands(main: typer.Typer) -> None:
    """Add the command to `beidou`."""
    main.command()(match)
