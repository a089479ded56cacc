"""Arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DurationS = Annotated[float | None, typer.Option(min=0, help="seconds of scenario time; default: until stopped")]
Seed = Annotated[int, typer.Option(help="everything random follows from it")]
Terminals = Annotated[int, typer.Option(min=1, max=100_000, help="how many terminals")]
RateHz = Annotated[float, typer.Option(help="epochs of one terminal per second: 0.1, 0.2, 0.5, 1, 2, 5, 10 or 20")]
ScenarioName = Annotated[str, typer.Option(help="a shipped scenario (see `scenarios`) or a .toml file")]
WorldFile = Annotated[Path | None, typer.Option(help="city file of `world`; default: built from the seed on the spot")]
Host = Annotated[str, typer.Option(help="where the service listens")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="its TCP port")]
Speedup = Annotated[float, typer.Option(min=0.001, max=1000, help="scenario seconds per second")]
ConnectFirst = Annotated[bool, typer.Option(help="start sending only when every terminal is connected")]
Report = Annotated[Path | None, typer.Option(help="write what was sent as JSON when done")]
