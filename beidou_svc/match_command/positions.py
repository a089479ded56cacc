"""Positions out of logs, or out of tables: CSV and Parquet with columns named as `beidou decode` names them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from beidou_svc.replay.command import open_logs
from beidou_svc.replay.decode import pushes
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.row_store import RowStore
from beidou_svc.replay.source import close_all
from gnss.batches import FixBatch
from gnss.decoder import StreamDecoder
from gnss.time.scales import unix_ns_to_gpst_ns

TABLES = (".csv", ".parquet")
SLOTS_FIRST = 16
ALIASES = {
    "lat": "lat_deg",
    "latitude": "lat_deg",
    "lon": "lon_deg",
    "longitude": "lon_deg",
    "time": "t",
    "id": "terminal",
}
DEGREES = {"lat_deg": "lat_rad", "lon_deg": "lon_rad", "course_deg": "course_rad", "heading_deg": "heading_rad"}
PLAIN = (
    *("sigma_n_m", "sigma_e_m", "sigma_u_m", "cov_ne_m2", "h_ell_m", "speed_mps", "hdop", "fix_quality"),
)  # fmt: skip


class Positions(NamedTuple):
    """Rows of all terminals, the names of their slots, and what could not be read."""

    fixes: FixBatch
    names: Sequence[str]
    problems: Sequence[str]


def read_positions(paths: Sequence[Path], reference_gpst_ns: int, on_page: Callable[[], None]) -> Positions:
    """All positions of some files, which are all tables or all logs. Raises LogError where they cannot be used."""
    are_tables = {path.suffix.lower() in TABLES for path in paths}
    if len(are_tables) > 1:
        raise LogError("logs and tables together: match them one kind at a time")
    if are_tables == {True}:
        return _from_tables(paths)
    return _from_logs(paths, reference_gpst_ns, on_page)


def _from_logs(paths: Sequence[Path], reference_gpst_ns: int, on_page: Callable[[], None]) -> Positions:
    sources, ids, problems = open_logs(paths)
    store, decoder = RowStore(), StreamDecoder(SLOTS_FIRST, reference_gpst_ns=reference_gpst_ns)
    try:
        for push in pushes(sources, ids, decoder):
            store.add(push.fixes.take(slice(0, push.closed)))
            on_page()
    finally:
        close_all(sources)
    problems = [*problems, *(problem for source in sources for problem in source.problems())]
    return Positions(store.table(), ids.names, problems)


def _from_tables(paths: Sequence[Path]) -> Positions:
    names: dict[str, int] = {}
    tables = [_table(path) for path in paths]
    problems = [said for path, table in zip(paths, tables, strict=True) for said in _off_the_earth(path, table)]
    fixes = [_fixes(path, table, names) for path, table in zip(paths, tables, strict=True)]
    return Positions(FixBatch.concat(fixes), list(names), problems)


def _off_the_earth(path: Path, table: pa.Table) -> list[str]:
    """What is wrong with latitudes and longitudes, which are not used then. Raises LogError where none is right."""
    lat_deg, lon_deg = (np.abs(_floats(path, table, name)) for name in ("lat_deg", "lon_deg"))
    off = (lat_deg > 90.0) | (lon_deg > 360.0)
    n = int(np.count_nonzero(off))
    if n and n == np.count_nonzero(np.isfinite(lat_deg + lon_deg)):
        raise LogError(f"{path}: no position is on the Earth; are lat_deg and lon_deg the wrong way round?")
    return [f"{path}: {n:,} positions are not on the Earth: lat_deg is at most 90"] if n else []


def _table(path: Path) -> pa.Table:
    try:
        table = pa.csv.read_csv(path) if path.suffix.lower() == ".csv" else pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise LogError(f"{path} cannot be read: {error}") from error
    table = table.rename_columns([ALIASES.get(name.lower(), name) for name in table.column_names])
    missing = {"lat_deg", "lon_deg"} - set(table.column_names)
    if missing or not {"t", "t_gpst_ns"} & set(table.column_names):
        raise LogError(f"{path} needs columns lat_deg, lon_deg, and t (RFC 3339) or t_gpst_ns")
    return table


def _fixes(path: Path, table: pa.Table, names: dict[str, int]) -> FixBatch:
    known: dict[str, Any] = {"t_gpst_ns": _times(path, table), "slot": _slots(path, table, names)}
    for name, column in DEGREES.items():
        if name in table.column_names:
            known[column] = np.radians(_floats(path, table, name))
    for name in PLAIN:
        if name in table.column_names:
            values = _floats(path, table, name)
            known[name] = np.nan_to_num(values).astype(np.uint8) if name == "fix_quality" else values
    return FixBatch.missing(table.num_rows, **known)


def _floats(path: Path, table: pa.Table, name: str) -> NDArray[np.float64]:
    try:
        column = table[name].cast(pa.float64()).fill_null(float("nan"))
    except pa.ArrowException as error:
        raise LogError(f"{path}: column {name} does not hold numbers ({error})") from error
    return np.asarray(column.to_numpy(), np.float64)


def _times(path: Path, table: pa.Table) -> NDArray[np.int64]:
    try:
        if "t_gpst_ns" in table.column_names:
            return np.asarray(table["t_gpst_ns"].cast(pa.int64()).to_numpy(), np.int64)
        utc = (
            table["t"].cast(pa.timestamp("ns", tz="UTC"))
            if not _is_naive(table)
            else table["t"].cast(pa.timestamp("ns"))
        )
        return unix_ns_to_gpst_ns(np.asarray(utc.cast(pa.int64()).to_numpy(), np.int64))
    except (pa.ArrowException, ValueError) as error:
        raise LogError(f"{path}: its times cannot be read ({error})") from error


def _is_naive(table: pa.Table) -> bool:
    kind = table["t"].type
    return pa.types.is_timestamp(kind) and kind.tz is None


def _slots(path: Path, table: pa.Table, names: dict[str, int]) -> NDArray[np.int32]:
    if "terminal" not in table.column_names:
        return np.full(table.num_rows, names.setdefault(path.stem, len(names)), np.int32)
    column = pc.fill_null(table["terminal"].cast(pa.string()), "")
    encoded = column.combine_chunks().dictionary_encode()
    slots = [names.setdefault(str(name), len(names)) for name in encoded.dictionary.to_pylist()]
    found: NDArray[np.int32] = np.asarray(slots, np.int32)[encoded.indices.to_numpy()]
    return found
