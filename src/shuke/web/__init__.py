"""Pages: translate requests into one call of a service or query, and draw the answer."""
