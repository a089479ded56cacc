"""Answers with bodies made by orjson, compressed where the client asks for it."""

import asyncio
import gzip
from typing import Any

import numpy as np
import orjson
from fastapi import Request, Response

JSON = "application/json"
GZIP_BYTES_MIN = 1_024
GZIP_LEVEL = 1
"""Columns of numbers shrink to a third at level 1; higher levels cost four times as much for a tenth less."""

_THREAD_BYTES_MIN = 65_536
_NO_STORE = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding"}


def to_json(value: Any) -> bytes:
    """JSON with numpy arrays as lists and NaN as null."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


async def answer(request: Request, body: bytes, media_type: str = JSON) -> Response:
    """A response that nobody may cache, gzipped if the client takes that."""
    headers = dict(_NO_STORE)
    if len(body) >= GZIP_BYTES_MIN and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        if len(body) >= _THREAD_BYTES_MIN:
            body = await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL, mtime=0)
        else:
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
    return Response(body, headers=headers, media_type=media_type)


async def answer_json(request: Request, value: Any) -> Response:
    """`value` as JSON."""
    return await answer(request, to_json(value))


def number_or_none(value: float) -> float | None:
    """NaN as None."""
    return None if np.isnan(value) else float(value)


def example(value: Any, description: str = "OK") -> dict[int | str, dict[str, Any]]:
    """What OpenAPI shows as the answer of a route."""
    return {200: {"description": description, "content": {JSON: {"example": value}}}}
