"""A service that watches the roads of a small town; `client` asks it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from beidou_svc.api.context import Context
from tests.helpers.roads import close, road_context, town_settings
from tests.helpers.service import client_of


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Context]:
    """Two streets, a line and its stops; nothing that it is sent outlasts it."""
    context = road_context(town_settings(tmp_path))
    yield context
    close(context)


@pytest.fixture
async def client(town: Context) -> AsyncIterator[httpx.AsyncClient]:
    """Asks `town`."""
    async with client_of(town) as asking:
        yield asking
