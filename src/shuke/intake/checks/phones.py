"""Phone numbers that no set expression knows: landlines, foreign numbers, extensions."""

from functools import lru_cache

import phonenumbers
import pyarrow as pa


def in_e164(texts: pa.Array, *, region: str) -> pa.Array:
    """Each text as an E.164 number, NULL where the numbering plan has no such number."""
    distinct = pa.chunked_array(texts).combine_chunks().dictionary_encode()
    numbers = pa.array([_number(text, region) for text in distinct.dictionary.to_pylist()], pa.string())
    return numbers.take(distinct.indices)


@lru_cache(maxsize=10_000)
def _number(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
