"""From the text of one file to resources, with the meaning that kubectl gives it.

In reading order: `text` (bytes to Unicode), `scalars` (what a word of YAML means), `guards` (what
must be known before the parser sees a text), `yamltext` and `jsontext` (text to plain values that
know their place, `parsed`), `names` (what Kubernetes calls a valid name), `types` (apiVersion
and kind), `misspelt` (kinds that are nearly known), `certificates` and `secrets` (what is known of
a Secret), `documents` (a plain value to a resource), `decoder` (a whole file).

One error makes the whole file `Broken`: it is never read in part.
"""

from sources.manifests.decoder import Manifests
from sources.manifests.documents import Documents
from sources.manifests.parsed import Parsed
from sources.manifests.types import Types

__all__ = ["Documents", "Manifests", "Parsed", "Types"]
