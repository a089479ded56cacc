"""The base map of the page: read when it is first needed, cut into tiles beside the event loop."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beidou_svc.api.problems import ProblemError
from beidou_svc.telemetry.logs import log_event
from mapping.datums.frame import Frame, require_frame
from mapping.errors import MappingError, TileRangeError

if TYPE_CHECKING:
    from mapping.tiles.tileset import TileSet

logger = logging.getLogger("beidou_svc.basemap")


class BaseMap:
    """Tiles of one GeoJSON file. A file that cannot be used is a problem document, and does not stop the service."""

    def __init__(self, path: Path, frame: Frame) -> None:
        self._path = path
        self._frame = frame
        # one thread: a tile set is not made for several, and one at a time leaves the other core to the fleet
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="basemap")
        self._tiles: TileSet | None = None
        self._failure: MappingError | None = None

    async def load(self) -> None:
        """Read the file now, so that the first visitor does not wait for it."""
        try:
            await self._run(self._tile_set)
        except MappingError as error:
            log_event(logger, logging.ERROR, "base map cannot be used", file=self._path, error=error)

    async def tilejson(self, tiles_url: str) -> dict[str, Any]:
        """The TileJSON document."""
        document: dict[str, Any] = await self._answer(lambda: self._tile_set().tilejson(tiles_url))
        return document

    async def tile(self, z: int, x: int, y: int) -> bytes:
        """A gzipped tile, empty where there is nothing to draw."""
        body: bytes = await self._answer(lambda: self._tile_set().tile(z, x, y))
        return body

    def close(self) -> None:
        """Let the thread go."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, work: Any) -> Any:
        try:
            return await self._run(work)
        except TileRangeError as error:
            raise ProblemError("bad-parameter", str(error)) from error
        except MappingError as error:
            raise ProblemError("no-basemap", str(error)) from error

    async def _run(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _tile_set(self) -> "TileSet":
        if self._failure is not None:
            raise self._failure
        if self._tiles is None:
            try:
                self._tiles = _read_tiles(self._path, self._frame)
            except MappingError as error:
                self._failure = error
                raise
        return self._tiles


def _read_tiles(path: Path, frame: Frame) -> "TileSet":
    from mapping.network.geojson_io import read_geojson
    from mapping.tiles.tileset import TileSet

    collection = read_geojson(path)
    if collection.frame is not None:
        require_frame(collection.frame, frame, str(path))
    return TileSet.from_features(collection.features, frame=frame, name=collection.name)
