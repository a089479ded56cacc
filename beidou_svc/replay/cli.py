"""`beidou decode` and `beidou replay`: their options. What they do is imported when they run: help is immediate."""

from pathlib import Path
from typing import Annotated

import typer

from beidou_svc.replay.options import DecodeOptions, ReplayOptions

Logs = Annotated[
    list[Path],
    typer.Argument(metavar="LOG...", help="Recorded logs, plain or gzip; - is standard input.", show_default=False),
]
ReferenceTime = Annotated[
    str | None,
    typer.Option(
        "--reference-time",
        metavar="TIME",
        help="Roughly when this was recorded (RFC 3339 or YYYY-MM-DD): dates logs whose sentences have no date.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
BaseIds = Annotated[
    list[str] | None,
    typer.Option(
        "--base",
        metavar="ID",
        help="Terminal that is an RTK base station; all others are rovers then. May be repeated.",
        show_default="those that send 1005 or 1006",
    ),
]


SeekTime = Annotated[
    str | None, typer.Option("--seek", metavar="TIME", help="Begin here, in the time of the log (RFC 3339, UTC).")
]
NetworkFile = Annotated[
    Path | None, typer.Option("--network", metavar="FILE", help="Road network to match positions to.")
]
FencesFile = Annotated[
    Path | None, typer.Option("--fences", metavar="FILE", help="GeoJSON of fences whose events are wanted.")
]


def decode(
    logs: Logs,
    to: Annotated[str | None, typer.Option("--to", metavar="FORMAT", help="parquet, csv, jsonl or geojson.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; - is standard output. Else LOG.FORMAT, here.")
    ] = None,
    table: Annotated[
        str, typer.Option("--table", help="fixes, or a sentence type (GGA, RMC, GSV, ...) for its raw fields.")
    ] = "fixes",
    plot: Annotated[Path | None, typer.Option("--plot", metavar="PNG", help="Draw track and quality.")] = None,
    reference_time: ReferenceTime = None,
    frame: Annotated[
        str | None, typer.Option("--frame", help="Frame of the coordinates, if you know it: CGCS2000@2000.0.")
    ] = None,
    force: Force = False,
) -> None:
    """Decode recorded logs to a table, and sum up what is in them."""
    from beidou_svc.replay.decode_command import run_decode

    run_decode(DecodeOptions(logs, to, out, table, plot, reference_time, frame, force))


def replay(
    logs: Logs,
    speed: Annotated[
        str | None,
        typer.Option("--speed", help="1, 8x, 0.5 ... times the clock, or max.", show_default="max, served 1"),
    ] = None,
    seek: SeekTime = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="End here, likewise.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Write the final tables here, as Parquet.")
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve API and page over the replay, on loopback, instead of tables.")
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="HTTP port of --serve; 0 = any free one.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Settings of --serve and of RTK: TOML file.")] = None,
    reference_time: ReferenceTime = None,
    base: BaseIds = None,
    network: NetworkFile = None,
    fences: FencesFile = None,
    force: Force = False,
) -> None:
    """Replay recorded logs through the live pipeline; ends with the final tables and a SHA-256 over them."""
    from beidou_svc.replay.replay_command import run_replay, run_served

    paths = (network, fences)
    options = ReplayOptions(logs, speed, seek, until, out, port, config, reference_time, force, base or (), *paths)
    run_served(options) if serve else run_replay(options)


def add_commands(app: typer.Typer) -> None:
    """Add the commands to `beidou`."""
    app.command()(decode)
    app.command()(replay)
