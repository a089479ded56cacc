"""Every part of the service is warmed, and none twice."""

from beidou_svc.warm import ALL, CHAINS, SERVICE


def test_chains_are_all_parts() -> None:
    named = [name for chain in CHAINS for name in chain]
    assert sorted(named) == sorted(ALL)
    assert set(SERVICE) <= set(ALL)
