"""A folder of manifests, or a single one, read and watched.

In reading order: `place` (paths, locators, and what a look at one finds), `listing` (a walk over
everything), `watch` (what the system notifies), `reading` (bytes of one file), `held` (what every
locator last held), `desk` (what is to be read, and when), `reader` (content to change), `source`
(all of them together).

Locators are paths relative to the folder, with `/`; of a single file its name. A locator that ends
in `/` is a folder. Files and folders whose names begin with a
dot are not read. A link is followed if it leads to something inside the folder that is not read
under its own name, as in a mounted ConfigMap; links out of the folder are refused.
"""

from sources.files.source import FilesSource

__all__ = ["FilesSource"]
