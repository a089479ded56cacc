"""Arrow columns as JSON text, a row a text, joined in C: a Python object a row would cost more than decoding it."""

from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from beidou_svc.replay.utc_text import utc_texts


def rows_as_json(batch: pa.RecordBatch) -> pa.Array:
    """One JSON object a row. Times are RFC 3339, missing values null."""
    return _objects({name: json_values(batch.column(name)) for name in batch.schema.names})


def rows_as_features(batch: pa.RecordBatch) -> pa.Array:
    """One GeoJSON feature a row: longitude, latitude, ellipsoidal height where known; all else as properties."""
    lat, lon = batch.column("lat_deg"), batch.column("lon_deg")
    ends: list[Any] = [",", pc.cast(lat, pa.string())]
    if "h_ell_m" in batch.schema.names:
        ends.append(pc.if_else(pc.is_valid(batch.column("h_ell_m")), _third(batch.column("h_ell_m")), ""))
    point = _joined('{"type":"Point","coordinates":[', pc.cast(lon, pa.string()), *ends, "]}")
    names = [name for name in batch.schema.names if name not in ("lat_deg", "lon_deg")]
    properties = _objects({name: json_values(batch.column(name)) for name in names})
    geometry = pc.fill_null(point, "null")
    return _joined('{"type":"Feature","geometry":', geometry, ',"properties":', properties, "}")


def _third(h_ell_m: pa.Array) -> pa.Array:
    return pc.fill_null(_joined(",", pc.cast(h_ell_m, pa.string())), "")


def json_values(column: pa.Array) -> pa.Array:
    """Each value as JSON text."""
    if pa.types.is_dictionary(column.type):
        return pc.fill_null(_quoted(column.dictionary).take(column.indices), "null")
    if pa.types.is_string(column.type):
        coded = column.dictionary_encode()
        return pc.fill_null(_quoted(coded.dictionary).take(coded.indices), "null")
    if pa.types.is_timestamp(column.type):
        return pc.fill_null(_joined('"', utc_texts(column), '"'), "null")
    if pa.types.is_date(column.type):
        return pc.fill_null(_joined('"', pc.cast(column, pa.string()), '"'), "null")
    return pc.fill_null(pc.cast(column, pa.string()), "null")


def _quoted(texts: pa.Array) -> pa.Array:
    return pa.array([orjson.dumps(text).decode() for text in texts.to_pylist()], pa.string())


def _objects(values: dict[str, pa.Array]) -> pa.Array:
    parts: list[Any] = []
    for i, (name, texts) in enumerate(values.items()):
        parts += [("," if i else "{") + f'"{name}":', texts]
    return _joined(*parts, "}")


def _joined(*parts: Any) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")
