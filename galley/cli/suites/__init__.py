"""Unit tests of configuration: suites of cases, each with what it is given and what must come of
it.

In reading order: `model` (what a suite can say), `loading` (a file to a suite, with the line of
every mistake), `fixtures` (what cases are given), `pipelines` (what they run under), `running` (a
case to what was found), `expecting` (what was found against what was expected), `snapshots`
(resources as text), `rewriting` (expectations written anew), `outcomes` (what came of each case),
`telling` (for people, for programs, for CI servers).
"""
