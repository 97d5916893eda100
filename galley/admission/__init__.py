"""Admission: clusters ask before they take an object in, and are answered in time or not at all.

In reading order: `admission` (all of it, started and stopped), `channel` (one channel's writes:
judged alone by its judge, beside the others by its worker), `judges` (the process that judges),
`endpoint` (the address that clusters ask at), `answer` (what they are told), `certificates` (made
and renewed), `unjudged` (why there is no answer).
"""
