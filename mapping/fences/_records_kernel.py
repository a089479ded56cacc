"""Records of cells: written all at once for many fences, or anew for the few cells of one fence.

Nothing is overwritten: a changed record is appended, a changed page is copied, so that earlier sets of fences go on
reading what they always read.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.fences._cells import PAGE_CELLS, RUNS_AT, WORDS_PAST, Int32s, Items
from mapping.fences._cover_kernel import grow

Int64s = NDArray[np.int64]

WHOLE = -1
NONE = -2


class Book(NamedTuple):
    """Pages and records with how much of them is used: words, pages, and the first page that may be written."""

    page_of: Int32s
    page_record: Int32s
    cell_record: Int32s
    words: Int32s
    n_words: int
    n_pages: int
    first_own: int


@kernel
def partial_length(words: Int32s, at: int) -> int:
    """Words of one partial fence of a record."""
    return RUNS_AT + 2 * int(words[at + 1] >> 2)


@kernel
def _copy(words: Int32s, to: int, of: Int32s, at: int, length: int) -> int:
    for k in range(length):
        words[to + k] = of[at + k]
    return to + length


@kernel
def _write_group(
    book: Book, first: int, last: int, order: Int64s, fence_of: Int32s, items: Items
) -> tuple[Int32s, int]:
    """Append the record of the items `order[first:last]`, which are of one cell and sorted by fence."""
    words, to = grow(book.words, book.n_words, 2 + last - first + WORDS_PAST), book.n_words + 2
    whole = 0
    for k in range(first, last):
        if items.start[order[k]] == WHOLE:
            words[to + whole] = fence_of[order[k]]
            whole += 1
    words[book.n_words], words[book.n_words + 1] = whole, last - first - whole
    to += whole
    for k in range(first, last):
        at = items.start[order[k]]
        if at != WHOLE:
            length = partial_length(items.words, at)
            words = grow(words, to, length + WORDS_PAST)
            to = _copy(words, to, items.words, at, length)
    return words, to


@kernel
def _own_page(book: Book, page: int) -> tuple[Book, int]:
    """The page's number among those that may be written: a new or copied page where it was none of them."""
    old = book.page_of[page]
    if old >= book.first_own:
        return book, old
    new = book.n_pages
    page_record = grow(book.page_record, new, 1)
    cell_record = grow(book.cell_record, new * PAGE_CELLS, PAGE_CELLS)
    page_record[new] = page_record[old]
    for k in range(PAGE_CELLS):
        cell_record[new * PAGE_CELLS + k] = cell_record[old * PAGE_CELLS + k]
    book.page_of[page] = new
    return Book(book.page_of, page_record, cell_record, book.words, book.n_words, new + 1, book.first_own), new


@kernel
def _place(book: Book, key: int, record: int, words: Int32s, n_words: int) -> Book:
    """Let a cell (or a page) have this record."""
    book, page = _own_page(book, (~key) if key < 0 else key // PAGE_CELLS)
    if key < 0:
        book.page_record[page] = record
    else:
        book.cell_record[page * PAGE_CELLS + key % PAGE_CELLS] = record
    return Book(book.page_of, book.page_record, book.cell_record, words, n_words, book.n_pages, book.first_own)


@kernel
def _is_same_whole(words: Int32s, one: int, other: int) -> bool:
    """Whether two records list the same whole fences and no partial one."""
    if words[one] != words[other] or words[one + 1] != 0 or words[other + 1] != 0:
        return False
    return bool((words[one + 2 : one + 2 + words[one]] == words[other + 2 : other + 2 + words[one]]).all())


@kernel
def write_all(book: Book, order: Int64s, fence_of: Int32s, items: Items) -> Book:
    """Records of all items; `order` sorts them by key, then fence. Neighbours that are wholly in the same share one."""
    first, shared = 0, 0
    while first < order.size:
        key, last = items.key[order[first]], first + 1
        while last < order.size and items.key[order[last]] == key:
            last += 1
        words, n_words = _write_group(book, first, last, order, fence_of, items)
        if _is_same_whole(words, shared, book.n_words):
            book = _place(book, key, shared, words, book.n_words)
        else:
            shared = book.n_words
            book = _place(book, key, shared, words, n_words)
        first = last
    return book


@kernel
def _merge_whole(words: Int32s, to: int, old: int, fence: int, put: bool) -> int:
    """Write the whole fences of a record with or without one more; gives the end."""
    for k in range(words[old]):
        other = words[old + 2 + k]
        if other == fence:
            continue
        if put and other > fence:
            words[to], to, put = fence, to + 1, False
        words[to], to = other, to + 1
    if put:
        words[to], to = fence, to + 1
    return to


@kernel
def _merge_partial(words: Int32s, to: int, old: int, fence: int, item_words: Int32s, at: int) -> tuple[int, int]:
    """Write the partial fences of a record with or without one more; gives the end and how many there are."""
    put, count, k = at >= 0, 0, old + 2 + words[old]
    for _ in range(words[old + 1]):
        length = partial_length(words, k)
        if put and words[k] > fence:
            to, put, count = _copy(words, to, item_words, at, partial_length(item_words, at)), False, count + 1
        if words[k] != fence:
            to, count = _copy(words, to, words, k, length), count + 1
        k += length
    if put:
        to, count = _copy(words, to, item_words, at, partial_length(item_words, at)), count + 1
    return to, count


@kernel
def record_length(words: Int32s, record: int) -> int:
    k = record + 2 + int(words[record])
    for _ in range(words[record + 1]):
        k += partial_length(words, k)
    return k - record


@kernel
def merge_one(book: Book, fence: int, items: Items, take_out: bool) -> Book:
    """Put one fence into the records of its cells, or take it out of them."""
    for k in range(items.key.size):
        key, at = items.key[k], NONE if take_out else items.start[k]
        page = book.page_of[(~key) if key < 0 else key // PAGE_CELLS]
        old = book.page_record[page] if key < 0 else book.cell_record[page * PAGE_CELLS + key % PAGE_CELLS]
        longest = WORDS_PAST + record_length(book.words, old) + 1
        longest += partial_length(items.words, at) if at >= 0 else 0
        words, start = grow(book.words, book.n_words, longest), book.n_words
        end_of_whole = _merge_whole(words, start + 2, old, fence, at == WHOLE)
        end, partial = _merge_partial(words, end_of_whole, old, fence, items.words, at)
        words[start], words[start + 1] = end_of_whole - start - 2, partial
        empty = end == start + 2
        book = _place(book, key, 0 if empty else start, words, start if empty else end)
    return book
