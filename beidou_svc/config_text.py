"""The settings as text: the effective ones as TOML with comments, and the table of all of them as Markdown."""

import json
import textwrap
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from beidou_svc.config import Settings
from beidou_svc.config_io import model_of

MASK = "********"
_COMMENT_WIDTH = 110


def settings_to_toml(settings: Settings) -> str:
    """The effective settings as a TOML file that could be read back, but for secrets, which are masked."""
    return "\n".join(_toml_table("", settings)).strip() + "\n"


def settings_to_markdown() -> str:
    """Every setting with unit, meaning and default: the text of docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "One TOML file (`beidou serve --config FILE`, or the variable `BEIDOU_CONFIG`), then the environment on top:",
        "`BEIDOU_HTTP__PORT=9090` sets `http.port`; values are written as in TOML. A key that does not exist is an",
        "error. `beidou config` prints the effective settings. A suffix names the unit: `_s` seconds, `_ms`",
        "milliseconds, `_bytes` bytes; `_max` is a limit, and each limit has a counter.",
        "",
        "This file is written by `beidou config --docs`.",
    ]
    for name, field in Settings.model_fields.items():
        model = model_of(field)
        assert model is not None
        lines += _markdown_table(name, model)
    return "\n".join(lines) + "\n"


def _toml_table(path: str, model: BaseModel) -> Iterator[str]:
    tables = []
    if path:
        yield f"\n[{path}]"
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            tables.append((f"{path}.{name}" if path else name, value))
            continue
        yield from textwrap.wrap(
            f"{field.description} Default: {_default_text(field)}",
            _COMMENT_WIDTH,
            initial_indent="# ",
            subsequent_indent="# ",
            break_long_words=False,
        )
        yield f"# {name} =" if value is None else f"{name} = {_toml_value(value)}"
    for table_path, value in tables:
        yield from _toml_table(table_path, value)


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and not isinstance(value, Enum):
        return repr(value)
    if isinstance(value, BaseModel):
        pairs = [
            f"{name} = {_toml_value(MASK if _is_secret(field) else each)}"
            for name, field in type(value).model_fields.items()
            if (each := getattr(value, name)) is not None
        ]
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml_value(each) for each in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def _is_secret(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("secret"))


def _default_text(field: FieldInfo) -> str:
    if field.is_required():
        return "none, must be given"
    default = field.get_default(call_default_factory=True, validated_data={})
    return "not set" if default is None else _toml_value(default)


def _markdown_table(path: str, model: type[BaseModel]) -> list[str]:
    title = (model.__doc__ or "").strip()
    lines = [
        "",
        f"## `{path}`",
        "",
        " ".join(title.split()),
        "",
        "| setting | type | default | meaning |",
        "|---|---|---|---|",
    ]
    nested = []
    for name, field in model.model_fields.items():
        inner = model_of(field)
        if inner is not None and not _is_list(field):
            nested.append((f"{path}.{name}", inner))
            continue
        if inner is not None:
            nested.append((f"{path}.{name}[]", inner))
        default = _default_text(field).replace("|", "\\|")
        lines.append(f"| `{name}` | {_type_text(field)} | `{default}` | {field.description} |")
    for inner_path, inner_model in nested:
        lines += _markdown_table(inner_path, inner_model)
    return lines


def _is_list(field: FieldInfo) -> bool:
    return getattr(field.annotation, "__origin__", None) is tuple


def _type_text(field: FieldInfo) -> str:
    kinds = [kind for kind in (get_args(field.annotation) or (field.annotation,)) if kind not in (type(None), ...)]
    if _is_list(field):
        return (
            "list of " + _kind_text(kinds[0]) if len(set(kinds)) == 1 and len(kinds) == 1 else f"{len(kinds)} numbers"
        )
    return " or ".join(_kind_text(kind) for kind in kinds)


def _kind_text(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    names = {str: "text", int: "integer", float: "number", bool: "true or false", Path: "path"}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "tables"
    if get_args(kind):
        return f"{len(get_args(kind))} numbers"
    return names.get(kind, "network" if "Network" in str(kind) else "text")
