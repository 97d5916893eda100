"""Origin authentication: from the `origins` of an old policy to tokens and the duty to have one.

A RequestAuthentication lets requests without a token pass, so where the policy did not, an
AuthorizationPolicy denies them. Its trigger rules become the paths on which it does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.model import Path
from pipeline.transform.authentication.errors import NotCarriedOverError
from pipeline.transform.authentication.said import maps, said, texts
from pipeline.transform.authentication.targets import Target

_JWT = ("issuer", "audiences", "jwksUri", "jwks")
_WITHOUT_TOKEN = {"from": [{"source": {"notRequestPrincipals": ["*"]}}]}


def request_authentication(target: Target, spec: Mapping[str, Any]) -> dict[str, Any] | None:
    """The spec of a RequestAuthentication; None if the policy is about no tokens.

    Raises:
        NotCarriedOverError: it asks for what there is not today.
    """
    rules = [_rule(jwt) for _, jwt in _tokens(spec)]
    return target.spec({"jwtRules": rules}) if rules else None


def authorization_policy(target: Target, spec: Mapping[str, Any]) -> dict[str, Any] | None:
    """The spec of an AuthorizationPolicy that denies requests without a token; None if they pass.

    Raises:
        NotCarriedOverError: it asks for what there is not today.
    """
    tokens = tuple(_tokens(spec))
    if not tokens or said(spec, "originIsOptional") is True:
        return None
    operations = [each for path, jwt in tokens for each in _triggers(path, jwt)]
    if operations and len(tokens) > 1:
        problem = "with several issuers no AuthorizationPolicy tells which of them was asked"
        raise NotCarriedOverError((*tokens[0][0], "triggerRules"), problem)
    ports = {"ports": [str(port) for port in target.ports]} if target.ports else {}
    rules = [_denied({**each, **ports}) for each in operations or [{}]]
    return target.spec({"action": "DENY", "rules": rules})


def _tokens(spec: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for path, origin in maps(spec, "origins", ("spec",)):
        jwt = origin.get("jwt")
        if not isinstance(jwt, Mapping):
            raise NotCarriedOverError(path, "an origin can only be authenticated by a token")
        yield (*path, "jwt"), jwt


def _rule(jwt: Mapping[str, Any]) -> dict[str, Any]:
    """Tokens were passed on, which has to be asked for today."""
    rule = {name: said(jwt, name) for name in _JWT if said(jwt, name)}
    headers, params = texts(jwt, "jwtHeaders"), texts(jwt, "jwtParams")
    if headers:
        rule["fromHeaders"] = [_header(name) for name in headers]
    if params:
        rule["fromParams"] = params
    return {**rule, "forwardOriginalToken": True}


def _header(name: str) -> dict[str, str]:
    """One header had a prefix of its own."""
    if name == "ingress-authorization":
        return {"name": name, "prefix": "istio"}
    return {"name": name}


def _triggers(path: Path, jwt: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for where, rule in maps(jwt, "triggerRules", path):
        included = [_path(*each) for each in maps(rule, "includedPaths", where)]
        excluded = [_path(*each) for each in maps(rule, "excludedPaths", where)]
        paths = {"paths": included} if included else {}
        yield {**paths, **({"notPaths": excluded} if excluded else {})}


def _path(where: Path, match: Mapping[str, Any]) -> str:
    forms = {"exact": "{}", "prefix": "{}*", "suffix": "*{}"}
    for name, form in forms.items():
        if isinstance(match.get(name), str):
            return form.format(match[name])
    problem = "paths can be matched in full, by their beginning or by their end"
    raise NotCarriedOverError((*where, *sorted(match)[:1]), problem)


def _denied(operation: Mapping[str, Any]) -> dict[str, Any]:
    to = {"to": [{"operation": dict(operation)}]} if operation else {}
    return {**_WITHOUT_TOKEN, **to}
