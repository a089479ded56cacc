"""The tables of sentences: what their files show as an example is read by them, and no two share a kind."""

import re
from pathlib import Path

import pytest

import gnss.nmea.sentences
from gnss.nmea.catalogue import CELLS_MAX, KIND, KIND_MAX, KIND_NAMES, SENTENCES
from gnss.nmea.fields import FIELDS_MAX
from tests.helpers.sentences import read_lines

FOLDER = Path(gnss.nmea.sentences.__file__).parent
EXAMPLE = re.compile(r"^[$#]\w+,[^\s…]*\*(?:[0-9A-Fa-f]{8}|[0-9A-F]{2})$", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_the_examples_are_good_sentences(path: Path) -> None:
    examples = [line.encode() for line in EXAMPLE.findall(path.read_text())]
    reads = list(read_lines(examples))
    assert [read.line for read in reads] == examples
    assert all(read.kind and read.status == 0 for read in reads)


def test_kinds() -> None:
    assert len(set(KIND_NAMES)) == len(SENTENCES) + 1 <= KIND_MAX
    assert [KIND_NAMES[kind] for kind in KIND.values()] == list(KIND)
    assert KIND["DWR"] < 32, "kinds that make rows are bits of a 32-bit set"


@pytest.mark.parametrize("name", KIND)
def test_tables(name: str) -> None:
    sentence = SENTENCES[KIND[name] - 1]
    names = sentence.cell_names
    assert len(set(names)) == len(names) <= CELLS_MAX
    assert len(sentence.all_fields) <= FIELDS_MAX
    assert sentence.fields_min <= len(sentence.header) + len(sentence.fields) + len(sentence.group) * sentence.group_max
    assert all(field.low <= field.high for field in sentence.all_fields)
