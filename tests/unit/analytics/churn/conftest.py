import pyarrow as pa
import pytest

from shuke.analytics.churn.fitting import fit
from shuke.analytics.churn.parameters import Churn
from shuke.analytics.tables import Tables
from unit.analytics.churn import shops


@pytest.fixture(scope="session")
def shop() -> Tables:
    return shops.tables(shops.shop())


@pytest.fixture(scope="session")
def examples(shop) -> pa.Table:
    return shops.past(shop).sort_by([("cut_on", "ascending"), ("customer_id", "ascending")])


@pytest.fixture(scope="session")
def learned(examples) -> Churn:
    return fit(examples, shops.POLICY, as_of=shops.AS_OF, horizon_days=30)
