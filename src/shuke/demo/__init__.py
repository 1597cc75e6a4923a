"""A shop to look at: real orders with moved dates, invented people, a team of five."""
