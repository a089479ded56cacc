"""`beidou network`: its options. What the commands do is imported when they run: help is immediate."""

from pathlib import Path
from typing import Annotated

import typer

from beidou_svc.network_commands.options import CheckOptions, ImportOptions, ShowOptions

FORMATS = "osm, lanelet2, opendrive, geojson, graphml, network"
File = Annotated[
    Path, typer.Argument(metavar="FILE", help=f"A map or a saved network ({FORMATS}).", show_default=False)
]
Format = Annotated[str, typer.Option("--format", help=f"auto, or one of {FORMATS}.")]
FrameText = Annotated[
    str, typer.Option("--frame", metavar="DATUM@EPOCH", help="Frame of a map that does not state its own.")
]
Origin = Annotated[
    tuple[float, float] | None,
    typer.Option("--origin", metavar="LAT LON", help="Degrees: where the local coordinates of a map begin."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
FRAME = "CGCS2000@2000.0"

app = typer.Typer(no_args_is_help=True, help="Road networks: import maps, check them, look at them.")


@app.command("import")
def import_command(
    file: File,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Network to write: .npz; or an export: .geojson, .parquet (edges)."
        ),
    ],
    format: Format = "auto",
    frame: FrameText = FRAME,
    origin: Origin = None,
    join_m: Annotated[
        float, typer.Option("--join", min=0.0, help="GeoJSON: ends that are nearer (m) are one node.")
    ] = 0.1,
    name: Annotated[str, typer.Option("--name", help="Of the network; else that of the file.")] = "",
    json: Json = False,
    force: Force = False,
) -> None:
    """Read a map, report every object that is broken, and write the network."""
    from beidou_svc.network_commands.import_command import run_import

    run_import(ImportOptions(file, out, format, frame, origin, join_m, name, json, force))


@app.command("check")
def check_command(
    file: File,
    format: Format = "auto",
    frame: FrameText = FRAME,
    origin: Origin = None,
    length_km: Annotated[
        float, typer.Option("--length", metavar="KM", help="Roads there have to be; exit code 1 where there are fewer.")
    ] = 0.0,
    area_km2: Annotated[float, typer.Option("--area", metavar="KM2", help="Area there has to be, likewise.")] = 0.0,
    json: Json = False,
) -> None:
    """Check a network: lengths, area, gaps, overlaps, dead ends, what cannot be reached, limits, duplicates."""
    from beidou_svc.network_commands.check_command import run_check

    run_check(CheckOptions(file, format, frame, origin, length_km, area_km2, json))


@app.command("show")
def show_command(
    file: File,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="PNG", help="Draw the network.")] = None,
    format: Format = "auto",
    frame: FrameText = FRAME,
    origin: Origin = None,
    force: Force = False,
) -> None:
    """Sum up a network, and draw it: class by colour, one-way roads by arrows, stops, what the check found."""
    from beidou_svc.network_commands.show_command import run_show

    run_show(ShowOptions(file, out, format, frame, origin, force))


def add_commands(main: typer.Typer) -> None:
    """Add the commands to `beidou`."""
    main.add_typer(app, name="network")
