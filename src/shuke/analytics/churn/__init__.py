"""Churn: the probability that a customer does not buy again within a horizon, and why."""
