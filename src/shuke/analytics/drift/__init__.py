"""Drift: do the models still fit the customers that they are applied to, and did what they said come true?

`stability` holds how scores and features are spread now against an earlier run, `promises` holds the chances of an
earlier run against what came since. `parameters` is what they find, light to read.
"""
