"""Other ways to write a name in Latin letters: what people type when a finger slips."""

from string import ascii_lowercase

LONGEST = 32


def one_edit_away(word: str) -> list[str]:
    """All words that one missing, wrong, additional or swapped letter makes of `word` (Damerau, 1964), in order.

    Some 55 for each letter, so of a word beyond LONGEST letters there are none.
    """
    if len(word) > LONGEST:
        return []
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    deleted = {left + right[1:] for left, right in splits if right}
    replaced = {left + letter + right[1:] for left, right in splits if right for letter in ascii_lowercase}
    inserted = {left + letter + right for left, right in splits for letter in ascii_lowercase}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    return sorted((deleted | replaced | inserted | swapped) - {word})
