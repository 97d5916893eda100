"""Envoy's wire: resources as the messages of its API, checked by the rules that Envoy has for them.

The messages are those of the package `xds-protos`, an extra. Nothing here imports it, or protobuf,
before the first resource is written: `wire` and `endpoints` are all that others import.

In reading order: `wire` (what it carries), `types` (a message by its name), `values` (those that
JSON writes in ways of their own), `descriptors` (messages made ready for the encoder), `bounds`
(what a value may be), `rules` (what Envoy demands of a message), `checked` (a message written and
held against them), `endpoints` (whose endpoints an encoded cluster fetches).
"""

from pipeline.encoding.envoy.endpoints import endpoints_of
from pipeline.encoding.envoy.wire import ENVOY, EXTRA, is_installed

__all__ = ["ENVOY", "EXTRA", "endpoints_of", "is_installed"]
