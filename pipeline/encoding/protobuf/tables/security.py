"""Who may call whom: policies and authentication since Istio 1.4."""

PACKAGE = "istio.security.v1beta1"

TEXT = """
PeerAuthentication: selector 1 istio.type.v1beta1.WorkloadSelector, mtls 2 MutualTLS,
  port_level_mtls 3 map<uint32,MutualTLS>
PeerAuthentication.MutualTLS: mode 1 Mode
enum PeerAuthentication.MutualTLS.Mode: UNSET 0, DISABLE 1, PERMISSIVE 2, STRICT 3
RequestAuthentication: selector 1 istio.type.v1beta1.WorkloadSelector, jwt_rules 2 JWTRule*,
  +targetRef 3 istio.type.v1beta1.PolicyTargetReference,
  +targetRefs 4 istio.type.v1beta1.PolicyTargetReference*
JWTRule: issuer 1 string, audiences 2 string*, jwks_uri 3 string, from_headers 6 JWTHeader*,
  from_params 7 string*, output_payload_to_header 8 string, forward_original_token 9 bool,
  jwks 10 string, +output_claim_to_headers 11 ClaimToHeader*, +from_cookies 12 string*,
  +timeout 13 google.Duration, +space_delimited_claims 14 string*, +presence 15 JWTRequirement
enum JWTRule.JWTRequirement: OPTIONAL 0, REQUIRED 1
JWTHeader: name 1 string, prefix 2 string
ClaimToHeader: header 1 string, claim 2 string
AuthorizationPolicy: selector 1 istio.type.v1beta1.WorkloadSelector, rules 2 Rule*,
  +action 3 Action, action_detail(+provider 4 ExtensionProvider),
  +targetRef 5 istio.type.v1beta1.PolicyTargetReference,
  +targetRefs 6 istio.type.v1beta1.PolicyTargetReference*
AuthorizationPolicy.ExtensionProvider: name 1 string
enum AuthorizationPolicy.Action: ALLOW 0, DENY 1, AUDIT 2, CUSTOM 3
Rule: from 1 From*, to 2 To*, when 3 Condition*
Rule.From: source 1 Source
Rule.To: operation 1 Operation
Source: principals 1 string*, request_principals 2 string*, namespaces 3 string*,
  ip_blocks 4 string*, +not_principals 5 string*, +not_request_principals 6 string*,
  +not_namespaces 7 string*, +not_ip_blocks 8 string*, +remote_ip_blocks 9 string*,
  +not_remote_ip_blocks 10 string*, +service_accounts 11 string*,
  +not_service_accounts 12 string*, +trust_domains 13 string*, +not_trust_domains 14 string*
Operation: hosts 1 string*, ports 2 string*, methods 3 string*, paths 4 string*,
  +not_hosts 5 string*, +not_ports 6 string*, +not_methods 7 string*, +not_paths 8 string*
Condition: key 1 string, values 2 string*, +not_values 3 string*
"""
