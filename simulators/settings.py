"""What every table of settings has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Settings(BaseModel):
    """A table of settings: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
