"""The lock that a pull is fetched and deleted under."""

PULL_LOCKS = 7_304_000_000
