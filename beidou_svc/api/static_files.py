"""Files of the built page: precompressed twins where they exist, caching by name, a strict content security policy."""

import mimetypes
from collections.abc import Sequence
from email.utils import formatdate
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    # MapLibre starts its workers from a blob
    "worker-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
_MAP_SOURCES = ("connect-src", "img-src", "font-src")
_IMMUTABLE = "public, max-age=31536000, immutable"
_ALWAYS_ASK = "no-cache"
_TWINS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".pbf": "application/x-protobuf", ".woff2": "font/woff2"}


def content_security_policy(outside: Sequence[str] = ()) -> str:
    """The page asks this service only, and for its map the `outside` origins that the settings allow."""
    allowed = {name: " ".join([_POLICY[name], *outside]) for name in _MAP_SOURCES}
    return "; ".join(f"{name} {sources}" for name, sources in (_POLICY | allowed).items())


def find_asset(root: Path, path: str) -> Path | None:
    """The file under `root` that an address names, None = there is none or it lies outside."""
    if "\0" in path:
        return None
    asset = (root / path).resolve()
    if not asset.is_relative_to(root.resolve()):
        return None
    return asset if asset.is_file() else None


def serve_asset(request: Request, asset: Path, root: Path, outside: Sequence[str] = ()) -> Response:
    """A file, compressed if a compressed twin lies beside it. Files under `assets/` carry their hash in the name.

    `outside` are origins that the page may ask for its map.
    """
    hashed = asset.relative_to(root.resolve()).parts[0] == "assets"
    media_type = _TYPES.get(asset.suffix) or mimetypes.guess_type(asset.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": _IMMUTABLE if hashed else _ALWAYS_ASK, "Vary": "Accept-Encoding"}
    if media_type == "text/html":
        headers["Content-Security-Policy"] = content_security_policy(outside)
    accepted = request.headers.get("accept-encoding", "")
    served = asset
    for encoding, suffix in _TWINS:
        twin = asset.with_name(asset.name + suffix)
        if encoding in accepted and twin.is_file():
            headers["Content-Encoding"] = encoding
            served = twin
            break
    etag = f'"{asset.stat().st_mtime_ns:x}-{served.stat().st_size:x}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**headers, "ETag": etag})
    headers["ETag"] = etag
    headers["Last-Modified"] = formatdate(asset.stat().st_mtime, usegmt=True)
    return FileResponse(served, headers=headers, media_type=media_type)
