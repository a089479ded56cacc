"""A folder with recordings, made once; each test gets it as the current folder, with nothing else in it."""

import shutil
from pathlib import Path

import pytest

from tests.unit.solve import sky


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    sky.write_folder(folder)
    return folder


@pytest.fixture
def folder(recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in recordings.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
