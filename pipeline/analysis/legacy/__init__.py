"""What is wrong with the kinds of Istio 1.1 to 1.5: Mixer's, authentication and RBAC.

Findings of Istio's own analysis that were retired with these kinds, and what Mixer and Pilot drop
without a word. In reading order: `tables` (all of them), `kinds` (their names), `targets` (names
that lead nowhere), `retired` (kinds that are gone, and what took their place), `names` (those that
are given), `authentication` (how a policy is read) with `expectations` (DestinationRules that do
not fit it), `policy_targets` (its Services and their ports), `tokens` (whose keys cannot be had)
and `overruled` (successors beside it), `roles` (RBAC), `mixer` (handlers and instances), `sidecars`
(mutual TLS with nobody) with `proxies` (whom that is).
"""
