"""Shuke 熟客 keeps a company's customers."""
