"""One layer of one tile as protobuf: geometry as command integers, properties as indices into the values used."""

from typing import Any

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox.vector_tile_pb2 import tile as TileMessage
from numpy.typing import NDArray

from mapping.tiles.commands import encode_commands, to_ragged
from mapping.tiles.features import SHAPELY_TYPES, LayerColumns, Objects, Value
from mapping.tiles.schema import EXTENT

Ints = NDArray[np.int64]

SPEC_VERSION = 2
"""Major version of the Mapbox Vector Tile specification."""


def new_tile() -> Any:
    """An empty tile message."""
    return TileMessage()


def add_layer(message: Any, layer: LayerColumns, rows: Ints, clipped: Objects, tile_units: tuple[int, int, int]) -> int:
    """Append a layer to a tile message; gives the number of objects that it got (no object, no layer).

    Shape: `rows` (n,) of the layer with their clipped geometry (n,). Unit: unit square; `tile_units` = (tiles a side,
    column, row). Error: objects that shrink to nothing on the tile grid are left out. Source: Mapbox Vector Tile 2.1.
    """
    drawable = np.isin(shapely.get_type_id(clipped), SHAPELY_TYPES[layer.rule.kind]) & ~shapely.is_empty(clipped)
    rows, clipped = rows[drawable], clipped[drawable]
    if rows.size == 0:
        return 0
    tiles, column, row = tile_units
    xy_units = (shapely.get_coordinates(clipped) * tiles - [column, row]) * EXTENT
    commands, offsets = encode_commands(int(layer.rule.kind), to_ragged(clipped, xy_units))
    seen = np.flatnonzero(np.diff(offsets) > 0)
    if seen.size == 0:
        return 0
    target = message.layers.add(name=layer.rule.name, version=SPEC_VERSION, extent=EXTENT)
    target.keys.extend(layer.rule.fields)
    tags, tag_offsets = _add_values(target, layer, rows[seen])
    command_list, bounds = commands.tolist(), offsets.tolist()
    ids = layer.feature_id[rows].tolist()
    for number, kept in enumerate(seen.tolist()):
        target.features.add(
            id=ids[kept] if ids[kept] >= 0 else None,
            type=int(layer.rule.kind),
            tags=tags[tag_offsets[number] : tag_offsets[number + 1]],
            geometry=command_list[bounds[kept] : bounds[kept + 1]],
        )
    return int(seen.size)


def _add_values(target: Any, layer: LayerColumns, rows: Ints) -> tuple[list[int], list[int]]:
    """Put the values that these objects use into the layer; gives (key, value) pairs of all objects, and offsets."""
    tags = layer.tags[rows]
    given = tags >= 0
    used = np.unique(tags[given])
    for number in used.tolist():
        _set_value(target.values.add(), layer.values[number])
    keys = np.broadcast_to(np.arange(tags.shape[1]), tags.shape)
    pairs = np.stack([keys[given], np.searchsorted(used, tags[given])], axis=1)
    offsets = np.concatenate([[0], np.cumsum(given.sum(axis=1)) * 2])
    return pairs.ravel().tolist(), offsets.tolist()


def _set_value(message: Any, value: Value) -> None:
    if isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, str):
        message.string_value = value
    elif value.is_integer():
        message.sint_value = int(value)
    else:
        message.double_value = value
