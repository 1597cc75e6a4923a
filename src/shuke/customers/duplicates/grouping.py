"""Who is kept and who is absorbed: groups of customers who are one person, never against what was said or is known."""

from collections.abc import Collection, Iterable, Mapping

from shuke.customers.duplicates.finder import Found

Apart = Collection[tuple[int, int]]


def stars(found: Iterable[Found], *, apart: Apart) -> dict[int, int]:
    """For each customer to be absorbed the one to be kept; `found` comes with the surest first.

    Two groups are joined unless somebody said of a pair across them that they are two people, or they know different
    birthdays: what chains of likeness would bring together, one contradiction keeps apart.
    """
    groups = _Groups(apart)
    known: dict[int, int] = {}
    for pair in found:
        known |= dict(zip((pair.first, pair.second), pair.known, strict=True))
        groups.join(pair)
    kept_for = {}
    for members in groups.all():
        kept = min(members, key=lambda customer: (-known[customer], customer))
        kept_for |= dict.fromkeys(members - {kept}, kept)
    return kept_for


class _Groups:
    """Groups that grow by joining two of them, each with its members and the birthdays that they know."""

    def __init__(self, apart: Apart) -> None:
        self._of: dict[int, int] = {}
        self._members: dict[int, set[int]] = {}
        self._birthdays: dict[int, set[str]] = {}
        self._others: Mapping[int, set[int]] = _others(apart)

    def join(self, pair: Found) -> None:
        one, two = (
            self._group(customer, birthday)
            for customer, birthday in zip((pair.first, pair.second), pair.birthdays, strict=True)
        )
        if one == two or self._contradict(one, two, pair):
            return
        small, large = sorted((one, two), key=lambda group: len(self._members[group]))
        self._of |= dict.fromkeys(self._members[small], large)
        self._members[large] |= self._members.pop(small)
        self._birthdays[large] |= self._birthdays.pop(small)

    def all(self) -> Iterable[set[int]]:
        return self._members.values()

    def _group(self, customer: int, birthday: str) -> int:
        if customer not in self._of:
            self._of[customer] = customer
            self._members[customer] = {customer}
            self._birthdays[customer] = {birthday} - {""}
        return self._of[customer]

    def _contradict(self, one: int, two: int, pair: Found) -> bool:
        said = any(self._others.get(customer, set()) & self._members[two] for customer in self._members[one])
        # The pair itself was judged whole, typos included; only what others in the groups know is held against it.
        rest = (self._birthdays[one] | self._birthdays[two]) - set(pair.birthdays)
        alone = len(self._members[one]) == len(self._members[two]) == 1
        return said or (not alone and bool(rest))


def _others(apart: Apart) -> dict[int, set[int]]:
    others: dict[int, set[int]] = {}
    for one, two in apart:
        others.setdefault(one, set()).add(two)
        others.setdefault(two, set()).add(one)
    return others
