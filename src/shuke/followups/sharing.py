"""How work without an owner is shared out: whoever carries least gets the next."""

from collections.abc import Collection


def level(loads: Collection[int], more: int) -> int:
    """The load up to which everybody is filled so that `more` pieces of work find a carrier, as evenly as can be.

    Whoever carries more than that already gets nothing; the shares make at least `more` together, and at one level
    less they would not.
    """
    carried, least = 0, []
    for people, load in enumerate(sorted(loads), start=1):
        carried += load
        least.append(-(-(more + carried) // people))  # rounded up
    return min(least)
