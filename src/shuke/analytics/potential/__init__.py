"""What a customer may buy next: learned from what was bought after and with what, over the whole shop.

`landmarks` counts, `chance` tells a pattern from chance, `learning` fits and holds it against what came, `applying`
turns rules into suggestions for anybody.
"""
