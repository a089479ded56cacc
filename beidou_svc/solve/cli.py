"""`beidou spp`: its options. What it does is imported when it runs: help is immediate."""

from pathlib import Path
from typing import Annotated

import typer

from beidou_svc.solve.options import InputOptions, OutputOptions, SppCommand

_FILE = "RINEX 2, 3 or 4, or RTCM 3; plain or gzip."
Rover = Annotated[Path, typer.Option("--rover", "-r", metavar="FILE", help=f"What the rover observed: {_FILE}")]
Nav = Annotated[
    list[Path] | None,
    typer.Option("--nav", "-n", metavar="FILE", help="Ephemerides, if they are not in the streams; may be repeated."),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.pos", help="Positions, as RTKLIB writes them.")]
Format = Annotated[str, typer.Option("--format", help="llh (degrees, ellipsoidal height) or ecef.")]
Plot = Annotated[Path | None, typer.Option("--plot", metavar="PNG", help="Draw track and quality.")]
Systems = Annotated[
    str,
    typer.Option("--systems", help="Constellations: G GPS, R GLONASS, E Galileo, C BeiDou, J QZSS, I NavIC."),
]
Mask = Annotated[float, typer.Option("--elevation-mask", metavar="DEG", help="Satellites below are not used.")]
Date = Annotated[
    str | None,
    typer.Option(
        "--date", metavar="TIME", help="When it was recorded (YYYY-MM-DD, or RFC 3339): RTCM 3 names no week."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


def spp(
    rover: Rover,
    out: Out,
    nav: Nav = None,
    systems: Systems = "GRECJ",
    elevation_mask: Mask = 15.0,
    date: Date = None,
    format: Format = "llh",
    plot: Plot = None,
    force: Force = False,
) -> None:
    """Single-point positions of recorded observations, metre by metre."""
    from beidou_svc.solve.spp_command import run_spp

    inputs = InputOptions(rover, None, nav or [], date, None, None)
    run_spp(SppCommand(inputs, OutputOptions(out, format, plot, force), systems, elevation_mask))


def add_commands(app: typer.Typer) -> None:
    """Add the commands to `beidou`."""
    app.command()(spp)
