"""The guided tour that `galley demo` gives: the real service, a real subscriber, real files.

In reading order: `steps` (what happens, and what must come true), `scene` (the scratch folder, the
service and the subscriber that it happens with), `telling` (how it is told), `afterwards` (what a
reader can try while the service stays up).
"""
