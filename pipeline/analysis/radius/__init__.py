"""The blast radius of a change: which hosts, gateways and workloads it affects, and who calls them.

In reading order: `radius` (the answer), `table` (what each kind affects, and a change as a whole),
`traffic` (routes, destinations, gateways), `gateway_api`, `secrets` (who serves with them),
`selections` (policies for workloads).
Nothing here is reported: people and programs ask for it before they publish, merge or roll back.
"""

from pipeline.analysis.radius.radius import Radius
from pipeline.analysis.radius.table import INQUIRY, radius

__all__ = ["INQUIRY", "Radius", "radius"]
