"""Log lines."""

import json
import logging

import pytest

from beidou_svc.telemetry.logs import JsonLines, RepeatFilter, TextLines


def record(event: str = "ready", level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("beidou_svc", level, __file__, 1, event, (), None)
    made.created, made.msecs = 1_795_338_000.25, 250.0
    made.fields = fields
    return made


def test_text_is_one_line_of_keys_and_values() -> None:
    line = TextLines().format(record("two\nlines", http="http://x/", note='say "hi" now', empty=""))
    assert line == (
        '2026-11-22T09:00:00.250Z INFO beidou_svc two\\nlines http=http://x/ note="say \\"hi\\" now" empty=""'
    )


def test_json_is_one_object_a_line() -> None:
    line = JsonLines().format(record("ready", terminals=3, name="赣州"))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-11-22T09:00:00.250Z",
        "level": "INFO",
        "logger": "beidou_svc",
        "event": "ready",
        "terminals": 3,
        "name": "赣州",
    }


@pytest.mark.parametrize("form", [TextLines(), JsonLines()])
def test_an_exception_stays_on_the_line(form: logging.Formatter) -> None:
    try:
        raise ValueError("no\nuse")
    except ValueError as error:
        made = record()
        made.exc_info = (type(error), error, error.__traceback__)
    assert "\n" not in form.format(made)


def test_what_repeats_is_held_back_and_counted() -> None:
    times_s = [0.0, 1.0, 2.0, 9.9, 10.1, 10.2]
    gate = RepeatFilter(10.0, iter(times_s).__next__)
    passed = []
    for _ in times_s:
        made = record()
        passed.append(made.fields if gate.filter(made) else None)  # type: ignore[attr-defined]
    assert passed == [{}, None, None, None, {"repeated": 3}, None]


def test_errors_and_other_messages_pass_at_once() -> None:
    gate = RepeatFilter(10.0, lambda: 0.0)
    assert gate.filter(record("a"))
    assert gate.filter(record("b"))
    assert all(gate.filter(record("c", logging.ERROR)) for _ in range(3))


def test_the_memory_of_messages_is_bounded() -> None:
    gate = RepeatFilter(10.0, lambda: 0.0)
    for i in range(3_000):
        gate.filter(record(f"message {i}"))
    assert len(gate._seen) <= 1_024
