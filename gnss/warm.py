"""Compile every kernel of the decoder once, so that no start waits for a compiler."""

import numpy as np

from gnss.batches import SegmentBatch
from gnss.decoder import StreamDecoder

_SAMPLE = (
    b"$GNRMC,133901.50,A,4134.50180366,N,09345.03586734,W,0.018,273.328,180320,11.5982,E,D*36\r\n"
    b"$GBGSV,2,2,07,05,27,090,,13,19,016,,11,07,147,*5E\r\n"
)


def warm() -> None:
    """Run the decoder on a sample, which compiles its kernels or loads them from the cache."""
    decoder = StreamDecoder(2)
    half = len(_SAMPLE) // 2
    data = np.frombuffer(_SAMPLE, np.uint8).copy()
    decoder.push(data, SegmentBatch.missing(1, slot=[0], start=[0], length=[half]))
    decoder.push(
        data, SegmentBatch.missing(2, slot=[0, 1], start=[half, 0], length=[len(data) - half, half]), show_open=True
    )
    decoder.end(np.array([0, 1], np.int32))


if __name__ == "__main__":
    warm()
