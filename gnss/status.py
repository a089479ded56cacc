"""One catalogue of what can be wrong with a record. Codes are stable: they go into files and metrics."""

from enum import IntEnum


class Status(IntEnum):
    """Verdict on one row, or the reason why bytes were dropped. `OK` is 0, so that `status == 0` selects good rows."""

    OK = 0
    # bytes that never became a record
    GARBAGE = 1
    CHECKSUM = 2
    CRC = 3
    NO_CHECKSUM = 4
    LINE_TOO_LONG = 5
    TRUNCATED = 6
    BAD_CHARACTER = 7
    FOREIGN_BINARY = 8
    # records that were framed but are not used
    UNKNOWN_SENTENCE = 16
    FIELD_COUNT = 17
    FIELD_SYNTAX = 18
    RANGE = 19
    HEMISPHERE = 20
    PLACEHOLDER = 21
    NOT_VALID = 22
    SEQUENCE = 23
    UNKNOWN_MESSAGE = 24
    TOO_SHORT = 25
    TOO_MANY_CELLS = 26
    UNKNOWN_SIGNAL = 27
    NO_CHANNEL = 28
    MODULO = 29
    # epochs
    NO_DATE = 32
    NO_POSITION = 33
    STALE = 34
    DATE_SUSPECT = 35
    DUPLICATE = 36
    INCONSISTENT = 37
    CLOCK_SET = 38
    # who sent it
    UNKNOWN_TERMINAL = 48
    QUARANTINED = 49
    RATE_LIMIT = 50
    FRAME_MIXED = 51
    FOREIGN_STATION = 52
    BASE_UNPLACED = 53


STATUS_TEXT: dict[Status, str] = {
    Status.OK: "used",
    Status.GARBAGE: "bytes outside any sentence or frame",
    Status.CHECKSUM: "the XOR checksum or CRC-32 of the sentence does not match",
    Status.CRC: "the CRC-24Q of the RTCM 3 frame does not match",
    Status.NO_CHECKSUM: "the sentence carries no checksum",
    Status.LINE_TOO_LONG: "no end of line within the longest sentence accepted",
    Status.TRUNCATED: "the sentence was cut off by the start of another or by the end of the stream",
    Status.BAD_CHARACTER: "a byte that no sentence may hold",
    Status.FOREIGN_BINARY: "a complete frame of another protocol, skipped",
    Status.UNKNOWN_SENTENCE: "a well-formed sentence of a type that is not decoded",
    Status.FIELD_COUNT: "too few fields for its type",
    Status.FIELD_SYNTAX: "a field is not of its form",
    Status.RANGE: "a value outside its range",
    Status.HEMISPHERE: "a sign and a hemisphere letter together, or a letter that is none",
    Status.PLACEHOLDER: "a placeholder position that a receiver sends before its first fix",
    Status.NOT_VALID: "the receiver itself says that the record is not valid",
    Status.SEQUENCE: "a part of a multi-sentence message is missing",
    Status.UNKNOWN_MESSAGE: "a well-formed frame whose message number is not decoded",
    Status.TOO_SHORT: "the message promises more than its frame holds",
    Status.TOO_MANY_CELLS: "the message promises more than 64 satellites times signals",
    Status.UNKNOWN_SIGNAL: "a signal number that its system does not have",
    Status.NO_CHANNEL: "a GLONASS satellite whose frequency channel is not known yet: no phase in cycles",
    Status.MODULO: "a pseudorange without its whole milliseconds",
    Status.NO_DATE: "a time of day without any date to go with it",
    Status.NO_POSITION: "an epoch without a position",
    Status.STALE: "older than what is already known of the terminal",
    Status.DATE_SUSPECT: "the receiver's date contradicts the reference time",
    Status.DUPLICATE: "the same epoch again",
    Status.INCONSISTENT: "the satellites contradict each other more than their noise explains",
    Status.CLOCK_SET: "the terminal's clock was set back: from the next epoch on it is believed",
    Status.UNKNOWN_TERMINAL: "the terminal is not registered",
    Status.QUARANTINED: "the terminal is in quarantine",
    Status.RATE_LIMIT: "more bytes than the terminal may send",
    Status.FRAME_MIXED: "coordinates of another frame or epoch",
    Status.FOREIGN_STATION: "observations of another station than the one whose position the base states",
    Status.BASE_UNPLACED: "observations of a base whose position nobody has stated yet",
}

STATUS_MAX = 64
"""Counters by status are arrays of this length."""
