"""A settings file: lines, nearest keys, paths, durations."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from galley.settings import ChannelSettings, ServiceSettings
from galley.settings_file import SettingsError, load, of_schemas, of_sources
from sources.settings import GitSettings, KubernetesSettings


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "galley.yaml"
        path.write_text(text)
        return path

    return write


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        load(path)
    return tuple(each.removeprefix(str(path)) for each in refused.value.problems)


def test_every_mistake_is_told_with_its_line_and_the_nearest_key(file: Any) -> None:
    path = file(
        "listn: 127.0.0.1:1\n"
        "channels:\n"
        "  - name: mesh\n"
        "    sources:\n"
        "      - {name: a, type: files, pth: x}\n"
        "    limits: {file_bites: 3}\n"
        "    publish:\n"
        "      on_error: sometimes\n"
        "      quiet: soon\n"
    )

    assert problems(path) == (
        ":1: there is no setting 'listn'; did you mean 'listen'?",
        ":5: the setting 'channels[0].sources[0].path' is missing.",
        ":5: there is no setting 'channels[0].sources[0].pth'; did you mean 'path'?",
        ":6: there is no setting 'channels[0].limits.file_bites'; did you mean 'file_bytes'?",
        ":8: channels[0].publish.on_error: input should be 'isolate' or 'all-or-nothing'.",
        (
            ":9: channels[0].publish.quiet: 'soon' is not a duration; "
            "write it as 100ms, 90s, 2h or 1d."
        ),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [\n", ":2: this is not YAML"),
        ("listen: a\nlisten: b\n", ":2: 'listen' is given twice."),
        ("- a\n", ":1: settings belong here, as `name: value`."),
        ("tls: none\n", ":1: tls: settings belong here, as `name: value`."),
        (
            "channels: [{name: a, sources: [{name: b, type: cloud}]}]\n",
            "sources[0]: there is no type 'cloud'; write one of 'files', 'git',",
        ),
        ("channels: [{name: a, sources: [{name: b}]}]\n", "the setting 'type' is missing."),
        ("channels: [{name: a}, {name: a}]\n", "two channels have the same name"),
        ("tokens: [{name: a}]\n", "exactly one of env, file and sha256"),
        ("channels: [{name: Upper}]\n", ":1: channels[0].name: string should match"),
        ("!!python/object/apply:os.system [ls]\n", "this is not YAML"),
    ],
)
def test_what_makes_no_sense_is_refused(file: Any, text: str, complaint: str) -> None:
    assert complaint in problems(file(text))[0]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert problems(tmp_path / "no.yaml") == (
        ": the file cannot be read: No such file or directory.",
    )


def test_an_empty_file_is_all_defaults(file: Any, tmp_path: Path) -> None:
    settings = load(file(""))

    assert settings == ServiceSettings(data_dir=tmp_path / "data")


def test_relative_paths_start_at_the_files_folder(file: Any, tmp_path: Path) -> None:
    text = (
        "tls: {certificate: c.pem, key: /etc/k.pem}\n"
        "channels:\n"
        "- sources: [{name: a, type: files, path: ./in}]\n"
        "  schemas: [crds]\n"
        "  policies: [rules.yaml, {name: p}]\n"
    )
    settings = load(file(text))
    channel = settings.channels[0]

    assert channel.sources[0].path == tmp_path / "in"  # type: ignore[union-attr]  # a files source
    assert channel.schemas == (tmp_path / "crds",)
    assert channel.policies == (tmp_path / "rules.yaml", {"name": "p"})
    assert settings.tls is not None
    assert (settings.tls.certificate, settings.tls.key) == (tmp_path / "c.pem", Path("/etc/k.pem"))


def test_durations_are_numbers_or_text(file: Any) -> None:
    publish = (
        load(file("channels: [{publish: {quiet: 100ms, longest_wait: 2}}]\n")).channels[0].publish
    )

    assert (publish.quiet, publish.longest_wait) == (0.1, 2.0)


def test_sources_of_the_command_line_get_names_of_their_own(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "My config", tmp_path / "b" / "My config", tmp_path / "x.yaml"]
    for path in paths[:2]:
        path.mkdir(parents=True)
    paths[2].touch()
    channel = of_sources([str(path) for path in paths], ServiceSettings()).channels[0]

    assert [source.name for source in channel.sources] == ["my-config", "my-config-2", "x"]


@pytest.mark.parametrize(
    ("given", "name", "url"),
    [
        ("https://git.example.com/team/mesh.git", "mesh", "https://git.example.com/team/mesh.git"),
        ("git+https://h:8443/Mesh", "mesh", "https://h:8443/Mesh"),
        ("git@git.example.com:mesh.git", "mesh", "git@git.example.com:mesh.git"),
        ("ssh://git@h/mesh.git", "mesh", "ssh://git@h/mesh.git"),
        ("file:///srv/mesh.git", "mesh", "file:///srv/mesh.git"),
        ("git+/srv/mesh.git", "mesh", Path("/srv/mesh.git")),
    ],
)
def test_addresses_of_the_command_line_are_repositories(
    given: str, name: str, url: str | Path
) -> None:
    (source,) = of_sources([given], ServiceSettings()).channels[0].sources

    assert isinstance(source, GitSettings)
    assert (source.name, source.url) == (name, url)


def test_a_bare_repository_is_followed_and_not_read_as_a_folder(tmp_path: Path) -> None:
    bare = tmp_path / "mesh.git"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    (source,) = of_sources([str(bare)], ServiceSettings()).channels[0].sources

    assert isinstance(source, GitSettings)
    assert (source.name, source.url) == ("mesh", bare)


@pytest.mark.parametrize(
    ("given", "name", "context"),
    [
        ("kube://prod", "prod", "prod"),
        ("kube://admin@eu-west", "admin-eu-west", "admin@eu-west"),
        (
            "kube://arn:aws:eks:eu-west-1:7:cluster/mesh",
            "mesh",
            "arn:aws:eks:eu-west-1:7:cluster/mesh",
        ),
        ("kube://", "cluster", ""),
    ],
)
def test_a_cluster_of_the_command_line_is_a_context(given: str, name: str, context: str) -> None:
    (source,) = of_sources([given], ServiceSettings()).channels[0].sources

    assert isinstance(source, KubernetesSettings)
    assert (source.name, source.context) == (name, context)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("kinds: [VirtualService]", "kinds[0].kind"),
        ("kinds: []", "at least 1"),
        ("kinds: [{kind: core/Pod, group: apps}]", "exactly one of kind, group and crds"),
        ("kinds: [{kind: core/Pod, label: a}]", "did you mean 'labels'?"),
        ("labels: 'app=a b'", "no requirement of labels"),
        ("namespaces: [a, '*']", "names of `namespaces`"),
        ("namespaces: [A]", "match pattern"),
    ],
)
def test_a_cluster_that_makes_no_sense_is_refused(file: Any, source: str, complaint: str) -> None:
    text = f"channels: [{{sources: [{{name: a, type: kubernetes, {source}}}]}}]\n"
    (problem,) = problems(file(text))[:1]

    assert complaint in problem


def test_a_secret_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        of_sources(["https://ann:hunter2@h/mesh.git"], ServiceSettings())

    assert "has no place in an address" in caught.value.problems[0]
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("url: 'https://ann:hunter2@h/x'", "has no place in an address"),
        ("url: 'http://example.com/x'", "plain http lets anybody"),
        ("url: 'ext::sh -c true'", "this is no address"),
        ("url: 'https://h/x', ref: 'a..b'", "no name of a branch"),
        ("url: 'https://h/x', ref: {semver: 'new'}", "is no range of versions"),
        ("url: 'https://h/x', ref: {}", "give one of branch"),
        ("url: 'https://h/x', path: '../y'", "leads out of the repository"),
        ("url: 'https://h/x', credentials: {password: {env: P}}", "needs a username"),
        ("url: 'https://h/x', credentials: {token: abc}", "settings belong here"),
        ("url: 'https://h/x', dept: 1", "did you mean 'depth'?"),
    ],
)
def test_a_repository_that_makes_no_sense_is_refused(
    file: Any, source: str, complaint: str
) -> None:
    text = f"channels: [{{sources: [{{name: a, type: git, {source}}}]}}]\n"
    (problem,) = problems(file(text))[:1]

    assert complaint in problem
    assert "hunter2" not in problem


def test_a_repositorys_relative_path_starts_at_the_files_folder(file: Any, tmp_path: Path) -> None:
    text = (
        "channels: [{sources: [{name: a, type: git, url: ./mesh.git, path: mesh/,"
        " credentials: {token: {file: token}}}]}]\n"
    )
    (source,) = load(file(text)).channels[0].sources

    assert isinstance(source, GitSettings)
    assert (source.url, source.path) == (tmp_path / "mesh.git", "mesh")
    assert source.credentials.token is not None
    assert source.credentials.token.file == tmp_path / "token"


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("7", "channels[0].schemas[0]: input is not a valid path"),
        ("{name: a}", "channels[0].schemas[0]: the setting 'type' is missing."),
        (
            "{name: a, type: kubernetes, contxt: b}",
            "there is no setting 'channels[0].schemas[0].contxt'; did you mean 'context'?",
        ),
        (
            "{name: a, type: git, url: 'https://h/x', ref: {brunch: main}}",
            "there is no setting 'channels[0].schemas[0].ref.brunch'; did you mean 'branch'?",
        ),
        ("{name: a, type: kubernetes, kinds: [core/Service]}", "`kinds` and `namespaces` have no"),
        (
            "{name: a, type: git, url: 'https://h/x', status: {kind: github, token: {env: T}}}",
            "`status` has no place here",
        ),
        ("{name: a, type: kubernetes, admission: {service: a/b}}", "`admission` has no place here"),
        ("{name: taken, type: kubernetes}", "two sources are called 'taken'"),
        ("{name: a, type: plugin, plugin: none}", ":2: no installed package offers the source"),
    ],
)
def test_schemas_that_make_no_sense_are_refused(file: Any, entry: str, complaint: str) -> None:
    text = f"channels: [{{sources: [{{name: taken, type: memory}}], schemas: [\n{entry}]}}]\n"

    assert complaint in problems(file(text))[0]


def test_schemas_are_paths_or_sources(file: Any, tmp_path: Path) -> None:
    text = (
        "channels: [{schemas: [crds, {name: api, type: git, url: ./api.git},"
        " {name: prod, type: kubernetes, kubeconfig: config}]}]\n"
    )
    channel = load(file(text)).channels[0]

    assert channel.schema_paths == (tmp_path / "crds",)
    git, cluster = channel.schema_sources
    assert isinstance(git, GitSettings)
    assert isinstance(cluster, KubernetesSettings)
    assert (git.url, cluster.kubeconfig) == (tmp_path / "api.git", tmp_path / "config")


def test_schemas_of_the_command_line_are_paths_repositories_and_clusters(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run(["git", "init", "--bare", "--quiet", str(bare)], check=True)
    places = [str(tmp_path), "no/such/path", str(bare), "https://h/api.git", "kube://prod"]

    found = of_schemas(places, ChannelSettings()).schemas

    assert found[:2] == (tmp_path, Path.cwd() / "no/such/path")
    assert [each.name for each in found[2:] if not isinstance(each, Path)] == [
        "bare",
        "api",
        "prod",
    ]


def test_files_of_overlays_start_at_the_folder_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "galley.yaml"
    file.write_text(
        "channels: [{transforms: [{type: overlay, overlays: [overlays/prod, {kind: A}]}]}]"
    )
    (transform,) = load(file).channels[0].transforms
    assert transform["overlays"] == (tmp_path / "overlays/prod", {"kind": "A"})
