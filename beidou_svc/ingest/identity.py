"""Who is speaking: from a first line, from a proprietary sentence, from an address. Pure functions."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv6Address

ID_LENGTH_MAX = 64
TOKEN_LENGTH_MAX = 256

_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:@-]{{0,{ID_LENGTH_MAX - 1}}}")
_TOKEN = re.compile(rf"[!-~]{{1,{TOKEN_LENGTH_MAX}}}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a client says about itself, not yet believed."""

    terminal: str
    token: str | None = field(default=None, repr=False)


def claim_from_line(line: bytes) -> Claim | None:
    """`ID` or `ID TOKEN`, ended by LF or CR LF; None = no such line."""
    try:
        words = line.decode("ascii").split()
    except UnicodeDecodeError:
        return None
    if not 1 <= len(words) <= 2:
        return None
    return _claim(words[0], words[1] if len(words) == 2 else None)


def claim_from_sentence(line: bytes, pattern: re.Pattern[str]) -> Claim | None:
    """The terminal that a sentence of the given pattern names; None = another sentence, or a wrong checksum."""
    try:
        match = pattern.fullmatch(line.decode("ascii").strip())
    except UnicodeDecodeError:
        return None
    if match is None or not _checksum_holds(match.group(0)):
        return None
    groups = match.groupdict()
    return _claim(groups["id"], groups.get("token"))


def _claim(terminal: str, token: str | None) -> Claim | None:
    if not _ID.fullmatch(terminal) or (token is not None and not _TOKEN.fullmatch(token)):
        return None
    return Claim(terminal, token)


def _checksum_holds(sentence: str) -> bool:
    """XOR of the characters between the first and the star, where there is one."""
    body, star, stated = sentence[1:].partition("*")
    if not star:
        return True
    total = 0
    for character in body.encode("ascii"):
        total ^= character
    return stated[:2].upper() == f"{total:02X}"


def address_text(high: int, low: int) -> str:
    """A peer's address, IPv4 where it is one."""
    address = IPv6Address(high << 64 | low)
    return str(address.ipv4_mapped or address)


def peer_text(high: int, low: int, port: int) -> str:
    """A peer as `10.0.0.1:4000` or `[2001:db8::1]:4000`."""
    address = address_text(high, low)
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def peer_id(transport: str, high: int, low: int, port: int) -> str:
    """The id of an anonymous client: stable only as long as its address and port are. Nobody can claim such an id."""
    return f"~{transport}-{address_text(high, low)}:{port}"
