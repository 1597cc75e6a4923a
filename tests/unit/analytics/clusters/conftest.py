import pytest

from shuke.analytics.clusters.parameters import Clusters
from unit.analytics.clusters import kinds


@pytest.fixture(scope="session")
def rows():
    return kinds.scores()


@pytest.fixture(scope="session")
def clusters(rows) -> Clusters:
    return kinds.found(rows)
