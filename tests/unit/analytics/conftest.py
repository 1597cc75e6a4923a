"""What tests of expressions share."""

import pytest


@pytest.fixture
def spark(spark_session):
    """The engine of runs on Spark, in which a test may lay its tables."""
    from shuke.scoring.engines.spark import Spark

    engine = Spark(spark_session, near=None)
    yield engine
    engine.release()
