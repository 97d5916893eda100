"""An outside package for Galley.

In reading order: `source` (rows of a table become ServiceEntries), `analyzer` (hosts that are
claimed twice).
"""
