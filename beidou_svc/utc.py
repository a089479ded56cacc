"""Civil time as text."""

from datetime import UTC, datetime

from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from gnss.time.scales import gpst_ns_to_unix_ns, unix_ns_to_gpst_ns


def utc_text(utc_ns: int) -> str | None:
    """RFC 3339 with milliseconds of a time in ns since 1970-01-01, None for a missing one."""
    if utc_ns == NO_TIME:
        return None
    whole_s, ns = divmod(int(utc_ns), NS_PER_S)
    return datetime.fromtimestamp(whole_s, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ns // 1_000_000:03d}Z"


def gpst_text(t_gpst_ns: int) -> str | None:
    """The same of a time in GPST."""
    return None if t_gpst_ns == NO_TIME else utc_text(int(gpst_ns_to_unix_ns(t_gpst_ns)))


def parse_gpst(text: str) -> int:
    """A date or RFC 3339 date-time (without an offset: UTC) as GPST ns. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date-time like 2026-11-22T06:30:00Z") from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    unix_ns = ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
    return int(unix_ns_to_gpst_ns(unix_ns))
