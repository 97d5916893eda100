"""MeshConfig and what it is made of."""

PACKAGE = "istio.mesh.v1alpha1"

TEXT = """
Tracing: tracer(zipkin 1 Zipkin, lightstep 2 Lightstep, datadog 3 Datadog,
  stackdriver 4 Stackdriver, +open_census_agent 9 OpenCensusAgent),
  +custom_tags 5 map<string,CustomTag>, +max_path_tag_length 6 uint32, +sampling 7 double,
  +tls_settings 8 istio.networking.v1alpha3.ClientTLSSettings,
  +enable_istio_tags 10 google.BoolValue
Tracing.Zipkin: address 1 string
Tracing.Lightstep: address 1 string, access_token 2 string, -secure 3 bool, -cacert_path 4 string
Tracing.Datadog: address 1 string
Tracing.Stackdriver: debug 1 bool, max_number_of_attributes 2 google.Int64Value,
  max_number_of_annotations 3 google.Int64Value, max_number_of_message_events 4 google.Int64Value
Tracing.OpenCensusAgent: address 1 string, context 2 TraceContext*
enum Tracing.OpenCensusAgent.TraceContext: UNSPECIFIED 0, W3C_TRACE_CONTEXT 1, GRPC_BIN 2,
  CLOUD_TRACE_CONTEXT 3, B3 4
Tracing.CustomTag: type(literal 1 Literal, environment 2 Environment, header 3 RequestHeader)
Tracing.Literal: value 1 string
Tracing.Environment: name 1 string, default_value 2 string
Tracing.RequestHeader: name 1 string, default_value 2 string
SDS: enabled 1 bool, k8s_sa_jwt_path 2 string
Topology: num_trusted_proxies 1 uint32, forward_client_cert_details 2 ForwardClientCertDetails,
  proxy_protocol 3 ProxyProtocolConfiguration
Topology.ProxyProtocolConfiguration:
PrivateKeyProvider: provider(cryptomb 2 CryptoMb, qat 3 QAT)
PrivateKeyProvider.CryptoMb: poll_delay 1 google.Duration, fallback 2 google.BoolValue
PrivateKeyProvider.QAT: poll_delay 1 google.Duration, fallback 2 google.BoolValue
ProxyConfig: config_path 1 string, binary_path 2 string, -service_cluster 3 string,
  cluster_name(+service_cluster 3 string, +tracing_service_name 36 TracingServiceName),
  drain_duration 4 google.Duration, -parent_shutdown_duration 5 google.Duration,
  discovery_address 6 string, discovery_refresh_delay 7 google.Duration, zipkin_address 8 string,
  -connect_timeout 9 google.Duration, statsd_udp_address 10 string, proxy_admin_port 11 int32,
  availability_zone 12 string, control_plane_auth_policy 13 AuthenticationPolicy,
  custom_config_file 14 string, stat_name_length 15 int32, -concurrency 16 int32,
  +concurrency 16 google.Int32Value, proxy_bootstrap_template_path 17 string,
  interception_mode 18 InboundInterceptionMode, tracing 19 Tracing,
  envoy_metrics_service_address 20 string, sds 21 SDS, envoy_access_log_service 22 RemoteService,
  envoy_metrics_service 23 RemoteService, +proxy_metadata 24 map<string,string>,
  +status_port 26 int32, +extra_stat_tags 27 string*, +gateway_topology 28 Topology,
  +termination_drain_duration 29 google.Duration, +mesh_id 30 string,
  +readiness_probe 31 istio.networking.v1alpha3.ReadinessProbe,
  +proxy_stats_matcher 32 ProxyStatsMatcher,
  +hold_application_until_proxy_starts 33 google.BoolValue, +ca_certificates_pem 34 string*,
  +image 35 istio.networking.v1beta1.ProxyImage, +runtime_values 37 map<string,string>,
  +private_key_provider 38 PrivateKeyProvider, +proxy_headers 39 ProxyHeaders,
  +file_flush_interval 40 google.Duration, +file_flush_min_size_kb 41 uint32,
  +stats_compression 42 google.BoolValue, +connection_settings 43 ConnectionSettings
ProxyConfig.ProxyStatsMatcher: inclusion_prefixes 1 string*, inclusion_suffixes 2 string*,
  inclusion_regexps 3 string*
ProxyConfig.ProxyHeaders: forwarded_client_cert 1 ForwardClientCertDetails, server 2 Server,
  request_id 3 RequestId, attempt_count 4 AttemptCount, envoy_debug_headers 5 EnvoyDebugHeaders,
  metadata_exchange_headers 6 MetadataExchangeHeaders,
  set_current_client_cert_details 7 SetCurrentClientCertDetails,
  preserve_http1_header_case 40 google.BoolValue, x_forwarded_host 41 XForwardedHost,
  x_forwarded_port 42 XForwardedPort
ProxyConfig.ProxyHeaders.Server: disabled 1 google.BoolValue, value 2 string
ProxyConfig.ProxyHeaders.RequestId: disabled 1 google.BoolValue
ProxyConfig.ProxyHeaders.AttemptCount: disabled 1 google.BoolValue
ProxyConfig.ProxyHeaders.XForwardedHost: enabled 1 google.BoolValue
ProxyConfig.ProxyHeaders.XForwardedPort: enabled 1 google.BoolValue
ProxyConfig.ProxyHeaders.EnvoyDebugHeaders: disabled 1 google.BoolValue
ProxyConfig.ProxyHeaders.MetadataExchangeHeaders: mode 1 MetadataExchangeMode
ProxyConfig.ProxyHeaders.SetCurrentClientCertDetails: subject 1 google.BoolValue,
  cert 2 google.BoolValue, chain 3 google.BoolValue, dns 4 google.BoolValue,
  uri 5 google.BoolValue
enum ProxyConfig.ProxyHeaders.MetadataExchangeMode: UNDEFINED 0, IN_MESH 1
ProxyConfig.ConnectionSettings: profile 1 Profile,
  listener_per_connection_buffer_limit_bytes 2 google.Int32Value,
  cluster_per_connection_buffer_limit_bytes 3 google.Int32Value,
  http_idle_timeout 4 google.Duration, http_max_connection_duration 5 google.Duration,
  http_drain_timeout 6 google.Duration, http_request_timeout 7 google.Duration,
  http_request_headers_timeout 8 google.Duration, http_stream_idle_timeout 9 google.Duration,
  http_max_stream_duration 10 google.Duration, http_max_concurrent_streams 11 google.Int32Value,
  http2_initial_stream_window_size 12 google.Int32Value,
  http2_initial_connection_window_size 13 google.Int32Value,
  http_headers_with_underscores_action 14 HeadersWithUnderscoresAction,
  http_merge_slashes 15 google.BoolValue,
  http_path_with_escaped_slashes_action 16 PathWithEscapedSlashesAction,
  listener_connection_limit 17 google.Int32Value,
  global_downstream_connection_limit 18 google.Int32Value
enum ProxyConfig.ConnectionSettings.Profile: SIDECAR 0, EDGE 1
enum ProxyConfig.ConnectionSettings.HeadersWithUnderscoresAction:
  HEADERS_WITH_UNDERSCORES_UNSPECIFIED 0, HEADERS_WITH_UNDERSCORES_ALLOW 1,
  HEADERS_WITH_UNDERSCORES_REJECT_REQUEST 2, HEADERS_WITH_UNDERSCORES_DROP_HEADER 3
enum ProxyConfig.ConnectionSettings.PathWithEscapedSlashesAction:
  PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED 0, KEEP_UNCHANGED 1, REJECT_REQUEST 2,
  UNESCAPE_AND_REDIRECT 3, UNESCAPE_AND_FORWARD 4
enum ProxyConfig.TracingServiceName: APP_LABEL_AND_NAMESPACE 0, CANONICAL_NAME_ONLY 1,
  CANONICAL_NAME_AND_NAMESPACE 2
enum ProxyConfig.InboundInterceptionMode: REDIRECT 0, TPROXY 1, +NONE 2
RemoteService: address 1 string, -tls_settings 2 istio.networking.v1alpha3.TLSSettings,
  +tls_settings 2 istio.networking.v1alpha3.ClientTLSSettings,
  tcp_keepalive 3 istio.networking.v1alpha3.ConnectionPoolSettings.TCPSettings.TcpKeepalive
enum AuthenticationPolicy: NONE 0, MUTUAL_TLS 1, INHERIT 1000
enum ForwardClientCertDetails: UNDEFINED 0, SANITIZE 1, FORWARD_ONLY 2, APPEND_FORWARD 3,
  SANITIZE_SET 4, ALWAYS_FORWARD_ONLY 5
MeshConfig: -mixer_check_server 1 string, -mixer_report_server 2 string,
  -disable_policy_checks 3 bool, proxy_listen_port 4 int32, proxy_http_port 5 int32,
  connect_timeout 6 google.Duration, ingress_class 7 string, ingress_service 8 string,
  ingress_controller_mode 9 IngressControllerMode, -auth_policy 10 AuthPolicy,
  -rds_refresh_delay 11 google.Duration, enable_tracing 12 bool, access_log_file 13 string,
  default_config 14 ProxyConfig, -mixer_address 16 string,
  outbound_traffic_policy 17 OutboundTrafficPolicy, -enable_client_side_policy_check 19 bool,
  -sds_uds_path 20 string, -sds_refresh_delay 21 google.Duration, config_sources 22 ConfigSource*,
  -enable_sds_token_mount 23 bool, access_log_format 24 string, -policy_check_fail_open 25 bool,
  trust_domain 26 string, access_log_encoding 27 AccessLogEncoding,
  tcp_keepalive 28 istio.networking.v1alpha3.ConnectionPoolSettings.TCPSettings.TcpKeepalive,
  -sds_use_k8s_sa_jwt 29 bool, -sidecar_to_telemetry_session_affinity 30 bool,
  default_service_export_to 31 string*, default_virtual_service_export_to 32 string*,
  default_destination_rule_export_to 33 string*, root_namespace 34 string,
  -locality_lb_setting 35 LocalityLoadBalancerSetting,
  +locality_lb_setting 35 istio.networking.v1alpha3.LocalityLoadBalancerSetting,
  dns_refresh_rate 36 google.Duration, -disable_report_batch 37 bool,
  -report_batch_max_entries 38 uint32, -report_batch_max_time 39 google.Duration,
  enable_envoy_access_log_service 40 bool, h2_upgrade_policy 41 H2UpgradePolicy,
  protocol_detection_timeout 42 google.Duration, enable_auto_mtls 43 google.BoolValue,
  inbound_cluster_stat_name 44 string, outbound_cluster_stat_name 45 string,
  trust_domain_aliases 46 string*, certificates 47 Certificate*,
  -disable_mixer_http_reports 48 bool, +service_settings 50 ServiceSettings*,
  +enable_prometheus_merge 51 google.BoolValue, +ingress_selector 52 string,
  +verify_certificate_at_client 54 google.BoolValue, +ca 55 CA,
  +disable_envoy_listener_log 56 bool, +extension_providers 57 ExtensionProvider*,
  +ca_certificates 58 CertificateData*, +discovery_selectors 59 LabelSelector*,
  +default_providers 60 DefaultProviders, +path_normalization 61 ProxyPathNormalization,
  +default_http_retry_policy 62 istio.networking.v1alpha3.HTTPRetry, +mesh_mTLS 63 TLSConfig,
  +tls_defaults 64 TLSConfig, +proxy_inbound_listen_port 65 int32,
  +inbound_traffic_policy 66 InboundTrafficPolicy, +service_scope_configs 67 ServiceScopeConfigs*,
  +hbone_idle_timeout 70 google.Duration, +default_traffic_policy 71 DefaultTrafficPolicy,
  +service_entry_visibility 72 ServiceEntryVisibility,
  +zone_aware_lb_setting 73 istio.networking.v1alpha3.ZoneAwareLoadBalancerSetting,
  +default_inbound_http_retry_policy 74 istio.networking.v1alpha3.HTTPRetry
MeshConfig.OutboundTrafficPolicy: mode 1 Mode, +tls 2 istio.networking.v1alpha3.ClientTLSSettings
enum MeshConfig.OutboundTrafficPolicy.Mode: REGISTRY_ONLY 0, ALLOW_ANY 1, +ALLOW_ANY_DYNAMIC_DNS 3
MeshConfig.InboundTrafficPolicy: mode 1 Mode
enum MeshConfig.InboundTrafficPolicy.Mode: PASSTHROUGH 0, LOCALHOST 1
MeshConfig.CertificateData: certificate_data(pem 1 string, spiffe_bundle_url 2 string),
  cert_signers 3 string*, trust_domains 4 string*
MeshConfig.ServiceSettings: settings 1 Settings, hosts 2 string*
MeshConfig.ServiceSettings.Settings: cluster_local 1 bool
MeshConfig.ServiceScopeConfigs: namespace_selector 1 LabelSelector,
  services_selector 2 LabelSelector, scope 3 Scope
enum MeshConfig.ServiceScopeConfigs.Scope: LOCAL 0, GLOBAL 1
MeshConfig.CA: address 1 string, tls_settings 2 istio.networking.v1alpha3.ClientTLSSettings,
  request_timeout 3 google.Duration, istiod_side 4 bool
MeshConfig.ExtensionProvider: name 1 string,
  provider(envoy_ext_authz_http 2 EnvoyExternalAuthorizationHttpProvider,
  envoy_ext_authz_grpc 3 EnvoyExternalAuthorizationGrpcProvider, zipkin 4 ZipkinTracingProvider,
  lightstep 5 LightstepTracingProvider, datadog 6 DatadogTracingProvider,
  stackdriver 7 StackdriverProvider, opencensus 8 OpenCensusAgentTracingProvider,
  skywalking 9 SkyWalkingTracingProvider, prometheus 10 PrometheusMetricsProvider,
  envoy_file_access_log 11 EnvoyFileAccessLogProvider,
  envoy_http_als 12 EnvoyHttpGrpcV3LogProvider, envoy_tcp_als 13 EnvoyTcpGrpcV3LogProvider,
  envoy_otel_als 14 EnvoyOpenTelemetryLogProvider, opentelemetry 15 OpenTelemetryTracingProvider,
  sds 16 SDSProvider)
MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody: max_request_bytes 1 uint32,
  allow_partial_message 2 bool, pack_as_bytes 3 bool
MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationHttpProvider: service 1 string,
  port 2 uint32, path_prefix 3 string, fail_open 4 bool, status_on_error 5 string,
  include_headers_in_check 6 string*, headers_to_upstream_on_allow 7 string*,
  headers_to_downstream_on_deny 8 string*, timeout 9 google.Duration,
  include_request_headers_in_check 10 string*,
  include_additional_headers_in_check 11 map<string,string>,
  include_request_body_in_check 12 EnvoyExternalAuthorizationRequestBody,
  headers_to_downstream_on_allow 13 string*, clear_route_cache 14 bool
MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationGrpcProvider: service 1 string,
  port 2 uint32, fail_open 3 bool, status_on_error 4 string, timeout 5 google.Duration,
  include_request_body_in_check 6 EnvoyExternalAuthorizationRequestBody, clear_route_cache 7 bool
MeshConfig.ExtensionProvider.ZipkinTracingProvider: service 1 string, port 2 uint32,
  max_tag_length 3 uint32, enable_64bit_trace_id 4 bool, path 5 string,
  trace_context_option 6 TraceContextOption, timeout 7 google.Duration, headers 8 HttpHeader*
enum MeshConfig.ExtensionProvider.ZipkinTracingProvider.TraceContextOption: USE_B3 0,
  USE_B3_WITH_W3C_PROPAGATION 1
MeshConfig.ExtensionProvider.LightstepTracingProvider: service 1 string, port 2 uint32,
  access_token 3 string, max_tag_length 4 uint32
MeshConfig.ExtensionProvider.DatadogTracingProvider: service 1 string, port 2 uint32,
  max_tag_length 3 uint32
MeshConfig.ExtensionProvider.SkyWalkingTracingProvider: service 1 string, port 2 uint32,
  access_token 3 string
MeshConfig.ExtensionProvider.StackdriverProvider: debug 1 bool,
  max_number_of_attributes 2 google.Int64Value, max_number_of_annotations 3 google.Int64Value,
  max_number_of_message_events 4 google.Int64Value, max_tag_length 5 uint32, logging 6 Logging
MeshConfig.ExtensionProvider.StackdriverProvider.Logging: labels 1 map<string,string>
MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider: service 1 string, port 2 uint32,
  context 3 TraceContext*, max_tag_length 4 uint32
enum MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider.TraceContext: UNSPECIFIED 0,
  W3C_TRACE_CONTEXT 1, GRPC_BIN 2, CLOUD_TRACE_CONTEXT 3, B3 4
MeshConfig.ExtensionProvider.PrometheusMetricsProvider:
MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider: path 1 string, log_format 2 LogFormat,
  omit_empty_values 3 bool
MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat: log_format(text 1 string,
  labels 2 google.Struct)
MeshConfig.ExtensionProvider.EnvoyHttpGrpcV3LogProvider: service 1 string, port 2 uint32,
  log_name 3 string, filter_state_objects_to_log 4 string*,
  additional_request_headers_to_log 5 string*, additional_response_headers_to_log 6 string*,
  additional_response_trailers_to_log 7 string*
MeshConfig.ExtensionProvider.EnvoyTcpGrpcV3LogProvider: service 1 string, port 2 uint32,
  log_name 3 string, filter_state_objects_to_log 4 string*
MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider: service 1 string, port 2 uint32,
  log_name 3 string, log_format 4 LogFormat
MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider.LogFormat: text 1 string,
  labels 2 google.Struct
MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider: service 1 string, port 2 uint32,
  max_tag_length 3 uint32, http 4 HttpService, resource_detectors 5 ResourceDetectors,
  sampling(dynatrace_sampler 6 DynatraceSampler), grpc 7 GrpcService,
  service_attribute_enrichment 8 ServiceAttributeEnrichment
MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler: tenant 1 string,
  cluster_id 2 int32, root_spans_per_minute 3 uint32, http_service 4 DynatraceApi
MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler.DynatraceApi:
  service 1 string, port 2 uint32, http 3 HttpService
MeshConfig.ExtensionProvider.SDSProvider: name 1 string, service 2 string, port 3 uint32
MeshConfig.ExtensionProvider.HttpService: path 1 string, timeout 2 google.Duration,
  headers 3 HttpHeader*
MeshConfig.ExtensionProvider.HttpHeader: name 1 string, header_value(value 2 string,
  env_name 3 string)
MeshConfig.ExtensionProvider.ResourceDetectors: environment 1 EnvironmentResourceDetector,
  dynatrace 2 DynatraceResourceDetector
MeshConfig.ExtensionProvider.ResourceDetectors.EnvironmentResourceDetector:
MeshConfig.ExtensionProvider.ResourceDetectors.DynatraceResourceDetector:
MeshConfig.ExtensionProvider.GrpcService: timeout 1 google.Duration,
  initial_metadata 2 HttpHeader*
enum MeshConfig.ExtensionProvider.ServiceAttributeEnrichment: ISTIO_CANONICAL 0,
  OTEL_SEMANTIC_CONVENTIONS 1
MeshConfig.DefaultProviders: tracing 1 string*, metrics 2 string*, access_logging 3 string*
MeshConfig.ProxyPathNormalization: normalization 1 NormalizationType
enum MeshConfig.ProxyPathNormalization.NormalizationType: DEFAULT 0, NONE 1, BASE 2,
  MERGE_SLASHES 3, DECODE_AND_MERGE_SLASHES 4
MeshConfig.TLSConfig: min_protocol_version 1 TLSProtocol, ecdh_curves 2 string*,
  cipher_suites 3 string*
enum MeshConfig.TLSConfig.TLSProtocol: TLS_AUTO 0, TLSV1_2 1, TLSV1_3 2
MeshConfig.DefaultTrafficPolicy:
  connection_pool 1 istio.networking.v1alpha3.ConnectionPoolSettings,
  outlier_detection 2 istio.networking.v1alpha3.OutlierDetection
enum MeshConfig.IngressControllerMode: -OFF 0, +UNSPECIFIED 0, -DEFAULT 1, +OFF 1, -STRICT 2,
  +DEFAULT 2, +STRICT 3
enum MeshConfig.AuthPolicy: NONE 0, MUTUAL_TLS 1
enum MeshConfig.AccessLogEncoding: TEXT 0, JSON 1
enum MeshConfig.H2UpgradePolicy: DO_NOT_UPGRADE 0, UPGRADE 1
LabelSelector: matchLabels 1 map<string,string>, matchExpressions 2 LabelSelectorRequirement*
LabelSelectorRequirement: key 1 string, operator 2 string, values 3 string*
ServiceEntryVisibility: default_visibility 1 Visibility, apply_to_sidecars 2 bool,
  policies 3 Policy*
ServiceEntryVisibility.Policy: visibility 1 Visibility, matching_rules 2 MatchRule*
ServiceEntryVisibility.MatchRule: matcher(namespace_selector 1 LabelSelector)
enum ServiceEntryVisibility.Visibility: VISIBILITY_UNSPECIFIED 0, NONE 1, NAMESPACE 2, PUBLIC 3
ConfigSource: address 1 string, -tls_settings 2 istio.networking.v1alpha3.TLSSettings,
  +tls_settings 2 istio.networking.v1alpha3.ClientTLSSettings, subscribed_resources 3 Resource*
Certificate: secret_name 1 string, dns_names 2 string*
enum Resource: SERVICE_REGISTRY 0
LocalityLoadBalancerSetting: distribute 1 Distribute*, failover 2 Failover*
LocalityLoadBalancerSetting.Distribute: from 1 string, to 2 map<string,uint32>
LocalityLoadBalancerSetting.Failover: from 1 string, to 2 string
"""
