"""What one version of a set of fences has in use, written into another store as if it had been built so.

Records are written in the order of `write_all`, so that a set which was edited becomes, word by word, the set that is
built of the same fences. There is room for all of it beforehand.
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.fences._cells import PAGE_CELLS, RUNS_AT, Int32s
from mapping.fences._records_kernel import Book, partial_length

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]


@leaf_kernel
def move_vertices(vertex_m: Floats, firsts: Int64s, counts: Int64s, moved_m: Floats) -> None:
    """Vertices of all fences, one fence after the other."""
    to = 0
    for fence in range(firsts.size):
        for k in range(firsts[fence], firsts[fence] + counts[fence]):
            moved_m[to, 0], moved_m[to, 1] = vertex_m[k, 0], vertex_m[k, 1]
            to += 1


@inline_kernel
def _copy_record(words: Int32s, to: int, of: Int32s, record: int, shifts: Int64s) -> int:
    """Append a record, with the vertices of its partial fences where they are now; gives the end."""
    whole, partial = of[record], of[record + 1]
    words[to], words[to + 1] = whole, partial
    at, to = record + 2, to + 2
    for k in range(whole):
        words[to + k] = of[at + k]
    at, to = at + whole, to + whole
    for _ in range(partial):
        length, shift = partial_length(of, at), np.int32(shifts[of[at]])
        for k in range(RUNS_AT):
            words[to + k] = of[at + k]
        for k in range(RUNS_AT, length, 2):
            words[to + k], words[to + k + 1] = of[at + k] + shift, of[at + k + 1]
        at, to = at + length, to + length
    return to


@inline_kernel
def _is_same_whole(words: Int32s, one: int, other: int, end: int) -> bool:
    """Whether a record lists the same whole fences as the last one, which ends at `end`, and neither a partial one."""
    same = words[one] == words[other] and words[one + 1] == 0 and words[other + 1] == 0
    k = 2
    while same and k < end - other:
        same = words[one + k] == words[other + k]
        k += 1
    return bool(same)


@inline_kernel
def _own_page(page_of: Int32s, page: int, n_pages: int) -> int:
    """How many pages there are when this one has a number."""
    if page_of[page] == 0:
        page_of[page], n_pages = n_pages, n_pages + 1
    return n_pages


@leaf_kernel
def move_records(old: Book, shifts: Int64s, new: Book) -> tuple[int, int]:
    """All records of the pages of `old`, `shifts` says how much further the vertices of each fence are; gives the words
    and pages of `new`.
    """
    words, n_words, n_pages, shared = new.words, new.n_words, new.n_pages, 0
    n = old.page_of.size
    for key in range(-n, n * PAGE_CELLS):
        page = ~key if key < 0 else key // PAGE_CELLS
        number = old.page_of[page]
        record = old.page_record[number] if key < 0 else old.cell_record[number * PAGE_CELLS + key % PAGE_CELLS]
        if record == 0:
            continue
        end, n_pages = _copy_record(words, n_words, old.words, record, shifts), _own_page(new.page_of, page, n_pages)
        if not _is_same_whole(words, shared, n_words, end):
            shared, n_words = n_words, end
        if key < 0:
            new.page_record[new.page_of[page]] = shared
        else:
            new.cell_record[new.page_of[page] * PAGE_CELLS + key % PAGE_CELLS] = shared
    return n_words, n_pages
