"""Sentences that state a time, with or without a date, and times as texts."""

import numpy as np

from gnss.batches import FixBatch
from gnss.time.rfc3339 import format_rfc3339, parse_rfc3339
from tests.helpers.frames import sentence

GGA = "GNGGA,{},4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002"
RMC = "GNRMC,{},A,4134.50180366,N,09345.03586734,W,0.018,273.328,{},11.5982,E,D"
ZDA = "GNZDA,{},{},00,00"
UNIX_EPOCH = np.datetime64("1970-01-01", "ns")


def lines(*contents: str) -> bytes:
    return b"".join(sentence(content) for content in contents)


def gga(*times: str) -> bytes:
    return lines(*(GGA.format(time) for time in times))


def rmc(time: str, date: str) -> bytes:
    return lines(RMC.format(time, date))


def gpst_ns(text: str) -> int:
    return int(parse_rfc3339(text).t_gpst_ns)


def unix_ns(text: str) -> int:
    return int((np.datetime64(text, "ns") - UNIX_EPOCH).astype(np.int64))


def times_of(fixes: FixBatch) -> list[str]:
    return [time.decode() for time in format_rfc3339(fixes.t_gpst_ns, 3).tolist()]
