"""A recorded log from file to final tables, in one thread."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from pynmeagps import NMEAReader

from beidou_svc.replay.final import FinalTables
from beidou_svc.replay.ids import Ids, terminal_ids_of
from beidou_svc.replay.replayer import Replayer, Window
from beidou_svc.replay.run import replay_logs
from beidou_svc.replay.source import open_sources
from tests.bench.measure import cpu_s_of
from tests.bench.nmea_load import FULL_MIX, LIVE_MIX, sentence_count, stream
from tests.bench.result import Result

NAME = "replay"

SECONDS = 86_400
TERMINALS, FLEET_SECONDS = 1_000, 60
PEER_SENTENCES = 5_000


def replay(path: Path) -> FinalTables:
    """File to final tables."""
    ids = Ids()
    sources, problems = open_sources([path], terminal_ids_of([path]), ids)
    assert not problems
    return replay_logs(sources, Replayer(ids), Window())


def peer_reads(path: Path) -> Callable[[], int]:
    """The first sentences of the file, read by pynmeagps as its manual shows."""

    def run() -> int:
        n = 0
        with path.open("rb") as file:
            for _, parsed in NMEAReader(file):
                n += parsed is not None
                if n == PEER_SENTENCES:
                    break
        return n

    return run


def write_log(path: Path, mix: tuple[str, ...]) -> int:
    """A log of one terminal; how many sentences it has."""
    text, _ = stream(1, SECONDS, mix)
    path.write_bytes(text.tobytes())
    return sentence_count(text)


def write_fleet_log(path: Path) -> int:
    """A log of many terminals, every line behind its receive time and terminal."""
    text, offset = stream(TERMINALS, FLEET_SECONDS, LIVE_MIX)
    whole = text.tobytes()
    lines = [whole[a:b].splitlines(keepends=True) for a, b in pairwise(offset.tolist())]
    width = len(LIVE_MIX)
    with path.open("wb") as file:
        for second in range(FLEET_SECONDS):
            for terminal, own in enumerate(lines):
                head = b"%d.%03d gz-%05d " % (1_795_327_200 + second, terminal, terminal)
                file.writelines(head + line for line in own[second * width : (second + 1) * width])
    return sentence_count(np.frombuffer(whole, np.uint8))


def run() -> Iterator[Result]:
    """One terminal's log, with and without the digest; a fleet's log with receive times and ids."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gz-00001.log"
        for what, mix in (("GGA RMC GST", LIVE_MIX), ("full mix", FULL_MIX)):
            n = write_log(path, mix)
            assert len(replay(path).fixes) == SECONDS
            ours_s, digest_s, peer_s = cpu_s_of(lambda: replay(path), lambda: replay(path).digest(), peer_reads(path))
            peer = PEER_SENTENCES / peer_s
            note = "file to final tables"
            yield Result(NAME, what, n / ours_s, "sentences/s", "higher", "pynmeagps", peer, 3e6, 8e6, n, note)
            yield Result(NAME, f"{what}, with digest", n / digest_s, "sentences/s", "higher", n=n)
        path = Path(folder) / "fleet.log"
        n = write_fleet_log(path)
        (fleet_s,) = cpu_s_of(lambda: replay(path))
        note = f"{TERMINALS} terminals, each line with receive time and id"
        yield Result(NAME, "GGA RMC GST of a fleet", n / fleet_s, "sentences/s", "higher", n=n, note=note)
