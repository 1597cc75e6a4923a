"""What the business may change about finding people twice."""

from pydantic import BaseModel, ConfigDict, Field

from shuke.core import policies
from shuke.core.words import mark as _

__all__ = ["IDENTITY", "IdentityPolicy"]


class IdentityPolicy(BaseModel):
    """From which probability two customers are merged without asking, and from which people are asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    automatic: bool = Field(
        True,
        title=_("Merge automatically"),
        description=_(
            "Customers who are almost surely one person are merged without asking; each merge can be undone."
        ),
    )
    automatic_from: float = Field(
        0.99,
        ge=0.9,
        le=1,
        title=_("Automatic from"),
        description=_("From this probability two customers are merged without asking, if nothing speaks against it."),
        json_schema_extra={"unit": "share"},
    )
    by_hand_from: float = Field(
        0.2,
        ge=0.01,
        le=0.99,
        title=_("Ask people from"),
        description=_("From this probability two customers are shown to people, who decide."),
        json_schema_extra={"unit": "share"},
    )


IDENTITY: policies.Kind[IdentityPolicy] = policies.Kind("identity", _("One person once"), IdentityPolicy)
