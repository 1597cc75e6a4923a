import pytest

from unit.analytics.churn import shops


@pytest.fixture(scope="session")
def shop():
    return shops.tables(shops.shop())


@pytest.fixture(scope="session")
def learned(shop):
    return shops.learned(shop)
