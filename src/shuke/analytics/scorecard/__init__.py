"""What a customer is worth beside money, and the 2 × 2 of value and loyalty.

rated = applying.apply(known, policies, shop)     # lazy, over features and what is beside them
"""
