"""Logs: one line a record, `key=value` or JSON, on standard error; what repeats is counted instead of repeated.

Pass fields by `extra={"fields": {...}}`, or use `log_event`.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from beidou_svc.config import LogFormat, LogSettings

REPEATED_MAX = 1_024
"""Different messages whose repetition is counted."""


def log_event(logger: logging.Logger, level: int, event: str, **fields: Any) -> None:
    """Write one event with its fields."""
    logger.log(level, event, extra={"fields": fields})


def install_logging(settings: LogSettings) -> None:
    """Send all records of the process to standard error in the form that the settings ask for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.format is LogFormat.JSON else TextLines())
    handler.addFilter(RepeatFilter(settings.repeat_s, time.monotonic))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(logging.WARNING, root.level))


class RepeatFilter(logging.Filter):
    """Lets the same message of a logger pass once in `repeat_s`; the next that passes says how many were held back."""

    def __init__(self, repeat_s: float, mono_s: Callable[[], float]) -> None:
        super().__init__()
        self._repeat_s = repeat_s
        self._mono_s = mono_s
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        key = (record.name, str(record.msg))
        now_s = self._mono_s()
        last_s, held = self._seen.get(key, (float("-inf"), 0))
        if record.levelno < logging.ERROR and now_s - last_s < self._repeat_s:
            self._seen[key] = (last_s, held + 1)
            return False
        if len(self._seen) >= REPEATED_MAX:
            self._seen.clear()
        self._seen[key] = (now_s, 0)
        if held:
            record.fields = {**_fields_of(record), "repeated": held}
        return True


class TextLines(logging.Formatter):
    """`2026-11-22T06:30:00.123Z INFO beidou_svc.app event key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        pairs = "".join(f" {key}={_text(value)}" for key, value in _fields_of(record).items())
        line = f"{_time_of(record)} {record.levelname} {record.name} {_one_line(record.getMessage())}{pairs}"
        return f"{line} error={_text(self.formatException(record.exc_info))}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time_of(record),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= _fields_of(record)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields


def _time_of(record: logging.LogRecord) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{whole}.{int(record.msecs):03d}Z"


def _text(value: Any) -> str:
    text = str(value)
    return text if text and not any(c in text for c in ' "=\n\r\t') else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")
