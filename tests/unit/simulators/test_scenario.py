"""Scenarios: those that come along load, and mistakes are named."""

from pathlib import Path

import pytest

from simulators.errors import ScenarioError
from simulators.scenario import Scenario, describe_settings, load_scenario, parse_scenario, shipped_scenarios


def test_shipped_scenarios_load_and_say_what_they_are_for() -> None:
    shipped = shipped_scenarios()
    assert set(shipped) == {"calm", "city", "load", "rtk", "rtk-calm", "rtk-demo", "rtk-storm", "storm"}
    for name, text in shipped.items():
        assert load_scenario(name).name == name
        assert text.startswith("# ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[link]\nlose = 0.1", r"link\.lose: Extra inputs"),
        ("[link]\ncorrupt = 1.5", r"link\.corrupt: .*less than or equal to 1"),
        ("[link", "is not TOML"),
        ("[receivers]\nrtk_share = 0\ndgnss_share = 0\nsingle_share = 0", "no receiver is left"),
        ('[receivers]\nsentences = ["GGA", "GGA"]', "none twice"),
        ('[receivers]\nsentences = ["XYZ"]', r"receivers\.sentences\.0"),
        ("start = 2026-11-22T06:30:00", "needs a time zone"),
        ("[[corrections.outages]]\nbase = 99\nstart_s = 1\nduration_s = 5", r"base 99, but the bases are \[1, 2, 3\]"),
    ],
)
def test_mistakes_are_named(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        parse_scenario(text, "mine.toml")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="calm, city, load, rtk-calm, rtk-demo, rtk-storm, rtk, storm"):
        load_scenario("rainy")


def test_a_file_is_read_and_an_absent_one_reported(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[link]\nduplicate = 0.5\n")
    assert load_scenario(str(path)).link.duplicate == 0.5
    assert load_scenario(str(path)).name == "mine"
    with pytest.raises(ScenarioError, match="cannot read"):
        load_scenario(str(tmp_path / "absent.toml"))


def test_every_setting_is_described() -> None:
    rows = describe_settings()
    assert all(description for _, _, description in rows)
    assert ("link.delay_mean_s", "1.5", "mean of the (exponential) delay, s; 20 s at most") in rows
    assert len(rows) == sum(
        len(getattr(info.annotation, "model_fields", {})) or 1 for info in Scenario.model_fields.values()
    )
