"""What the models of a run have learned, as it is stored with the run: light to read, for whoever shows a score."""

from pydantic import BaseModel, ConfigDict

from shuke.analytics.bonds.parameters import BondParameters
from shuke.analytics.churn.lapses import Renewal
from shuke.analytics.churn.parameters import Churn, Declined
from shuke.analytics.clusters.parameters import Clusters, Ungrouped
from shuke.analytics.lifetime.parameters import Holdout, LifetimeParameters
from shuke.analytics.potential.parameters import Potential
from shuke.analytics.shop import Shop


class Models(BaseModel):
    """What the models have learned, or why they have not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lifetime: LifetimeParameters | None = None
    holdout: Holdout | None = None
    churn: tuple[Churn | Declined, ...] = ()
    potential: Potential | None = None
    clusters: Clusters | Ungrouped | None = None
    bonds: BondParameters | None = None
    renewal: Renewal | None = None
    shop: Shop | None = None

    def churn_by_horizon(self) -> tuple[Churn, ...]:
        """The horizons for which there is an honest number, the shortest first."""
        return tuple(one for one in self.churn if isinstance(one, Churn))

    def churn_of(self, horizon_days: int) -> Churn | None:
        """The model that a customer was scored by."""
        return next((one for one in self.churn_by_horizon() if one.horizon_days == horizon_days), None)
