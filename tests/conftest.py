"""What tests of several folders share: servers of PostgreSQL and Kubernetes, a sample plugin, a
disk that is soon full."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cluster.server import Cluster, running

PROGRAMS = Path("/usr/lib/postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a socket in a folder of its own."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server program here; install Debian's postgresql")
    folder = Path(tempfile.mkdtemp(prefix="galley-postgres-"))
    user = _other_user(folder)
    try:
        made = [*user, str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres"]
        subprocess.run(
            [*made, "-E", "UTF8", "--no-sync"], check=True, capture_output=True, cwd=folder
        )
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off"]
        asked = [part for setting in settings for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*user, str(programs / "postgres"), "-D", str(folder / "data"), *asked],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        try:
            address = f"postgresql://postgres@/postgres?host={folder}"
            _wait_for(address)
            yield address
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    here = shutil.which("initdb")
    found = [Path(here).resolve().parent] if here else []
    found += sorted(PROGRAMS.glob("*/bin"), reverse=True)
    return next((path for path in found if (path / "postgres").exists()), None)


def _other_user(folder: Path) -> list[str]:
    """The server refuses to be root; somebody without rights will do."""
    if os.getuid() != 0:
        return []
    os.chown(folder, 65534, 65534)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
        else:
            return


@pytest.fixture
def installed_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`samples/plugin`, installed for the processes that the test starts.

    What an installer would write, the package's metadata, lies in a folder on the search path.
    """
    plugin = Path(__file__).parents[1] / "samples" / "plugin"
    about = tmp_path / "installed" / "galley_hosts-0.1.0.dist-info"
    about.mkdir(parents=True)
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: galley-hosts\nVersion: 1\n")
    about.joinpath("entry_points.txt").write_text(
        "[galley.sources]\nhosts = galley_hosts.source:HostsSource\n"
        "[galley.analyzers]\nduplicate-hosts = galley_hosts.analyzer:DuplicateHosts\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{plugin}:{about.parent}")
    return plugin


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted; on Linux root may: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)
