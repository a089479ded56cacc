"""The recorded sentences of all receivers, one by one, with what our decoder made of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gnss.decoder import StreamDecoder
from gnss.nmea.catalogue import KIND_NAMES, SENTENCES
from gnss.nmea.fields import TEXT_SPAN, Op
from tests.helpers.decoding import push_pieces

LINE = re.compile(rb"[$!#][^\r\n$]*")
TEXT_OPS = (Op.TEXT, Op.FREE_TEXT)


@dataclass(frozen=True)
class Read:
    """One sentence: its line, its kind, the verdict, its cells (texts as str, missing = None)."""

    line: bytes
    kind: str
    status: int
    cells: dict[str, float | str | None]


def recorded_lines(data_dir: Path) -> list[bytes]:
    """Every line that begins like a sentence in the captures and literals, each once."""
    files = sorted(path for path in (data_dir / "nmea").rglob("*") if path.suffix in (".log", ".txt"))
    found = [match.group() for path in files for match in LINE.finditer(path.read_bytes())]
    return list(dict.fromkeys(found))


def text_cells(kind: str) -> set[str]:
    """Names of the cells of a sentence that hold where a text stands."""
    sentence = SENTENCES[KIND_NAMES.index(kind) - 1]
    return {field.name for field in sentence.all_fields if field.op in TEXT_OPS}


def read_lines(lines: list[bytes]) -> Iterator[Read]:
    """Decode many lines at once; those that are no sentence are left out."""
    push = push_pieces(StreamDecoder(1), [b"".join(line + b"\r\n" for line in lines)], final=True)
    s, buffer = push.decoded.sentences, push.buffer
    for i in range(len(s)):
        kind = KIND_NAMES[s.kind[i]]
        begin = int(s.start[i])
        end = begin + int(np.argmax(buffer[begin : begin + 2048] == 0x0D))
        cells: dict[str, float | str | None] = {}
        texts = text_cells(kind) if kind else set()
        places = SENTENCES[int(s.kind[i]) - 1].cells if kind else {}
        for name, k in places.items():
            value = push.decoded.cells[s.cell[i] + k]
            if np.isnan(value):
                cells[name] = None
            elif name in texts:
                start, length = divmod(int(value), TEXT_SPAN)
                cells[name] = buffer[start : start + length].tobytes().decode("latin-1")
            else:
                cells[name] = float(value)
        yield Read(buffer[begin:end].tobytes(), kind, int(s.status[i]), cells)
