"""The bond with a customer: the emotional account, the quality of the relationship, and its map.

`entries` is what the account is made of, `account` its balance; `facts` counts what the quality of a relationship is
made of, `relationship` and `radar` score it, `checking` holds the account against what came. `scores` is the way in.
"""
