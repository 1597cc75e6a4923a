"""The weekly sample of suggestions that people check by hand: what was suggested, what they said, how it goes."""
