"""Settings that contradict themselves are refused with a reason, and every one is described."""

import logging
import resource
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from beidou_svc.clock import ManualClock, SystemClock
from beidou_svc.ingest.counters import COUNTER_MAX, COUNTER_TEXT, Counter
from beidou_svc.ingest.settings import IngestSettings, Limits, Listener, Outgoing, UdpListener
from beidou_svc.ingest.sockets import FILES_RESERVED, raise_file_limit


@pytest.mark.parametrize(
    ("model", "values", "message"),
    [
        (Listener, {"port": 1, "identity": "port"}, "`terminal` goes with identity = port"),
        (Listener, {"port": 1, "terminal": "x"}, "`terminal` goes with identity = port"),
        (Listener, {"port": 1, "identity": "peer"}, "set anonymous = true"),
        (Listener, {"port": 70_000}, "less than or equal to 65535"),
        (UdpListener, {"port": 1, "identity": "sentence"}, "is for TCP"),
        (Limits, {"arena_bytes": 65_536}, "eight datagrams"),
        (Limits, {"connection_max": 1}, "Extra inputs"),
        (IngestSettings, {"identity_pattern": "(?P<name>x)"}, "needs a group named id"),
        (IngestSettings, {"identity_pattern": "("}, "not a regular expression"),
        (Outgoing, {"host": "h", "port": 0, "terminal": "x"}, "greater than or equal to 1"),
    ],
)
def test_contradictions(model: type, values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        model(**values)


@pytest.mark.parametrize("model", [IngestSettings, Limits, Listener, UdpListener, Outgoing])
def test_every_setting_is_described(model: Any) -> None:
    assert [name for name, info in model.model_fields.items() if not info.description] == []


def test_every_counter_has_a_text_and_a_place() -> None:
    assert set(COUNTER_TEXT) == set(Counter)
    assert max(Counter) < COUNTER_MAX


@pytest.fixture
def _file_limit() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("_file_limit")
def test_the_file_limit_is_raised_as_far_as_allowed(caplog: pytest.LogCaptureFixture) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (600, hard))
    assert raise_file_limit(500) == 500
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 500 + FILES_RESERVED
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        assert raise_file_limit(hard) == hard - FILES_RESERVED
    assert f"ulimit -Hn {hard + FILES_RESERVED}" in caplog.text


def test_clocks_agree_on_what_a_second_is() -> None:
    clock = ManualClock(utc_ns=5, mono_ns=7)
    clock.advance(1.5)
    assert (clock.utc_ns(), clock.mono_ns()) == (1_500_000_005, 1_500_000_007)
    system = SystemClock()
    assert system.mono_ns() <= system.mono_ns()
    assert system.utc_ns() > 1_700_000_000_000_000_000
