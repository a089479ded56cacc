"""Speed limits of lanelets: from their regulatory elements, else their own tags, else assumed where one is told to.

Source: Lanelet2's regulatory element `speed_limit`; the order is that of the library's traffic rules.
"""

from collections.abc import Mapping
from math import isnan, nan
from typing import NamedTuple

from mapping.network.lanelet2_lanelets import Lanelet, Ways
from mapping.network.lanelet2_osm import Relation
from mapping.network.lanelet2_rules import VEHICLE, own_limit_mps, sign_limit_mps
from mapping.network.report import NetworkReport

AssumedLimits = Mapping[tuple[str, str], float]
"""Speed limits in m/s by the tags (location, subtype) of a lanelet, such as ("urban", "road")."""


class Limit(NamedTuple):
    """A speed limit, and whether it was only assumed from location and subtype."""

    limit_mps: float
    is_assumed: bool


def limit_of(
    lanelet: Lanelet,
    relations: Mapping[int, Relation],
    ways: Ways,
    report: NetworkReport,
    *,
    assumed: AssumedLimits,
    participant: str = VEHICLE,
) -> Limit:
    """The speed limit of a lanelet.

    Shape: scalar. Unit: m/s, NaN where none is stated and none assumed, infinite where there is none by statement.
    """
    signed_mps = next((mps for mps in _signed(lanelet, relations, ways, report) if not isnan(mps)), nan)
    if not isnan(signed_mps):
        return Limit(signed_mps, False)
    stated_mps = own_limit_mps(lanelet.tags, participant)
    if isnan(stated_mps) and "speed_limit" in lanelet.tags:
        report.fault("lanelet", lanelet.ref, f"speed limit {lanelet.tags['speed_limit']!r} is no speed", "ignored")
    if not isnan(stated_mps):
        return Limit(stated_mps, False)
    assumed_mps = assumed.get((lanelet.tags.get("location", ""), lanelet.tags.get("subtype", "")), nan)
    return Limit(assumed_mps, not isnan(assumed_mps))


def _signed(lanelet: Lanelet, relations: Mapping[int, Relation], ways: Ways, report: NetworkReport) -> list[float]:
    """The limits of the regulatory elements of a lanelet, NaN for signs that are not readable."""
    found = []
    for ref in lanelet.rules:
        rule = relations.get(ref)
        if rule is None or rule.tags.get("subtype") != "speed_limit":
            continue
        signs = [ways.tags(way).get("subtype", "") for way in rule.refs("refers", "way")]
        sign = signs[0] if signs else rule.tags.get("sign_type", "")
        found.append(sign_limit_mps(sign))
        if isnan(found[-1]):
            report.fault("regulatory_element", ref, f"its sign {sign!r} is no known speed limit", "ignored")
    return found
