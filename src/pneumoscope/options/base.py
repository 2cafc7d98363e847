"""What all parameters share: immutable, and no key that they do not know."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
OpenShare = Annotated[float, Field(gt=0.0, lt=1.0)]
Count = Annotated[int, Field(ge=1)]
Range = tuple[float, float]


class Options(BaseModel):
    """Immutable parameters that refuse keys they do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)
