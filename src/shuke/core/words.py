"""Words for people, marked where they stand and translated where they are shown."""


def mark(text: str) -> str:
    """Mark `text` for translation; import as `_` in modules that must not know Django."""
    return text
