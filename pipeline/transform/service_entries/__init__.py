"""A ServiceEntry for each Service, made of what is observed behind it: `type: service-entries`.

In reading order: `settings` (as people write them), `ports` (of a Service), `backends` (the
addresses that EndpointSlices or Endpoints list), `workloads` (the Pods and Nodes behind addresses),
`entry` (all of it as one resource), `problems` (what is wrong with a Service for that purpose),
`stage` (what reads and puts it together).
"""

from pipeline.transform.service_entries.settings import ServiceEntriesSettings
from pipeline.transform.service_entries.stage import ServiceEntries

__all__ = ["ServiceEntries", "ServiceEntriesSettings"]
