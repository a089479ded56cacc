"""The page has words, in both its languages, for every reason why the service drops a record."""

import re
from pathlib import Path

import pytest

import beidou_svc
from gnss.status import Status


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_has_words(language: str) -> None:
    catalogue = Path(beidou_svc.__file__).with_name("web") / "src" / "i18n" / f"{language}.ts"
    known = set(re.findall(r"'drop\.(\w+)':", catalogue.read_text("utf-8")))
    assert {status.name for status in Status} - {"OK"} - known == set()
