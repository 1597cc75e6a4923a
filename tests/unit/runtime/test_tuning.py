"""Settings for the machine."""

import pytest

from shuke.runtime import tuning
from shuke.runtime.address import Address
from shuke.runtime.home import Home

GB = 1024**3


@pytest.mark.parametrize(("memory", "shared_buffers"), [(GB // 4, "64MB"), (8 * GB, "1024MB"), (256 * GB, "2048MB")])
def test_shared_buffers_follow_the_memory_within_bounds(tmp_path, memory, shared_buffers):
    chosen = tuning.settings(Home(tmp_path), Address("/run/s", 5432), memory=memory, cores=2)
    assert chosen["shared_buffers"] == shared_buffers


def test_a_quote_in_a_path_does_not_end_the_setting():
    assert tuning.render({"a": r"it's \ here"}).endswith("a = 'it''s \\\\ here'\n")
