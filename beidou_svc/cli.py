"""`beidou`: the commands. Each imports what it needs when it runs, so that help is immediate."""

import gc
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from beidou_svc.errors import ServiceError
from beidou_svc.match_command.cli import add_commands as add_match_command
from beidou_svc.network_commands.cli import add_commands as add_network_commands
from beidou_svc.replay.cli import add_commands as add_replay_commands
from beidou_svc.solve.cli import add_commands as add_solve_commands

app = typer.Typer(no_args_is_help=True, add_completion=False, help="BeiDou positions: from socket to live map.")
token_app = typer.Typer(no_args_is_help=True, help="Tokens of people, programs and terminals.")
app.add_typer(token_app, name="token")
add_replay_commands(app)
add_solve_commands(app)
add_network_commands(app)
add_match_command(app)

ConfigFile = Annotated[Path | None, typer.Option("--config", help="TOML file; else the variable BEIDOU_CONFIG.")]


@app.command()
def serve(
    config: ConfigFile = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="Record all that is received, for `beidou replay`.")
    ] = None,
) -> None:
    """Run the service."""
    # nothing that a start makes is garbage, and looking for it takes a quarter of a second; the service enables it
    gc.disable()
    from beidou_svc.config_io import load_settings
    from beidou_svc.loading import end_without_it
    from beidou_svc.running import run_service
    from beidou_svc.telemetry.logs import install_logging

    try:
        settings = load_settings(config)
        install_logging(settings.log)
        run_service(settings, record)
    except ServiceError as error:
        _give_up(error)
    end_without_it()


@app.command()
def demo(
    config: ConfigFile = None,
    terminals: Annotated[int, typer.Option(min=1, max=100_000, help="Simulated terminals.")] = 10_000,
    rate_hz: Annotated[float, typer.Option(help="Epochs of one terminal per second.")] = 1.0,
    seed: Annotated[int, typer.Option(help="City and traffic follow from it.")] = 7,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="HTTP port; 0 = any free one.")] = 8080,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    rovers: Annotated[int, typer.Option(min=0, max=10_000, help="Terminals that stream raw observations.")] = 60,
) -> None:
    """Run the service over an invented city in which a simulated fleet drives."""
    from beidou_svc.config_io import load_settings
    from beidou_svc.demo import DemoPlan, run_demo
    from beidou_svc.loading import end_without_it

    try:
        run_demo(DemoPlan(terminals, rate_hz, seed, port, open_browser, rovers), load_settings(config))
    except ServiceError as error:
        _give_up(error)
    end_without_it()


@app.command("config")
def show_config(
    config: ConfigFile = None,
    docs: Annotated[bool, typer.Option("--docs", help="Print docs/settings.md instead.")] = False,
) -> None:
    """Print the effective settings as TOML, secrets masked."""
    from beidou_svc.config_io import load_settings
    from beidou_svc.config_text import settings_to_markdown, settings_to_toml

    try:
        typer.echo(settings_to_markdown() if docs else settings_to_toml(load_settings(config)), nl=False)
    except ServiceError as error:
        _give_up(error)


@token_app.command("new")
def new_token_command(
    scope: Annotated[str, typer.Option(help="read, operate or admin.")] = "read",
    name: Annotated[str, typer.Option(help="Who will hold it.")] = "someone",
    terminal: Annotated[str | None, typer.Option(help="Make a token for this terminal instead.")] = None,
) -> None:
    """Make a token. It is shown once; the service keeps only its hash."""
    from beidou_svc.config import Scope
    from beidou_svc.fleet.registry import hash_token, new_token

    token = new_token()
    typer.echo(f"token: {token}")
    if terminal is not None:
        typer.echo(
            f"line of fleet.terminals_file (id,name,token_hash,policy):\n{terminal},,{hash_token(token)},accepted"
        )
        return
    if scope not in list(Scope):
        _give_up(ServiceError(f"no scope {scope!r}: choose {', '.join(Scope)}"))
    typer.echo("lines of the configuration file:\n[[auth.tokens]]")
    typer.echo(f'name = "{name}"\nscope = "{scope}"\nhash = "{hash_token(token)}"')


@app.command()
def warm() -> None:
    """Compile every kernel, so that no start waits for a compiler."""
    from beidou_svc.warm import warm_all

    for name, seconds in warm_all():
        typer.echo(f"{name}: {seconds:.1f} s")


def _give_up(error: ServiceError) -> NoReturn:
    typer.echo(f"beidou: {error}", err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
