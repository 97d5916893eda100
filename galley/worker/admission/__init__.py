"""A worker's part in admission: the judge of a channel knows no inputs and reaches no cluster.

In reading order: `foreseeing` (what an object has to do with others), `registration` (what a
cluster is told about whom to ask, and when), `registrar` (which keeps it so).
"""
