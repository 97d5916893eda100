"""A work tree in which people commit."""

import subprocess
from pathlib import Path


class Team:
    """A work tree in which people change files of one folder, by default the whole tree."""

    def __init__(self, path: Path, folder: str = "") -> None:
        self.path = path
        self._folder = path / folder
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        near = ("-c", "protocol.file.allow=always")  # for submodules
        done = subprocess.check_output(["git", *who, *near, *arguments], cwd=self.path, text=True)
        return done.strip()

    def write(self, **files: str) -> None:
        self._folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (self._folder / f"{name}.yaml").write_text(text)

    def commit(self, subject: str = "a change", **files: str) -> str:
        self.write(**files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)
        return self.git("rev-parse", "HEAD")
