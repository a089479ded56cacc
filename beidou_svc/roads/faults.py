"""What is wrong with a document that somebody wants to store, each fault with the member that it is in."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from pydantic import ValidationError

from beidou_svc.errors import ServiceError

_NAMED: Final = re.compile(r'property "(\w+)"')
_FIELD_BY_WORD: Final = (
    ("speed limit", "properties.speed_limit_kmh"),
    ("dwell", "properties.dwell_s"),
    ("wrong way", "properties.kinds"),
    ("kind of event", "properties.kinds"),
    ("drawn in", "properties.frame"),
    ("not a frame", "properties.frame"),
    ("its id", "id"),
    ("no id", "id"),
    ("same id", "id"),
    ("its name", "properties.name"),
    ("group", "properties.groups"),
    ("radius", "properties.radius_m"),
    ("half width", "properties.half_width_m"),
    ("zone", "properties.window"),
    ("window", "properties.window"),
    ("span of a day", "properties.window"),
    ("time of day", "properties.window"),
    ("day of the week", "properties.window"),
)
"""The member that a sentence is about, by a word of it; all other sentences are about the geometry."""


class Fault(NamedTuple):
    """One thing that is wrong: place in the collection, id, member, sentence."""

    place: int
    id: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class InvalidError(ServiceError):
    """A document that cannot be stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def field_of(message: str) -> str:
    """The member of a feature that a sentence of the fence checks is about."""
    named = _NAMED.search(message)
    if named:
        return f"properties.{named[1]}"
    for word, field in _FIELD_BY_WORD:
        if word in message:
            return field
    return "geometry"


def faults_of(error: ValidationError, index: int, document_id: str, prefix: str) -> list[Fault]:
    """What pydantic found."""
    return [
        Fault(
            index,
            document_id,
            ".".join([prefix, *(str(part) for part in fault["loc"])]),
            "there is no such property" if fault["type"] == "extra_forbidden" else fault["msg"],
        )
        for fault in error.errors(include_url=False)
    ]
