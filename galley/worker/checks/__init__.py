"""Checks outside of Galley: commands and services that judge a candidate before it is published.

`checking` (which candidate they are asked about, and what follows), `question` (what they are
given), `command` and `calling` (the two ways to ask), `secrets` (what only the check may know),
`answering` (what they say becomes opinions), `asking` (one check, asked), `outcomes` (what is known
of which content, and when to ask again), `desk` (asks beside everything else), `trouble` (why a
check could not be asked).
"""
