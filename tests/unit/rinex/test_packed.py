"""Packed files: gzip as far as it can be unpacked, the name of what unpacks the others."""

import gzip
import zlib
from pathlib import Path

import pytest

from gnss.errors import FileFormatError
from gnss.rinex_io import read_bytes_of, read_packed

TEXT = b"".join(b"%d squared is %d\n" % (n, n * n) for n in range(50_000))
GZ = gzip.compress(TEXT)
HALF = len(TEXT) // 2


def unpacked(folder: Path, data: bytes) -> tuple[bytes, str]:
    (folder / "file").write_bytes(data)
    found = read_packed(folder / "file")
    return found.data.tobytes(), found.damage


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        GZ,
        gzip.compress(TEXT[:HALF]) + gzip.compress(TEXT[HALF:]),
        gzip.compress(b"") + GZ,
        GZ + bytes(512),
        b"\xef\xbb\xbf" + TEXT,
        gzip.compress(b"\xef\xbb\xbf" + TEXT),
    ],
)
def test_whole_files(tmp_path: Path, data: bytes) -> None:
    assert unpacked(tmp_path, data) == (TEXT, "")
    assert read_bytes_of(tmp_path / "file").tobytes() == TEXT


def test_bytes_behind_the_end_are_told(tmp_path: Path) -> None:
    assert unpacked(tmp_path, GZ + b"junk") == (TEXT, "4 bytes behind its end")


def test_a_file_that_is_cut_off_is_used_up_to_there(tmp_path: Path) -> None:
    data, damage = unpacked(tmp_path, GZ[: len(GZ) // 2])
    assert damage == "it is cut off"
    assert TEXT.startswith(data) and len(data) > len(TEXT) // 4
    with pytest.raises(FileFormatError, match="damaged: it is cut off"):
        read_bytes_of(tmp_path / "file")


def test_a_file_that_is_damaged_is_used_up_to_there(tmp_path: Path) -> None:
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(TEXT[:HALF]) + packer.flush(zlib.Z_FULL_FLUSH), b"\xff" * 40_000]
    data, damage = unpacked(tmp_path, b"".join(parts))
    assert "invalid" in damage
    assert TEXT[:HALF].startswith(data) and len(data) > HALF // 2


@pytest.mark.parametrize(
    ("start", "command"),
    [(b"\x1f\x9d\x90", "gzip -d"), (b"PK\x03\x04", "unzip"), (b"BZh9", "bzip2 -d"), (b"\xfd7zXZ\0", "xz -d")],
)
def test_other_packers_are_named(tmp_path: Path, start: bytes, command: str) -> None:
    (tmp_path / "file").write_bytes(start + bytes(100))
    with pytest.raises(FileFormatError, match=f"unpack it first, with {command}"):
        read_packed(tmp_path / "file")


def test_what_cannot_be_unpacked_at_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x1f\x8b\x08\x00broken")
    with pytest.raises(FileFormatError, match="the gzip file is damaged"):
        read_packed(tmp_path / "file")
