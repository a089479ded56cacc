"""The text of a map file, plain or gzipped; how much is read of it is bounded."""

import gzip
import zlib
from pathlib import Path
from typing import Final

from mapping.errors import MapFormatError

FILE_BYTES_MAX: Final = 512 * 2**20  # of text, unpacked: a map of a province, and no more memory than that
GZIP_MAGIC: Final = b"\x1f\x8b"


def read_map_text(path: Path, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """The unpacked text of a file; one that cannot be read or is too large raises `MapFormatError`."""
    try:
        with path.open("rb") as file:
            is_packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            file.seek(0)
            text = gzip.GzipFile(fileobj=file).read(bytes_max + 1) if is_packed else file.read(bytes_max + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MapFormatError(f"{path}: cannot be read ({error})") from error
    if len(text) > bytes_max:
        raise MapFormatError(f"{path}: more than {bytes_max} bytes; cut the map to the area that is wanted")
    return text
