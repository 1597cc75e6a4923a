"""Lifetime value: how often customers will come, whether they still do, and what that is worth today.

    people = purchases(tables, as_of=day)                                # lazy, one row per customer
    row = population(people, tables, policy, as_of=day, costs=costs)     # lazy, one row in all
    parameters = fit(<the row>, <histories(people)>, <spends(people)>, policy)     # of the executed tables
    told = predicted(engine, people, policy, parameters)                 # lazy, executes the distinct histories
    valued = apply(told, policy, parameters, costs=costs)                # lazy, one row per customer
    later = outcomes(tables, split_on=past, as_of=day)                   # lazy
    check(<later>, <parameters as of `past`>.purchases, split_on=past, as_of=day)

What stands in <> an engine has executed into Arrow; `people` it keeps for the steps after it. The models and their
sources are in `bg_nbd`, `pareto_nbd` and `gamma_gamma`, their order and the reasons to pass one over in `fitting`.
"""
