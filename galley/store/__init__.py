"""Keeping a channel's history: `values` (what goes in and out), `store` (what a store promises),
`errors` (the tree), and the one SQL implementation behind `open_store`."""
