"""A git repository, followed: fetched by the git program, read from its objects, never checked out.

In reading order: `address` (where a repository is), `ref` (what of it is followed), `program` (a
run of git, and its end), `access` (how git is let in), `failure` (what it means when it fails),
`objects` (what a mirror holds, by libgit2), `room` (the folder of a mirror), `fetch` (one fetch),
`mirror` (what several sources share), `links` (where a path leads), `walk` (what a commit holds),
`modules` (submodules), `reader` (from one commit to changes), `trust` (whose word is taken for a
commit), `web` (addresses for people), `source` (all of them together).

Locators are paths within the repository. The rules of what is read are those of the files source: a
path that ends in `/` is a folder, hidden names are not read, a link is followed within the
repository if it leads to what is not read under its own name.
"""

from sources.git.source import GitSource

__all__ = ["GitSource"]
