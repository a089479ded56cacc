"""Reading settings: one TOML file, then the environment on top; and the refusal to stand open to the network.

`BEIDOU_HTTP__PORT=9090` sets `http.port`. A value is read as TOML, and as text where it is none.
"""

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from beidou_svc.config import Settings
from beidou_svc.errors import ConfigError
from beidou_svc.ingest.settings import Listener, Unknown

PREFIX = "BEIDOU_"
CONFIG_VARIABLE = "BEIDOU_CONFIG"
FOREIGN_VARIABLES = {CONFIG_VARIABLE, "BEIDOU_TEST_DATA"}
"""Variables with the prefix that are no settings."""


def load_settings(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The effective settings. `path`, else the variable BEIDOU_CONFIG, names the file; neither = defaults.

    Raises ConfigError that names each wrong setting, where it came from, and the nearest known name.
    """
    if path is None and environ.get(CONFIG_VARIABLE):
        path = Path(environ[CONFIG_VARIABLE])
    from_file = _read_toml(path) if path else {}
    values = _merged(from_file, _from_environment(environ))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        where = f"{path} and the environment" if path else "the environment"
        raise ConfigError("\n".join([f"settings from {where}:", *_complaints(error)])) from None


def refuse_open_doors(settings: Settings) -> None:
    """Raise ConfigError where an address other than loopback would take anybody's requests or anybody's data."""
    http = settings.http
    if not is_loopback(http.host) and not settings.auth.tokens:
        raise ConfigError(
            f"http.host = {http.host!r} would show the fleet to the network without credentials. Either\n"
            "  1. set http.host = '127.0.0.1' (and reach it through a proxy or an SSH tunnel), or\n"
            "  2. run `beidou token new --scope read` and put the lines it prints into the configuration file."
        )
    for tcp in settings.ingest.tcp:
        _refuse_open_listener("ingest.tcp", tcp, settings)
    for udp in settings.ingest.udp:
        _refuse_open_listener("ingest.udp", udp, settings)


def is_loopback(host: str) -> bool:
    """Whether an address or name reaches only this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_open_listener(name: str, listener: Listener, settings: Settings) -> None:
    known = settings.fleet.terminals_file is not None and listener.unknown is not Unknown.ACCEPT
    if is_loopback(listener.host) or known:
        return
    raise ConfigError(
        f"{name} on {listener.host}:{listener.port} would believe whoever sends. Either\n"
        "  1. set its host to '127.0.0.1', or\n"
        "  2. set fleet.terminals_file to the register of your terminals (`beidou token new --terminal ID` helps)\n"
        "     and `unknown` of this listener to 'refuse' or 'quarantine'."
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in FOREIGN_VARIABLES:
            continue
        *tables, key = variable.removeprefix(PREFIX).lower().split("__")
        table = values
        for name in tables:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise ConfigError(f"{variable} is inside a setting that another variable gives as a whole")
        table[key] = _as_toml(environ[variable])
    return values


def _as_toml(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _complaints(error: ValidationError) -> list[str]:
    lines = []
    for fault in error.errors(include_url=False):
        path = [str(part) for part in fault["loc"]]
        name = ".".join(path) or "settings"
        if fault["type"] == "extra_forbidden":
            lines.append(f"  {name}: no such setting{_suggestion(fault['loc'])}")
        else:
            # what stands in the place of a hash may be the token itself
            given = "" if path[-1:] == ["hash"] else f" (given: {fault.get('input')!r})"
            lines.append(f"  {name}: {fault['msg'].removeprefix('Value error, ')}{given}")
    return lines


def _suggestion(location: tuple[int | str, ...]) -> str:
    model: type[BaseModel] | None = Settings
    for part in location[:-1]:
        if isinstance(part, str) and model is not None:
            model = model_of(model.model_fields[part])
    if model is None:
        return ""
    near = difflib.get_close_matches(str(location[-1]), model.model_fields, n=1, cutoff=0.5)
    return f"; did you mean {'.'.join([*map(str, location[:-1]), near[0]])}?" if near else ""


def model_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a nested table or of the rows of a list of tables."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
