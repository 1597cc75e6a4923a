"""Clusters: groups of customers who buy alike, how many there are, what sets each apart, and who is in which.

    grouping = learn(read, some, features, policy, customers=n, as_of=day, former=before)    # once a month
    scored = apply(scored, grouping)              # lazy: `cluster`, a number or null
    found = place(score, grouping)                # one customer: how well they fit

Groups keep their numbers from month to month. They inform and never move a tier. `words` says what the codes mean.
"""
