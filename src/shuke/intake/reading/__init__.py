"""Files as they come, read as rows of text with their line numbers: nothing is lost, nothing is guessed silently."""

from shuke.intake.reading.chunks import Chunk, Ragged, cells_of, chunk_of, column_names, raw_text, record
from shuke.intake.reading.files import Unusable
from shuke.intake.reading.layout import Layout, lay_out
from shuke.intake.reading.rows import read_chunks
from shuke.intake.reading.sources import Survey, survey

__all__ = [
    "Chunk",
    "Layout",
    "Ragged",
    "Survey",
    "Unusable",
    "cells_of",
    "chunk_of",
    "column_names",
    "lay_out",
    "raw_text",
    "read_chunks",
    "record",
    "survey",
]
