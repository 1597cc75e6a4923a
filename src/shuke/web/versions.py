"""Which version of a record somebody had before them when they sent a form."""

from django.http import QueryDict

LONGEST = 9


def seen_version(data: QueryDict, name: str = "version") -> int:
    """The number in a hidden field; 0, which no record has, for whatever is none."""
    written = data.get(name, "")
    return int(written) if written.isdecimal() and len(written) <= LONGEST else 0
