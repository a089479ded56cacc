"""`beidou spp` and `beidou rtk`: their options. What they do is imported when they run: help is immediate."""

from pathlib import Path
from typing import Annotated

import typer

from beidou_svc.solve.options import InputOptions, OutputOptions, RtkCommand, SppCommand

_FILE = "RINEX 2, 3 or 4, or RTCM 3; plain or gzip."
Rover = Annotated[Path, typer.Option("--rover", "-r", metavar="FILE", help=f"What the rover observed: {_FILE}")]
Nav = Annotated[
    list[Path] | None,
    typer.Option("--nav", "-n", metavar="FILE", help="Ephemerides, if they are not in the streams; may be repeated."),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.pos", help="Positions, as RTKLIB writes them.")]
Format = Annotated[
    str, typer.Option("--format", help="llh (degrees, ellipsoidal height), ecef, or of rtk enu: baselines.")
]
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
Base = Annotated[Path, typer.Option("--base", "-b", metavar="FILE", help=f"What the base observed: {_FILE}")]
BaseEcef = Annotated[
    tuple[float, float, float] | None,
    typer.Option("--base-ecef", metavar="X Y Z", help="Antenna of the base, m; else as its file says."),
]
BaseLlh = Annotated[
    tuple[float, float, float] | None,
    typer.Option("--base-llh", metavar="LAT LON H", help="The same in degrees and m above the ellipsoid."),
]
Signals = Annotated[
    str | None, typer.Option("--signals", help="RINEX codes used, such as 1C,2I,5Q; else all that both have.")
]
Mode = Annotated[str, typer.Option("--mode", help="kinematic, static, single-epoch or moving-base.")]
RoverStation = Annotated[
    int | None, typer.Option("--rover-station", metavar="ID", help="Whose RTCM 3 it is, where a stream has several.")
]
BaseStation = Annotated[int | None, typer.Option("--base-station", metavar="ID", help="The same of the base's stream.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


def spp(
    rover: Rover,
    out: Out,
    nav: Nav = None,
    systems: Systems = "GRECJ",
    elevation_mask: Mask = 15.0,
    date: Date = None,
    rover_station: RoverStation = None,
    format: Format = "llh",
    plot: Plot = None,
    force: Force = False,
) -> None:
    """Single-point positions of recorded observations, metre by metre."""
    from beidou_svc.solve.spp_command import run_spp

    inputs = InputOptions(rover, None, nav or [], date, None, None, rover_station=rover_station)
    run_spp(SppCommand(inputs, OutputOptions(out, format, plot, force), systems, elevation_mask))


def rtk(
    rover: Rover,
    base: Base,
    out: Out,
    nav: Nav = None,
    base_ecef: BaseEcef = None,
    base_llh: BaseLlh = None,
    systems: Systems = "GRECJ",
    signals: Signals = None,
    mode: Mode = "kinematic",
    elevation_mask: Mask = 15.0,
    date: Date = None,
    rover_station: RoverStation = None,
    base_station: BaseStation = None,
    format: Format = "llh",
    plot: Plot = None,
    force: Force = False,
) -> None:
    """Positions relative to a base, to the centimetre where the integers are fixed."""
    from beidou_svc.solve.rtk_command import run_rtk

    moves = mode == "moving-base"
    inputs = InputOptions(rover, base, nav or [], date, base_ecef, base_llh, moves, rover_station, base_station)
    codes = [code for code in (signals or "").replace(",", " ").split() if code]
    run_rtk(RtkCommand(inputs, OutputOptions(out, format, plot, force), systems, codes, mode, elevation_mask))


def add_commands(app: typer.Typer) -> None:
    """Add the commands to `beidou`."""
    app.command()(spp)
    app.command()(rtk)
