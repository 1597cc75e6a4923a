"""Cells of files that people open in a spreadsheet."""

GUARD = "'"
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def safe(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula: those that begin like one get an apostrophe."""
    text = text.replace("\x00", "")
    return GUARD + text if text.startswith(FORMULA_STARTS) else text
