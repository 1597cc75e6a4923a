"""Fetches files on a schedule from where a shop keeps them and hands each to intake."""
