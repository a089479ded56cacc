"""All sentence types, and the plan that the decode and encode kernels follow: the tables as arrays.

A kind is a small integer, 1 for the first sentence below; 0 is "not one of these". Kinds are stable within a release,
and kinds below 32 can make a `FixBatch` row (they are bits of its `sentences` column).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.nmea.fields import FIELDS_MAX, Field, Op
from gnss.nmea.sentence import Sentence
from gnss.nmea.sentences import rdss, rdss3, unicore
from gnss.nmea.sentences.gga import GGA
from gnss.nmea.sentences.gll import GLL
from gnss.nmea.sentences.gns import GNS
from gnss.nmea.sentences.gsa import GSA
from gnss.nmea.sentences.gst import GST
from gnss.nmea.sentences.gsv import GSV
from gnss.nmea.sentences.heading import HDT, THS
from gnss.nmea.sentences.ksxt import KSXT
from gnss.nmea.sentences.rmc import RMC
from gnss.nmea.sentences.tra import TRA
from gnss.nmea.sentences.txt import TXT
from gnss.nmea.sentences.vtg import VTG
from gnss.nmea.sentences.zda import ZDA
from gnss.nmea.tokens import fnv1a_of

SENTENCES: tuple[Sentence, ...] = (
    GGA, RMC, GNS, GSA, GSV, GST, GLL, VTG, ZDA, HDT, THS, TRA, KSXT,
    unicore.BESTNAVA, unicore.UNIHEADINGA, rdss.DWR, rdss.WAA,
    TXT, rdss.TXR, rdss.TXA, rdss.ICI, rdss.BSI, rdss.FKI, rdss.RMO,
    rdss3.FKI3, rdss3.TCQ, rdss3.TCI, rdss3.ICP, rdss3.PWI, rdss3.SNR,
)  # fmt: skip

KIND_NAMES: tuple[str, ...] = ("", *(sentence.name for sentence in SENTENCES))
KIND: dict[str, int] = {name: kind for kind, name in enumerate(KIND_NAMES) if name}
KIND_MAX = 64
"""Counters by kind are arrays of this length."""

UNKNOWN = 0

_WHOLE_NAMES = ("KSXT", "BESTNAVA", "UNIHEADINGA")
"""Sentences known by their whole address instead of talker + formatter."""

_DIGIT_FIRST = {"FKI": "FKI3"}
"""Where the first field begins with a digit, the sentence is the other one of that name (sources: nmea §5)."""


def formatter_key(letters: str) -> int:
    """Index of a three-letter formatter in `Plan.formatter`."""
    return (ord(letters[0]) & 31) << 10 | (ord(letters[1]) & 31) << 5 | (ord(letters[2]) & 31)


class Plan(NamedTuple):
    """The tables as arrays; fields are flat, row `kind * FIELDS_MAX + field` (header, fields, group repetitions, tail).

    `formatter` gives the kind of a three-letter formatter, `whole_name` and `whole_kind` the kind of a whole address
    by its hash. `shape` (kinds, 8): cells, fields_min, fields of head, of group, of tail, group_max, other kind where
    the first field is a digit, the field that keeps its commas (-1: none). `step` (rows, 3): op, then the positive and
    the negative letter of a hemisphere, or where its words are, or how far behind its cell the second one is.
    `limits` (rows, 2): least and greatest value. `letters` (rows, 2): the ASCII characters allowed, as bits.
    """

    formatter: NDArray[np.uint8]
    whole_name: NDArray[np.uint64]
    whole_kind: NDArray[np.uint8]
    shape: NDArray[np.int32]
    step: NDArray[np.int32]
    limits: NDArray[np.float64]
    letters: NDArray[np.uint64]
    word_hash: NDArray[np.uint64]


def letter_set(field: Field) -> tuple[int, int]:
    """The ASCII characters that a field may hold, as bits of two words; none set where any may."""
    bits = sum(1 << ord(letter) for letter in set(field.letters))
    return bits & (1 << 64) - 1, bits >> 64


def _aux(sentence: Sentence, row: int, words: list[np.uint64]) -> tuple[int, int]:
    field = sentence.all_fields[row]
    if field.op is Op.HEMISPHERE:
        return ord(field.letters[0]), ord(field.letters[1])
    if field.op is Op.WORD:
        words.extend(fnv1a_of(word) for word in field.words)
        return len(words) - len(field.words) << 8 | len(field.words), 0
    if field.op is Op.DATE_TIME:
        first, second = (sentence.cells[name] for name in field.name.split(" "))
        return second - first, 0
    return 0, 0


def _fill(plan: Plan, kind: int, sentence: Sentence, words: list[np.uint64]) -> None:
    for number, field in enumerate(sentence.all_fields):
        row = kind * FIELDS_MAX + number
        plan.step[row] = field.op, *_aux(sentence, number, words)
        plan.limits[row] = field.low, field.high
        plan.letters[row] = letter_set(field)
    plan.shape[kind] = (
        sentence.cell_count,
        sentence.fields_min,
        len(sentence.header) + len(sentence.fields),
        len(sentence.group),
        len(sentence.tail),
        sentence.group_max,
        KIND[_DIGIT_FIRST[sentence.name]] if sentence.name in _DIGIT_FIRST else 0,
        next((i for i, field in enumerate(sentence.fields) if field.op is Op.FREE_TEXT), -1),
    )


def _compile() -> Plan:
    kinds = len(SENTENCES) + 1
    plan = Plan(
        formatter=np.zeros(1 << 15, np.uint8),
        whole_name=np.array([fnv1a_of(name) for name in _WHOLE_NAMES], np.uint64),
        whole_kind=np.array([KIND[name] for name in _WHOLE_NAMES], np.uint8),
        shape=np.zeros((kinds, 8), np.int32),
        step=np.zeros((kinds * FIELDS_MAX, 3), np.int32),
        limits=np.zeros((kinds * FIELDS_MAX, 2)),
        letters=np.zeros((kinds * FIELDS_MAX, 2), np.uint64),
        word_hash=np.zeros(256, np.uint64),
    )
    words: list[np.uint64] = []
    for kind, sentence in enumerate(SENTENCES, start=1):
        _fill(plan, kind, sentence, words)
        if len(sentence.name) == 3:
            plan.formatter[formatter_key(sentence.name)] = kind
    plan.word_hash[: len(words)] = words
    return plan


PLAN = _compile()
CELLS_MAX = int(PLAN.shape[:, 0].max())
"""Most cells of one sentence."""
