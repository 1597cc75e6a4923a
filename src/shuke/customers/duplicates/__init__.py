"""Finding customers who may be one person: what speaks for it and against it, and what is done about it."""
