"""What is encoded is decoded to the last digit, for every sentence type, within its ranges and decimals."""

import math
from typing import Any

import numpy as np
import pynmeagps
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnss.decoder import StreamDecoder
from gnss.nmea.catalogue import KIND, SENTENCES
from gnss.nmea.encode import encode, interleave
from gnss.nmea.fields import TEXT_SPAN, Op
from tests.helpers.decoding import push_pieces
from tests.helpers.sentences import TEXT_OPS
from tests.property.sentence_values import columns_of

KNOWN_TO_PYNMEAGPS = ("GGA", "RMC", "GNS", "GSA", "GSV", "GST", "GLL", "VTG", "ZDA", "HDT", "THS", "TXT", "TRA")


def decode_one(text: bytes, name: str) -> dict[str, Any]:
    """The cells of the only sentence in `text`, texts as bytes."""
    push = push_pieces(StreamDecoder(1), [text])
    assert push.decoded.sentences.status.tolist() == [0], (text, push.decoded.sentences.status)
    table = push.decoded.table(name)
    assert len(table["row"]) == 1, text
    out: dict[str, Any] = {}
    fields = {cell: field for field in SENTENCES[KIND[name] - 1].all_fields for cell in field.name.split(" ")}
    for cell in SENTENCES[KIND[name] - 1].cell_names:
        value = float(table[cell][0])
        field = fields.get(cell) or fields[cell.rpartition("_")[0]]
        if field.op in TEXT_OPS and not math.isnan(value):
            start, length = divmod(int(value), TEXT_SPAN)
            out[cell] = push.buffer[start : start + length].tobytes()
        elif field.op is Op.WORD and not math.isnan(value):
            out[cell] = field.words[int(value)].encode()
        else:
            out[cell] = value
    return out


@pytest.mark.parametrize("name", KIND)
@settings(max_examples=25)
@given(data=st.data())
def test_decode_of_encode(name: str, data: st.DataObject) -> None:
    sentence = SENTENCES[KIND[name] - 1]
    columns = data.draw(columns_of(sentence))
    text, offset = encode(sentence.name, columns, b"GN")
    assert offset.tolist() == [0, len(text)]
    got = decode_one(text.tobytes(), sentence.name)
    angles = {field.name for field in sentence.all_fields if field.op is Op.ANGLE}
    for cell in sentence.cell_names:
        wanted = columns.get(cell, math.nan)
        if isinstance(wanted, bytes):
            assert got[cell] == wanted, cell
        elif cell in angles:
            assert got[cell] == pytest.approx(wanted, rel=0, abs=3e-14), cell
        else:
            assert got[cell] == wanted or (math.isnan(wanted) and math.isnan(got[cell])), cell


@pytest.mark.parametrize("name", KNOWN_TO_PYNMEAGPS)
@settings(max_examples=15)
@given(data=st.data())
def test_pynmeagps_reads_what_we_write(name: str, data: st.DataObject) -> None:
    columns = data.draw(columns_of(SENTENCES[KIND[name] - 1]))
    text, _ = encode(name, columns, b"GN")
    message = pynmeagps.NMEAReader.parse(text.tobytes(), validate=pynmeagps.VALCKSUM)
    assert message.msgID == name
    if "lat_deg" in columns:
        assert message.lat == pytest.approx(columns["lat_deg"], abs=1e-10)
        assert message.lon == pytest.approx(columns["lon_deg"], abs=1e-10)


@pytest.mark.parametrize("name", [name for name in KIND if name != "FKI3"])
def test_empty_fields(name: str) -> None:
    """What is not given is left empty, and empty comes back as missing. (Only its time tells FKI3 from FKI.)"""
    text, _ = encode(name, {})
    assert all(math.isnan(value) for value in decode_one(text.tobytes(), name).values())


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 86_399), st.floats(-89, 89), st.floats(-179, 179)), min_size=1, max_size=8))
def test_many_rows_at_once(rows: list[tuple[int, float, float]]) -> None:
    """A column of sentences is the sentences one by one; interleaved columns are read row after row."""
    seconds, lat_deg, lon_deg = (np.array(column, float) for column in zip(*rows, strict=True))
    quality = np.full(len(rows), 4)
    columns = {"time_ns": seconds * 1e9, "lat_deg": lat_deg, "lon_deg": lon_deg, "fix_quality": quality}
    gga, rmc = encode("GGA", columns), encode("RMC", {"time_ns": seconds * 1e9, "day": 18_339})
    one_by_one = [encode("GGA", {name: c[i] for name, c in columns.items()})[0] for i in range(len(rows))]
    assert gga[0].tobytes() == np.concatenate(one_by_one).tobytes()
    text, offset = interleave([gga, rmc])
    assert len(offset) == len(rows) + 1
    push = push_pieces(StreamDecoder(1), [text.tobytes()])
    assert push.decoded.sentences.kind.tolist() == [KIND["GGA"], KIND["RMC"]] * len(rows)
    np.testing.assert_allclose(push.decoded.table("GGA")["lat_deg"], lat_deg, rtol=0, atol=1e-10)


def test_wrong_callers_are_told() -> None:
    with pytest.raises(ValueError, match="no sentence type"):
        encode("XYZ", {})
    with pytest.raises(ValueError, match="has no field"):
        encode("GGA", {"speed_kn": 1.0})
    with pytest.raises(ValueError, match="differ in length"):
        encode("GGA", {"lat_deg": np.zeros(2), "lon_deg": np.zeros(3)})
    with pytest.raises(ValueError, match="differ in their number of rows"):
        interleave([encode("HDT", {"heading_deg": np.zeros(2)}), encode("HDT", {"heading_deg": np.zeros(3)})])
    with pytest.raises(ValueError, match="no sentence type"):
        push_pieces(StreamDecoder(1), [b""]).decoded.table("XYZ")
