"""Whatever the shares of faults are: what went in came out, is still held, or is counted as lost."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulators.link import DELAY_S_MAX, Link
from simulators.scenario import LinkSettings

SHARE = st.floats(0.0, 0.2)
SETTINGS = st.builds(
    LinkSettings,
    lose_epoch=SHARE,
    duplicate=SHARE,
    reorder=SHARE,
    delay=SHARE,
    delay_mean_s=st.floats(0.1, 10.0),
    cable_pull_per_h=st.floats(0.0, 600.0),
    cable_pull_silence_s=st.floats(0.0, 5.0),
)


@given(SETTINGS, st.integers(1, 12), st.integers(1, 20), st.integers(0, 2**32))
def test_no_epoch_disappears_uncounted(settings: LinkSettings, terminals: int, epochs: int, seed: int) -> None:
    link = Link(settings, terminals, seed)
    rows = np.arange(terminals, dtype=np.int32)
    arrived: Counter[bytes] = Counter()
    for number in range(epochs + 1):
        ending = number == epochs  # a last call with nothing to say lets go of what was held back
        t_s = number + (DELAY_S_MAX if ending else 0.0)
        link.breaks(t_s, 1.0)
        texts = [b"" if ending else f"{row}.{number}".encode() for row in rows]
        offset = np.cumsum([0, *map(len, texts)])
        for writes in link.carry(t_s, rows, np.frombuffer(b"".join(texts), np.uint8), offset):
            said = writes.length > 0
            for start, length in zip(writes.start[said], writes.length[said], strict=True):
                arrived[writes.buffer[start : start + length].tobytes()] += 1
    lost = link.counts["lost_epochs"] + link.counts["lost_in_silence"]
    assert set(arrived) <= {f"{row}.{number}".encode() for row in rows for number in range(epochs)}
    assert sum(arrived.values()) == len(arrived) + link.counts["duplicated_epochs"]
    assert len(arrived) + lost + link.waiting == terminals * epochs
