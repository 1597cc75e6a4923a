"""What sets groups apart, as codes with numbers: as few as tell them from each other."""

from collections.abc import Mapping, Sequence

from shuke.analytics.clusters.parameters import Trait

__all__ = ["named"]

APART = 0.5
"""Spreads from the shop's mean, below which a group is like everybody."""
USUAL = 2
"""So many traits are told where they tell the groups from each other."""


def named(apart: Sequence[Mapping[str, float]]) -> list[tuple[Trait, ...]]:
    """The traits of each group, the strongest first, from how many spreads its means are from the shop's.

    Groups that would be called the same get a trait more, as long as they have one.
    """
    strong = [_strong(of) for of in apart]
    told = [traits[:USUAL] for traits in strong]
    for size in range(USUAL + 1, max(map(len, strong)) + 1):
        codes = [_code(traits) for traits in told]
        told = [
            every[:size] if codes.count(code) > 1 else traits
            for every, code, traits in zip(strong, codes, told, strict=True)
        ]
    return told


def _strong(of: Mapping[str, float]) -> tuple[Trait, ...]:
    traits = (Trait(feature=name, apart=apart) for name, apart in of.items() if abs(apart) >= APART)
    return tuple(sorted(traits, key=lambda trait: -abs(trait.apart)))


def _code(traits: tuple[Trait, ...]) -> frozenset[tuple[str, bool]]:
    return frozenset((trait.feature, trait.is_high) for trait in traits)
