"""A judge: a process that says of single objects whether a channel would take them.

It knows one environment and holds no inputs, so it answers within a millisecond or two whatever its
channel is busy with. In reading order: `__main__` and `entry` (the process), `review` (what an API
server asks), `scope` (whether it concerns the source), `judge` (what is said of the object).
"""
