"""Reading and checking happen in a process of their own: on the second core, with limits, without our secrets.

Nothing is imported here, so that the process loads no more than it needs.
"""
