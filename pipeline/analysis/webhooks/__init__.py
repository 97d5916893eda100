"""What a cluster asks before it takes in anything: webhooks that inject proxies or validate.

In reading order: `hooks` (how they are found), `overlaps` (two that inject the same pods),
`addresses` (where they are), `tables` (all analyzers). Whether the Service behind one exists is
asked by `references`.
"""
