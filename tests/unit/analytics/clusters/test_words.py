"""Every code has its words."""

from itertools import product

from shuke.analytics.clusters import words
from shuke.analytics.clusters.features import FEATURES, GRAINS
from shuke.analytics.clusters.naming import named
from shuke.analytics.clusters.policy import Weights
from shuke.web.cluster_words import WRITERS


def test_every_feature_and_trait_has_words_and_a_weight():
    assert set(words.FEATURES) == set(Weights.model_fields) == set(WRITERS) == set(FEATURES)
    assert set(words.TRAITS) == set(product(FEATURES, (True, False)))
    assert set(FEATURES) > set(GRAINS)


def test_two_groups_that_would_be_called_the_same_are_told_apart():
    alike = {"money": 2.0, "orders": 1.5}
    told = named([alike | {"returns": 0.9}, alike | {"returns": 0.1}, {"money": -1.0, "orders": -0.2}])
    assert [[trait.feature for trait in traits] for traits in told] == [
        ["money", "orders", "returns"],
        ["money", "orders"],
        ["money"],
    ]
