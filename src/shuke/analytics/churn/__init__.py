"""Churn: the probability that a customer does not buy within a horizon, why, and how much to trust it.

    everybody = features.features(tables, as_of=day)                            # lazy
    shop = Census.from_row(<the row of census(everybody), executed>)
    if shortfalls(shop, policy, as_of=day, horizon_days=30): ...                # what is missing, with numbers
    some = sample(tables, customers=shop.customers)                             # lazy; an engine keeps it
    days = cut_offs(shop.first_ordered_on, as_of=day, horizon_days=30)
    learned = fit(<examples(some, days, horizon_days=30), executed>, policy, as_of=day, horizon_days=30)
    scored = apply(everybody, learned)                                          # lazy, where it is no `Declined`

Where models of several horizons were learned, `apply_by_cycle` scores each customer by the one of their own rhythm.
`words` says what the codes mean. `snapshots` learns from a table that has its outcome in a column, `renewal` from
contracts that ended.
"""
