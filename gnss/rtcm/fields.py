"""What a field of an RTCM 3 message is: name, data field number, width, coding, step. Layouts are tuples of these."""

from dataclasses import dataclass
from enum import IntEnum


class Coding(IntEnum):
    """How the bits of a field are a number."""

    UNSIGNED = 0
    SIGNED = 1
    SIGN_MAGNITUDE = 2


@dataclass(frozen=True, slots=True)
class Field:
    """One field: value = number in the bits times `scale`, in the unit at the end of `name`."""

    name: str
    df: str
    bits: int
    coding: Coding = Coding.UNSIGNED
    scale: float = 1.0


def unsigned(name: str, df: str, bits: int, scale: float = 1.0) -> Field:
    """A field that is never negative."""
    return Field(name, df, bits, Coding.UNSIGNED, scale)


def signed(name: str, df: str, bits: int, scale: float = 1.0) -> Field:
    """A field in two's complement."""
    return Field(name, df, bits, Coding.SIGNED, scale)


def sign_magnitude(name: str, df: str, bits: int, scale: float = 1.0) -> Field:
    """A field whose first bit is its sign, as in the GLONASS navigation message."""
    return Field(name, df, bits, Coding.SIGN_MAGNITUDE, scale)


NUMBER = unsigned("number", "DF002", 12)
STATION = unsigned("station", "DF003", 12)


def reserved(bits: int) -> Field:
    """Bits without meaning, sent as 0."""
    return Field("", "DF001", bits)


@dataclass(frozen=True, slots=True)
class Layout:
    """A message whose fields stand where they always stand."""

    number: int
    fields: tuple[Field, ...]

    @property
    def bits(self) -> int:
        """How many bits its payload has at least."""
        return sum(field.bits for field in self.fields)
