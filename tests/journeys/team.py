"""A work tree in which people commit."""

import subprocess
from pathlib import Path


class Team:
    """A work tree in which people commit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        done = subprocess.check_output(["git", *who, *arguments], cwd=self.path, text=True)
        return done.strip()

    def commit(self, subject: str, **files: str) -> str:
        for name, text in files.items():
            (self.path / f"{name}.yaml").write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)
        return self.git("rev-parse", "HEAD")
