"""Authentication until Istio 1.5."""

PACKAGE = "istio.authentication.v1alpha1"

TEXT = """
StringMatch: match_type(exact 1 string, prefix 2 string, suffix 3 string, regex 4 string)
MutualTls: allow_tls 1 bool, mode 2 Mode
enum MutualTls.Mode: STRICT 0, PERMISSIVE 1
Jwt: issuer 1 string, audiences 2 string*, jwks_uri 3 string, jwt_headers 6 string*,
  jwt_params 7 string*, trigger_rules 9 TriggerRule*, jwks 10 string
Jwt.TriggerRule: excluded_paths 1 StringMatch*, included_paths 2 StringMatch*
PeerAuthenticationMethod: params(mtls 1 MutualTls, jwt 2 Jwt)
OriginAuthenticationMethod: jwt 1 Jwt
Policy: targets 1 TargetSelector*, peers 2 PeerAuthenticationMethod*, peer_is_optional 3 bool,
  origins 4 OriginAuthenticationMethod*, origin_is_optional 5 bool,
  principal_binding 6 PrincipalBinding
TargetSelector: name 1 string, ports 2 PortSelector*, labels 3 map<string,string>
PortSelector: port(number 1 uint32, name 2 string)
enum PrincipalBinding: USE_PEER 0, USE_ORIGIN 1
"""
