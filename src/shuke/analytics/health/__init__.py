"""Health: how well it goes with a customer, from 0 to 100, as a weighted sum of measures that each say their number.

numbers = known.mutate(measures.numbers(known, policy, shop))     # lazy, over features and what is beside them
rated = applying.apply(numbers, policy)                           # lazy: health, health_points, health_numbers
"""
