"""Rules: who is meant, as one typed tree that every engine reads alike, and never as text.

`tree` is what a rule may say, `fields` what may be asked, `tables` what is read, and `compiling` makes of the three an
Ibis table of those who fit.
"""
