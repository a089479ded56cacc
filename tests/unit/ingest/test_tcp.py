"""TCP: who is let in under which name, and that every byte arrives exactly once."""

import asyncio

import numpy as np
import pytest

from beidou_svc.clock import ManualClock
from beidou_svc.fleet.registry import Policy, Registry, Terminal, hash_token
from beidou_svc.ingest.ingest import Ingest
from beidou_svc.ingest.settings import Identity, IngestSettings, Unknown
from tests.helpers.frames import sentence
from tests.unit.ingest.rig import limits, running, tcp, was_reset

SENTENCE = b"$GNGGA,120000.00,2549.7,N,11456.4,E,4,27,0.6,118.0,M,-9.5,M,1.0,0123*47\r\n"


def test_the_first_line_names_the_terminal_and_is_not_data() -> None:
    with running(tcp()) as rig:
        rig.connect(b"bus-1\r\n" + SENTENCE)
        rig.until(lambda: rig.received == {"bus-1": SENTENCE})
        info = rig.ingest.connection_of(rig.registry.find("bus-1"))
        assert info is not None
        assert (info.transport, info.reads) == ("tcp", 1)
        assert info.peer == f"127.0.0.1:{rig.clients[0].getsockname()[1]}"


def test_a_name_may_come_byte_by_byte() -> None:
    with running(tcp()) as rig:
        client = rig.connect()
        for i in range(len(b"bus-1\n")):
            client.sendall(b"bus-1\n"[i : i + 1])
            rig.tick()
        client.sendall(SENTENCE)
        rig.until(lambda: rig.received == {"bus-1": SENTENCE})


def test_bytes_arrive_once_and_in_order_at_any_read_size() -> None:
    sent = b"".join(b"$GPTXT,%06d*00\r\n" % i for i in range(5_000))
    with running(tcp(), bounds=limits(read_bytes_max=777)) as rig:
        client = rig.connect(b"bus-1\n")
        for at in range(0, len(sent), 4_000):
            client.sendall(sent[at : at + 4_000])
            rig.tick()
        rig.until(lambda: len(rig.received.get("bus-1", b"")) >= len(sent))
        assert rig.received["bus-1"] == sent
        assert rig.counted()["bytes"] == len(sent)
        assert rig.counted()["read_capped"] > 0


def test_segments_carry_the_receive_time_and_stay_valid_for_one_more_tick() -> None:
    with running(tcp()) as rig:
        client = rig.connect(b"bus-1\n")
        rig.until(lambda: rig.ingest.connection_of(0) is not None)
        client.sendall(SENTENCE)
        tick = rig.tick()
        while not len(tick.segments):
            tick = rig.tick()
        assert tick.segments.t_rx_ns.tolist() == [rig.clock.utc_ns()]
        client.sendall(b"X" * len(SENTENCE))
        rig.tick()
        start, length = int(tick.segments.start[0]), int(tick.segments.length[0])
        assert tick.buffer[start : start + length].tobytes() == SENTENCE


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\n", "refused_bad_id"),
        (b"a b c\n", "refused_bad_id"),
        (b"../etc\n", "refused_bad_id"),
        (b"~tcp-127.0.0.1:4000\n", "refused_bad_id"),
        (b"n" * 65 + b"\n", "refused_bad_id"),
        ("gänse\n".encode(), "refused_bad_id"),
        (SENTENCE, "refused_anonymous"),
        (b"\xd3\x00\x13", "refused_anonymous"),
        (b"n" * 600, "handshake_length"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(line: bytes, reason: str) -> None:
    with running(tcp()) as rig:
        client = rig.connect(line)
        rig.until(lambda: reason in rig.counted())
        assert rig.counted() == {"accepted": 1, reason: 1}
        assert was_reset(client)
        assert rig.ingest.status().connections == 0


def test_who_leaves_before_naming_itself_is_counted() -> None:
    with running(tcp()) as rig:
        rig.connect(b"bus").close()
        rig.until(lambda: "handshake_ended" in rig.counted())
        assert rig.registry.count == 0


@pytest.mark.parametrize(
    ("unknown", "slot_policy", "reason"),
    [
        (Unknown.ACCEPT, Policy.ACCEPTED, None),
        (Unknown.QUARANTINE, Policy.QUARANTINED, None),
        (Unknown.REFUSE, None, "refused_unknown"),
    ],
)
def test_unknown_terminals_by_policy(unknown: Unknown, slot_policy: Policy | None, reason: str | None) -> None:
    with running(tcp(unknown=unknown), terminals=(Terminal("known"),)) as rig:
        rig.connect(b"known\n" + SENTENCE)
        rig.connect(b"stranger\n" + SENTENCE)
        rig.until(lambda: "known" in rig.received and ("stranger" in rig.received or reason in rig.counted()))
        assert rig.registry.policy[rig.registry.find("known")] == Policy.ACCEPTED
        slot = rig.registry.find("stranger")
        assert (slot == -1) if slot_policy is None else (rig.registry.policy[slot] == slot_policy)


@pytest.mark.parametrize("line", [b"bus-1\n", b"bus-1 wrong\n", b"bus-1 " + b"x" * 300 + b"\n"])
def test_a_wrong_token_harms_nobody(line: bytes) -> None:
    terminals = (Terminal("bus-1", token_hash=hash_token("right")),)
    with running(tcp(), terminals=terminals) as rig:
        rig.connect(b"bus-1 right\n" + SENTENCE)
        rig.until(lambda: "bus-1" in rig.received)
        forger = rig.connect(line + b"$FORGED*00\r\n")
        rig.until(lambda: rig.counted().get("refused_token", 0) + rig.counted().get("refused_bad_id", 0) == 1)
        assert was_reset(forger)
        rig.clients[0].sendall(SENTENCE)
        rig.until(lambda: rig.received["bus-1"] == SENTENCE * 2)
        assert rig.ended == []


def test_nobody_can_claim_the_terminal_of_a_port() -> None:
    with running(tcp(identity=Identity.PORT, terminal="mast"), tcp()) as rig:
        rig.connect(SENTENCE, index=0)
        rig.connect(b"mast\n", index=1)
        rig.until(lambda: "mast" in rig.received and "refused_token" in rig.counted())
        assert rig.received == {"mast": SENTENCE}


def test_anonymous_data_is_named_after_its_peer() -> None:
    with running(tcp(anonymous=True)) as rig:
        client = rig.connect(SENTENCE)
        rig.until(lambda: len(rig.received) == 1)
        assert rig.received == {f"~tcp-127.0.0.1:{client.getsockname()[1]}": SENTENCE}


def test_identity_by_peer_needs_no_first_byte() -> None:
    with running(tcp(identity=Identity.PEER, anonymous=True)) as rig:
        rig.connect()
        rig.until(lambda: rig.registry.count == 1)
        assert rig.registry.id_of(0).startswith("~tcp-127.0.0.1:")


def test_a_sentence_names_the_terminal_after_others_were_skipped() -> None:
    with running(tcp(identity=Identity.SENTENCE), terminals=(Terminal("bus-1", token_hash=hash_token("k")),)) as rig:
        rig.connect(b"1.0,0123*47\r\n" + SENTENCE + sentence("PBDID,bus-1,k") + SENTENCE)
        rig.until(lambda: "bus-1" in rig.received)
        assert rig.received == {"bus-1": SENTENCE}
        assert rig.counted()["handshake_skipped"] == 2


def test_an_identity_sentence_with_a_wrong_checksum_names_nobody() -> None:
    with running(tcp(identity=Identity.SENTENCE)) as rig:
        rig.connect(b"$PBDID,bus-1*00\r\n" + SENTENCE * 10)
        rig.until(lambda: "handshake_length" in rig.counted())
        assert rig.registry.count == 0


def test_slots_run_out_for_strangers_but_not_for_the_registered() -> None:
    with running(tcp(), terminals=(Terminal("known"),), terminals_max=2) as rig:
        for name in (b"a\n", b"b\n", b"known\n"):
            rig.connect(name + SENTENCE)
        rig.until(lambda: len(rig.received) == 2 and "refused_registry_full" in rig.counted())
        assert set(rig.received) == {"a", "known"}


def test_what_was_sent_before_closing_arrives_before_the_end_is_told() -> None:
    with running(tcp()) as rig:
        rig.connect(b"bus-1\n" + SENTENCE).close()
        rig.until(lambda: bool(rig.ended))
        assert rig.received == {"bus-1": SENTENCE}
        assert rig.counted()["ended_by_peer"] == 1
        assert rig.ingest.connection_of(0) is None


def test_a_port_that_is_taken_is_named() -> None:
    with running(tcp()) as rig:
        taken = rig.port()
        settings = IngestSettings(tcp=(tcp(), tcp(port=taken)), limits=limits())
        with pytest.raises(OSError, match=rf"tcp 127\.0\.0\.1:{taken}: Address already in use"):
            asyncio.run(Ingest(settings, Registry(), ManualClock()).start())


def test_many_terminals_in_one_tick() -> None:
    with running(tcp(), bounds=limits(arena_bytes=1 << 20)) as rig:
        clients = [rig.connect(b"bus-%03d\n" % i) for i in range(300)]
        rig.until(lambda: rig.registry.count == 300 and rig.ingest.status().handshakes == 0)
        for i, client in enumerate(clients):
            client.sendall(b"$%03d" % i)
        rig.until(lambda: len(rig.received) == 300)
        assert rig.received == {f"bus-{i:03d}": b"$%03d" % i for i in range(300)}
        assert np.unique(rig.ingest.streams.sessions.row[:300]).size == 300
