"""Compile the kernels of decode and replay once, so that no log waits for a compiler."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from beidou_svc.replay.forms import RECORDING_HEAD
from beidou_svc.replay.ids import Ids, terminal_ids_of
from beidou_svc.replay.recording_io import Recorder
from beidou_svc.replay.replayer import Replayer, Window
from beidou_svc.replay.run import replay_logs
from beidou_svc.replay.source import open_sources
from gnss.batches import SegmentBatch

_LINES = b"".join(
    b"%d gz-1 $GNRMC,133901.50,A,4134.50180366,N,09345.03586734,W,0.018,273.328,180320,11.5982,E,D*36\r\n" % t_s
    for t_s in (1_584_538_741, 1_584_538_742)
)
_RECORD = RECORDING_HEAD + b"@1584538741000000000 3 gz-1\n$G*\n"


def warm() -> None:
    """Replay a sample of each form, which compiles the kernels or loads them from the cache."""
    window = Window(0)
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / "a.log", Path(folder) / "b.log"]
        for path, content in zip(paths, (_LINES, _RECORD), strict=True):
            path.write_bytes(content)
        ids = Ids()
        sources, _ = open_sources(paths, terminal_ids_of(paths), ids)
        replay_logs(sources, Replayer(ids, window=window), window)
        recorder = Recorder(Path(folder) / "c.log", lambda _: "gz-1")
        recorder.note(np.frombuffer(_LINES, np.uint8), SegmentBatch.whole(_LINES))
        recorder.close()
