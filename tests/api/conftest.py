"""A service without sockets: a fleet on a grid, asked through the ASGI application."""

from collections.abc import AsyncIterator

import httpx
import pytest

from beidou_svc.api.context import Context
from beidou_svc.fleet.state import step
from tests.helpers.service import FakePipeline, client_of, fixes, new_context


@pytest.fixture
def service() -> Context:
    """Three terminals with a position, one that was never heard."""
    context = new_context(terminals=4)
    batch = fixes(3, t_rx_ns=context.clock.utc_ns(), fix_quality=[4, 5, 1], sigma_u_m=0.0213, base_id=7)
    assert isinstance(context.pipeline, FakePipeline)
    context.pipeline.count(batch)
    step(context.state, batch, context.clock.utc_ns())
    return context


@pytest.fixture
async def client(service: Context) -> AsyncIterator[httpx.AsyncClient]:
    """Asks `service`."""
    async with client_of(service) as asking:
        yield asking
