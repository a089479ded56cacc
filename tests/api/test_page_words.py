"""The page has words, in both its languages, for what the service names: reasons why it drops a record, policies."""

import re
from pathlib import Path

import pytest

import beidou_svc
from beidou_svc.fleet.registry import Policy
from gnss.status import Status


def known(language: str, kind: str) -> set[str]:
    catalogue = Path(beidou_svc.__file__).with_name("web") / "src" / "i18n" / f"{language}.ts"
    return set(re.findall(rf"'{kind}\.(\w+)':", catalogue.read_text("utf-8")))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_has_words(language: str) -> None:
    assert {status.name for status in Status} - {"OK"} - known(language, "drop") == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_policy_has_words(language: str) -> None:
    assert {policy.name.lower() for policy in Policy} - known(language, "policy") == set()
