"""What all policies of scores have in common: frozen typed bodies, and the kinds of numbers in them.

Money is in minor units of the installation's currency. Titles and descriptions become the form of a policy.
"""

from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=1, le=36_500)]
Rate = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)]
Money = Annotated[int, Field(ge=1, le=10**15, json_schema_extra={"unit": "money"})]
Share = Annotated[float, Field(ge=0.0001, le=1, json_schema_extra={"unit": "share"})]


class Policy(BaseModel):
    """A frozen body; an unknown field is a mistake, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def must_rise(self, *names: str, message: str) -> None:
        values = [getattr(self, name) for name in names]
        if any(left >= right for left, right in pairwise(values)):
            raise ValueError(message)
