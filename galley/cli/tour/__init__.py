"""The guided tour that `galley demo` gives: the real service, a real subscriber, real files.

In reading order: `folder_chapter` and `git_chapter` (what happens, and what must come true),
`chapter` (what they share), `scene` (the scratch folder and the service that it happens with),
`repository` and `subscriber` (who takes part), `patience` (how long all is waited for), `telling`
(how it is told), `afterwards` (what a reader can try while the service stays up).
"""
