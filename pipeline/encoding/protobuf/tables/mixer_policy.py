"""What Mixer is made to do, until Istio 1.5."""

PACKAGE = "istio.policy.v1beta1"

TEXT = """
enum ValueType: VALUE_TYPE_UNSPECIFIED 0, STRING 1, INT64 2, DOUBLE 3, BOOL 4, TIMESTAMP 5,
  IP_ADDRESS 6, EMAIL_ADDRESS 7, URI 8, DNS_NAME 9, DURATION 10, STRING_MAP 11
AttributeManifest: revision 1 string, name 2 string, attributes 3 map<string,AttributeInfo>
AttributeManifest.AttributeInfo: description 1 string, value_type 2 ValueType
Rule: match 1 string, actions 2 Action*, request_header_operations 3 HeaderOperationTemplate*,
  response_header_operations 4 HeaderOperationTemplate*, sampling 5 Sampling
Rule.HeaderOperationTemplate: name 1 string, values 2 string*, operation 3 Operation
enum Rule.HeaderOperationTemplate.Operation: REPLACE 0, REMOVE 1, APPEND 2
Action: handler 2 string, instances 3 string*, name 4 string
Instance: name 1 string, template 2 string, params 3 google.Struct,
  attribute_bindings 4 map<string,string>, compiled_template 67794676 string
Handler: name 1 string, adapter 2 string, params 3 google.Struct, connection 4 Connection,
  compiled_adapter 67794676 string
Connection: address 2 string, timeout 3 google.Duration, authentication 4 Authentication
Sampling: random 1 RandomSampling, rate_limit 2 RateLimitSampling
RandomSampling: attribute_expression 1 string, percent_sampled 2 FractionalPercent,
  use_independent_randomness 3 bool
RateLimitSampling: sampling_duration 1 google.Duration, max_unsampled_entries 2 int64,
  sampling_rate 3 int64
FractionalPercent: numerator 1 uint32, denominator 2 DenominatorType
enum FractionalPercent.DenominatorType: HUNDRED 0, TEN_THOUSAND 1
Authentication: auth_type(tls 1 Tls, mutual 2 Mutual)
Tls: ca_certificates 1 string, token_source(token_path 2 string, oauth 3 OAuth),
  token_type(auth_header 4 AuthHeader, custom_header 5 string), server_name 6 string
enum Tls.AuthHeader: PLAIN 0, BEARER 1
OAuth: client_id 1 string, client_secret 2 string, token_url 3 string, scopes 4 string*,
  endpoint_params 5 map<string,string>
Mutual: private_key 1 string, client_certificate 2 string, ca_certificates 3 string,
  server_name 4 string
"""
