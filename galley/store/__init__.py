"""Keeping a channel's history.

The contract is `values` (what goes in and out), `store` (what a store promises) and `errors` (the
tree); `builtin` opens one. Behind it is one implementation in SQL for two engines, in reading
order: `schema` (the tables, and how a version is an interval), `database` (one connection, and what
an engine does in its own way), `sqlite` and `postgres` (those ways), `completing` (tables that came
later), `sql` (the entries of the store), `batch`, `naming`, `ids` and `writing` (a commit),
`history`, `reading`, `rows`, `facts` and `refusals` (what is asked of it), `retention`, `keeping`
and `sweeping` (staying within bounds), `backup`, `checking`; `faults` (a driver's errors in our
words) and `failpoints` (where tests stop it dead).
"""
