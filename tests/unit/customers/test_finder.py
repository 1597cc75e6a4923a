"""Who may be one person: measured on shops whose truth is known, and one kind of evidence after the other."""

from collections import defaultdict
from datetime import date
from itertools import combinations
from math import log2

import pytest

from shuke.customers.duplicates.grouping import stars
from unit.customers.people import Person, found_in, population

AUTOMATIC = 0.99


def automatic(records: list[Person]) -> dict[int, int]:
    sure = [pair for pair in found_in(records) if pair.probability >= AUTOMATIC and not pair.contradicted]
    return stars(sure, apart=())


def true_pairs(records: list[Person]) -> set[tuple[int, int]]:
    people = defaultdict(list)
    for key, one in enumerate(records):
        people[one.truth].append(key)
    return {pair for keys in people.values() for pair in combinations(keys, 2)}


def merged_pairs(kept_for: dict[int, int]) -> set[tuple[int, int]]:
    groups = defaultdict(set)
    for absorbed, kept in kept_for.items():
        groups[kept] |= {kept, absorbed}
    return {pair for group in groups.values() for pair in combinations(sorted(group), 2)}


@pytest.mark.promise
@pytest.mark.parametrize("seed", range(4))
def test_automatic_merges_are_right_and_find_nine_in_ten(seed):
    records = population(12_000, seed=seed)
    truth, merged = true_pairs(records), merged_pairs(automatic(records))
    right = len(truth & merged)
    precision, recall = right / len(merged), right / len(truth)
    assert (precision >= 0.99, recall >= 0.9) == (True, True), (precision, recall)
    print(f"measured: precision {precision:.4f}, recall {recall:.3f}")


def crowd(*special: Person, common: str = "王伟", bearers: int = 40) -> list[Person]:
    """The special ones in front of 2,000 strangers, `bearers` of whom have the common name."""
    strangers = population(2_000, seed=9)
    named = [Person(-n, common, "", None, None, date(2020, 1, 1), None, 1) for n in range(1, bearers + 1)]
    return [*special, *strangers, *named]


def person(name: str, *, phone: int | None = 77, email: int | None = None, birthday: str = "", source: int = 1):
    return Person(0, name, birthday, phone, email, date(2024, 5, 1), None, source)


def judged(one: Person, two: Person, **values):
    """What is said of the first two of a crowd; None if nothing."""
    pairs = found_in(crowd(one, two, **values), least=0.01)
    return next((pair for pair in pairs if (pair.first, pair.second) == (0, 1)), None)


def codes(pair) -> set[str]:
    return {told["code"] for told in pair.evidence}


def test_a_rare_name_says_more_than_a_common_one():
    rare, common = (judged(person(name), person(name, source=2)) for name in ("单芳芳", "王伟"))
    bits = [told["bits"] for pair in (rare, common) for told in pair.evidence if told["code"] == "name_same"]
    assert bits[0] > bits[1] + 3
    assert rare.probability > common.probability


def test_a_family_on_one_phone_stays_apart():
    """Different given names are no typo: nobody is merged, and hardly anybody is asked."""
    pair = judged(person("王小明"), person("王小红"))
    assert pair is None or (pair.contradicted and pair.probability < 0.2)


def test_different_birthdays_are_never_merged_by_themselves():
    pair = judged(person("单芳芳", birthday="1970-05-01"), person("单芳芳", birthday="1996-11-23", source=2))
    assert pair.contradicted
    assert "birthday_differs" in codes(pair)


@pytest.mark.parametrize(
    ("one", "two", "code"),
    [
        pytest.param("单慧芳", "单惠芳", "name_sound", id="sounds-the-same"),
        pytest.param("程小林", "陈晓琳", "name_nearly", id="sounds-nearly-the-same"),
        pytest.param("欧阳修", "修欧阳", "name_swapped", id="family-name-last"),
        pytest.param("Katherine Bell", "Bell Katherine", "name_swapped", id="swapped"),
        pytest.param("Katherine Bell", "Kathreine Bell", "name_swapped", id="letters-swapped"),
        pytest.param("Katherine Bell", "Katherin Bell", "name_like", id="typo"),
    ],
)
def test_a_name_written_otherwise_is_still_evidence(one, two, code):
    pair = judged(person(one), person(two, source=2))
    assert code in codes(pair)
    assert pair.probability > 0.2


def test_a_phone_that_many_give_says_little():
    alone = [person("单芳芳", source=source) for source in (1, 2)]
    crowded = [person("欧阳修竹", phone=5, source=source) for source in (1, 2)]
    others = [Person(-n, f"客{n}", "", 5, None, date(2020, 1, 1), None, 1) for n in range(1, 15)]
    pairs = {(pair.first, pair.second): pair for pair in found_in([*crowd(*alone, *crowded), *others], least=0.001)}
    bits = [
        next(told["bits"] for told in pairs[key].evidence if told["code"] == "phone_same") for key in ((0, 1), (2, 3))
    ]
    assert bits[0] - bits[1] == pytest.approx(log2(15), abs=0.1)


def test_two_numbers_of_one_source_are_less_likely_one_person():
    same, other = (judged(person("王伟"), person("王伟", source=source)) for source in (1, 2))
    assert same.probability < other.probability


def test_a_changed_phone_is_made_up_for_by_name_and_birthday():
    pair = judged(person("单芳芳", birthday="1988-08-08"), person("单芳芳", phone=78, birthday="1988-08-08", source=2))
    assert {"phone_differs", "birthday_same", "name_same"} <= codes(pair)
    assert pair.probability > 0.9


def test_the_same_day_without_a_year_is_the_same_birthday():
    pair = judged(person("单芳芳", birthday="1988-08-08"), person("单芳芳", birthday="--08-08", source=2))
    assert "birthday_day" in codes(pair)


def test_nothing_is_said_of_nobody_or_one():
    assert found_in([]) == []
    assert found_in([person("王伟")]) == []


def test_who_was_told_apart_is_joined_by_no_chain():
    records = [person("单芳芳", source=source) for source in (1, 2, 3)]
    sure = [pair for pair in found_in(crowd(*records)) if pair.second < 3 and not pair.contradicted]
    assert set(stars(sure, apart=())) == {1, 2}
    kept_for = stars(sure, apart={(0, 1)})
    assert {0, 1} - set(kept_for)
    assert len(kept_for) == 1


def test_a_chain_never_joins_two_birthdays():
    """A record without a birthday is like both; it goes with one of them, and the two stay two."""
    one, two = (person("单芳芳", birthday=day) for day in ("1970-05-01", "1996-11-23"))
    sure = [pair for pair in found_in(crowd(one, two, person("单芳芳", source=2))) if pair.second < 3]
    kept_for = stars([pair for pair in sure if not pair.contradicted], apart=())
    assert len(kept_for) == 1
