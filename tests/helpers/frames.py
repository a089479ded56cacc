"""Sentences, and frames of the protocols that share a line with them, built the slow and obvious way."""

import binascii
import struct


def crc24q_bitwise(data: bytes) -> int:
    """CRC-24Q, one bit at a time."""
    crc = 0
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (0x1864CFB if crc & 0x800000 else 0)
    return crc & 0xFFFFFF


def crc32_without_inversion(data: bytes) -> int:
    """CRC-32 with initial value 0 and no final inversion, by way of zlib's, which inverts both."""
    return binascii.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def sentence(content: str, encoding: str = "latin-1") -> bytes:
    """An NMEA sentence with its checksum and CR LF; `content` is what stands between `$` and `*`."""
    body = content.encode(encoding)
    check = 0
    for byte in body:
        check ^= byte
    return b"$" + body + b"*%02X\r\n" % check


def rtcm3(payload: bytes) -> bytes:
    """An RTCM 3 frame."""
    head = struct.pack(">BH", 0xD3, len(payload)) + payload
    return head + crc24q_bitwise(head).to_bytes(3, "big")


def ubx(payload: bytes, message: tuple[int, int] = (0x01, 0x07)) -> bytes:
    """A u-blox frame."""
    body = struct.pack("<BBH", *message, len(payload)) + payload
    a = b = 0
    for byte in body:
        a = (a + byte) & 0xFF
        b = (b + a) & 0xFF
    return b"\xb5\x62" + body + bytes((a, b))


def casic(payload: bytes, message: tuple[int, int] = (0x01, 0x03)) -> bytes:
    """A CASIC frame; the payload is a multiple of four bytes."""
    total = (message[1] << 24) + (message[0] << 16) + len(payload)
    total += sum(struct.unpack(f"<{len(payload) // 4}I", payload))
    return b"\xba\xce" + struct.pack("<HBB", len(payload), *message) + payload + struct.pack("<I", total & 0xFFFFFFFF)


def unicore(payload: bytes) -> bytes:
    """A Unicore binary log: 24 bytes of header, payload, CRC-32."""
    frame = b"\xaa\x44\xb5" + struct.pack("<BHH", 0, 1, len(payload)) + bytes(16) + payload
    return frame + struct.pack("<I", crc32_without_inversion(frame))


def novatel(payload: bytes) -> bytes:
    """A NovAtel binary log with the long header of 28 bytes."""
    frame = b"\xaa\x44\x12" + bytes((28,)) + struct.pack("<HBBH", 42, 0, 0, len(payload)) + bytes(18) + payload
    return frame + struct.pack("<I", crc32_without_inversion(frame))


def unicore_line(body: bytes) -> bytes:
    """An ASCII log: `#`, body, CRC-32, CR LF."""
    return b"#" + body + b"*%08x\r\n" % crc32_without_inversion(body)
