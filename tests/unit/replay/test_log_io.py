"""The bytes of logs: plain and gzip, whole and damaged."""

import gzip
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beidou_svc.replay import log_io
from beidou_svc.replay.log_io import LogError, open_log

TEXT = b"".join(b"$GNGGA,%06d,line of a log*00\r\n" % i for i in range(3_000))


def read_all(path: Path, block_bytes: int = 1_000) -> tuple[bytes, str]:
    reader = open_log(path)
    whole, view = b"", memoryview(bytearray(block_bytes))
    while n := reader.readinto(view):
        whole += view[:n]
    reader.close()
    return whole, reader.problem


def written(folder: Path, data: bytes) -> Path:
    path = folder / "x.log"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("block_bytes", [1, 7, 100_000])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_content_comes_whole_at_any_block_size(tmp_path: Path, pack: type[bytes], block_bytes: int) -> None:
    assert read_all(written(tmp_path, pack(TEXT[:20_000])), block_bytes) == (TEXT[:20_000], "")


def test_members_are_joined_and_padding_is_ignored(tmp_path: Path) -> None:
    members = gzip.compress(TEXT[:900]) + gzip.compress(b"") + gzip.compress(TEXT[900:])
    assert read_all(written(tmp_path, members + bytes(1_000))) == (TEXT, "")


def test_looking_ahead_takes_nothing(tmp_path: Path) -> None:
    reader = open_log(written(tmp_path, gzip.compress(TEXT)))
    assert reader.peek(50) == TEXT[:50]
    assert reader.peek(20) == TEXT[:20]
    view = memoryview(bytearray(len(TEXT) + 1))
    n = reader.readinto(view)
    assert bytes(view[:n]) == TEXT[:n]
    reader.close()


@given(st.integers(3, 8_000))
def test_a_cut_gzip_gives_what_is_there_and_says_so(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    packed = gzip.compress(TEXT)
    length = min(length, len(packed) - 1)
    content, problem = read_all(written(tmp_path_factory.mktemp("cut"), packed[:length]))
    expected = zlib.decompressobj(31).decompress(packed[:length])
    assert content == expected
    assert f"{len(expected):,} bytes" in problem
    assert "cut off" in problem


@given(st.integers(20, 5_000), st.integers(0, 7))
def test_a_damaged_gzip_gives_what_stands_before(
    tmp_path_factory: pytest.TempPathFactory, position: int, bit: int
) -> None:
    packed = bytearray(gzip.compress(TEXT, mtime=0))
    packed[position % (len(packed) - 20) + 12] ^= 1 << bit
    content, problem = read_all(written(tmp_path_factory.mktemp("damaged"), bytes(packed)))
    assert problem
    assert content[:64] in (TEXT[:64], content[:64][: len(content)])


def test_what_follows_gzip_is_reported(tmp_path: Path) -> None:
    content, problem = read_all(written(tmp_path, gzip.compress(TEXT) + b"and more"))
    assert content == TEXT
    assert "followed by something else" in problem


@pytest.mark.parametrize(
    ("magic", "advice"),
    [
        (b"\x28\xb5\x2f\xfd....", "zstd -d"),
        (b"\xfd7zXZ\x00..", "xz -d"),
        (b"BZh9....", "bzip2"),
        (b"PAR1....", "Parquet"),
    ],
)
def test_other_packers_are_named(tmp_path: Path, magic: bytes, advice: str) -> None:
    with pytest.raises(LogError, match=advice):
        open_log(written(tmp_path, magic))


def test_what_cannot_be_opened_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="check the name"):
        open_log(tmp_path / "missing.log")
    with pytest.raises(LogError, match=r"name the logs in it, for example .*\*\.log"):
        open_log(tmp_path)
    with pytest.raises(LogError, match="is empty"):
        open_log(written(tmp_path, b""))


def test_a_log_of_somebody_else_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, TEXT)

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LogError, match="may not be read by this user"):
        open_log(path)


class FailingDisk:
    """Reads twice, then fails."""

    def __init__(self) -> None:
        self.reads = 0

    def readinto(self, view: memoryview) -> int:
        self.reads += 1
        if self.reads > 2:
            raise OSError(5, "Input/output error")
        view[:2] = b"$G"
        return 2

    def close(self) -> None:
        pass


def test_a_failing_disk_ends_the_log_with_a_reason(tmp_path: Path) -> None:
    reader = log_io.LogReader(FailingDisk(), tmp_path / "x.log", None)  # type: ignore[arg-type]
    view = memoryview(bytearray(10))
    assert sum(reader.readinto(view) for _ in range(3)) == 4
    assert reader.problem == "reading failed after 4 bytes: Input/output error"
