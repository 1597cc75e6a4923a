"""Stages: where a customer stands in the life cycle with us, and on the way to the next purchase."""
