"""Sites are made and stopped by people; messages are taken from browsers and written by the worker."""
