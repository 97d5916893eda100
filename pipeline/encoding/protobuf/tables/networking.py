"""What routes, receives and connects: VirtualService, Gateway, DestinationRule and the rest."""

PACKAGE = "istio.networking.v1alpha3"

TEXT = """
WorkloadEntry: address 1 string, ports 2 map<string,uint32>, labels 3 map<string,string>,
  network 4 string, locality 5 string, weight 6 uint32, service_account 7 string
VirtualService: hosts 1 string*, gateways 2 string*, http 3 HTTPRoute*, tcp 4 TCPRoute*,
  tls 5 TLSRoute*, export_to 6 string*
Destination: host 1 string, subset 2 string, port 3 PortSelector
HTTPRoute: match 1 HTTPMatchRequest*, route 2 HTTPRouteDestination*, redirect 3 HTTPRedirect,
  rewrite 4 HTTPRewrite, -websocket_upgrade 5 bool, timeout 6 google.Duration,
  retries 7 HTTPRetry, fault 8 HTTPFaultInjection, mirror 9 Destination,
  cors_policy 10 CorsPolicy, -append_headers 11 map<string,string>,
  -remove_response_headers 12 string*, -append_response_headers 13 map<string,string>,
  -remove_request_headers 14 string*, -append_request_headers 15 map<string,string>,
  headers 16 Headers, name 17 string, mirror_percent 18 google.UInt32Value,
  +mirror_percentage 19 Percent, +delegate 20 Delegate, +direct_response 21 HTTPDirectResponse,
  +mirrors 22 HTTPMirrorPolicy*
Delegate: name 1 string, namespace 2 string
Headers: request 1 HeaderOperations, response 2 HeaderOperations
Headers.HeaderOperations: set 1 map<string,string>, add 2 map<string,string>, remove 3 string*
TLSRoute: match 1 TLSMatchAttributes*, route 2 RouteDestination*
TCPRoute: match 1 L4MatchAttributes*, route 2 RouteDestination*
HTTPMatchRequest: uri 1 StringMatch, scheme 2 StringMatch, method 3 StringMatch,
  authority 4 StringMatch, headers 5 map<string,StringMatch>, port 6 uint32,
  source_labels 7 map<string,string>, gateways 8 string*, query_params 9 map<string,StringMatch>,
  ignore_uri_case 10 bool, name 11 string, +without_headers 12 map<string,StringMatch>,
  +source_namespace 13 string, +stat_prefix 14 string
HTTPRouteDestination: destination 1 Destination, weight 2 int32,
  -remove_response_headers 3 string*, -append_response_headers 4 map<string,string>,
  -remove_request_headers 5 string*, -append_request_headers 6 map<string,string>,
  headers 7 Headers
RouteDestination: destination 1 Destination, weight 2 int32
L4MatchAttributes: destination_subnets 1 string*, port 2 uint32, source_subnet 3 string,
  source_labels 4 map<string,string>, gateways 5 string*, +source_namespace 6 string
TLSMatchAttributes: sni_hosts 1 string*, destination_subnets 2 string*, port 3 uint32,
  -source_subnet 4 string, source_labels 5 map<string,string>, gateways 6 string*,
  +source_namespace 7 string
HTTPRedirect: uri 1 string, authority 2 string, redirect_code 3 uint32,
  redirect_port(+port 4 uint32, +derive_port 5 RedirectPortSelection), +scheme 6 string,
  +prefix_rewrite 7 string
enum HTTPRedirect.RedirectPortSelection: FROM_PROTOCOL_DEFAULT 0, FROM_REQUEST_PORT 1
HTTPDirectResponse: status 1 uint32, body 2 HTTPBody
HTTPBody: specifier(string 1 string, bytes 2 bytes)
HTTPRewrite: uri 1 string, authority 2 string, +uri_regex_rewrite 3 RegexRewrite
RegexRewrite: match 1 string, rewrite 2 string
StringMatch: match_type(exact 1 string, prefix 2 string, regex 3 string)
HTTPRetry: attempts 1 int32, per_try_timeout 2 google.Duration, retry_on 3 string,
  +retry_remote_localities 4 google.BoolValue, +retry_ignore_previous_hosts 5 google.BoolValue,
  +backoff 6 google.Duration
CorsPolicy: allow_origin 1 string*, allow_methods 2 string*, allow_headers 3 string*,
  expose_headers 4 string*, max_age 5 google.Duration, allow_credentials 6 google.BoolValue,
  +allow_origins 7 StringMatch*, +unmatched_preflights 8 UnmatchedPreflights
enum CorsPolicy.UnmatchedPreflights: UNSPECIFIED 0, FORWARD 1, IGNORE 2
HTTPFaultInjection: delay 1 Delay, abort 2 Abort
HTTPFaultInjection.Delay: percent 1 int32, http_delay_type(fixed_delay 2 google.Duration,
  exponential_delay 3 google.Duration), percentage 5 Percent
HTTPFaultInjection.Abort: -percent 1 int32, error_type(http_status 2 int32, grpc_status 3 string,
  http2_error 4 string), percentage 5 Percent
HTTPMirrorPolicy: destination 1 Destination, percentage 2 Percent
PortSelector: number 1 uint32
Percent: value 1 double
DestinationRule: host 1 string, traffic_policy 2 TrafficPolicy, subsets 3 Subset*,
  export_to 4 string*, +workload_selector 5 istio.type.v1beta1.WorkloadSelector
TrafficPolicy: load_balancer 1 LoadBalancerSettings, connection_pool 2 ConnectionPoolSettings,
  outlier_detection 3 OutlierDetection, -tls 4 TLSSettings, +tls 4 ClientTLSSettings,
  port_level_settings 5 PortTrafficPolicy*, +tunnel 6 TunnelSettings,
  +proxy_protocol 7 ProxyProtocol, +retry_budget 8 RetryBudget
TrafficPolicy.PortTrafficPolicy: port 1 PortSelector, load_balancer 2 LoadBalancerSettings,
  connection_pool 3 ConnectionPoolSettings, outlier_detection 4 OutlierDetection,
  -tls 5 TLSSettings, +tls 5 ClientTLSSettings
TrafficPolicy.TunnelSettings: protocol 1 string, target_host 2 string, target_port 3 uint32
TrafficPolicy.ProxyProtocol: version 1 VERSION
enum TrafficPolicy.ProxyProtocol.VERSION: V1 0, V2 1
TrafficPolicy.RetryBudget: percent 1 google.DoubleValue, min_retry_concurrency 2 uint32,
  budget_interval 3 google.Duration
Subset: name 1 string, labels 2 map<string,string>, traffic_policy 3 TrafficPolicy
LoadBalancerSettings: lb_policy(simple 1 SimpleLB, consistent_hash 2 ConsistentHashLB,
  +backend_utilization 7 BackendUtilizationLB),
  +locality_lb_setting 3 LocalityLoadBalancerSetting, +warmup_duration_secs 4 google.Duration,
  +warmup 5 WarmupConfiguration, +zone_aware_lb_setting 6 ZoneAwareLoadBalancerSetting
LoadBalancerSettings.BackendUtilizationLB: weight_stabilization_period 1 google.Duration,
  weight_expiration_period 2 google.Duration, weight_update_period 3 google.Duration,
  error_utilization_penalty_percent 4 uint32, metric_names_for_computing_utilization 5 string*
LoadBalancerSettings.ConsistentHashLB: hash_key(http_header_name 1 string,
  http_cookie 2 HTTPCookie, use_source_ip 3 bool, +http_query_parameter_name 5 string),
  minimum_ring_size 4 uint64, hash_algorithm(+ring_hash 6 RingHash, +maglev 7 MagLev)
LoadBalancerSettings.ConsistentHashLB.RingHash: minimum_ring_size 1 uint64
LoadBalancerSettings.ConsistentHashLB.MagLev: table_size 1 uint64
LoadBalancerSettings.ConsistentHashLB.HTTPCookie: name 1 string, path 2 string,
  ttl 3 google.Duration, +attributes 4 Attribute*
LoadBalancerSettings.ConsistentHashLB.HTTPCookie.Attribute: name 1 string, value 2 string
enum LoadBalancerSettings.SimpleLB: -ROUND_ROBIN 0, +UNSPECIFIED 0, LEAST_CONN 1, RANDOM 2,
  PASSTHROUGH 3, +ROUND_ROBIN 4, +LEAST_REQUEST 5
WarmupConfiguration: duration 1 google.Duration, minimum_percent 2 google.DoubleValue,
  aggression 3 google.DoubleValue
ConnectionPoolSettings: tcp 1 TCPSettings, http 2 HTTPSettings
ConnectionPoolSettings.TCPSettings: max_connections 1 int32, connect_timeout 2 google.Duration,
  tcp_keepalive 3 TcpKeepalive, +max_connection_duration 4 google.Duration,
  +idle_timeout 5 google.Duration
ConnectionPoolSettings.TCPSettings.TcpKeepalive: probes 1 uint32, time 2 google.Duration,
  interval 3 google.Duration
ConnectionPoolSettings.HTTPSettings: http1_max_pending_requests 1 int32,
  http2_max_requests 2 int32, max_requests_per_connection 3 int32, max_retries 4 int32,
  idle_timeout 5 google.Duration, h2_upgrade_policy 6 H2UpgradePolicy,
  +use_client_protocol 7 bool, +max_concurrent_streams 8 int32,
  +http2_keep_alive 9 ConnectionKeepalive
ConnectionPoolSettings.HTTPSettings.ConnectionKeepalive: interval 1 google.Duration,
  timeout 2 google.Duration
enum ConnectionPoolSettings.HTTPSettings.H2UpgradePolicy: DEFAULT 0, DO_NOT_UPGRADE 1, UPGRADE 2
OutlierDetection: consecutive_errors 1 int32, interval 2 google.Duration,
  base_ejection_time 3 google.Duration, max_ejection_percent 4 int32, min_health_percent 5 int32,
  +consecutive_gateway_errors 6 google.UInt32Value, +consecutive_5xx_errors 7 google.UInt32Value,
  +split_external_local_origin_errors 8 bool,
  +consecutive_local_origin_failures 9 google.UInt32Value,
  +outlier_detection_http_error_codes 10 uint32*,
  +failure_percentage_threshold 11 google.UInt32Value
ClientTLSSettings: mode 1 TLSmode, client_certificate 2 string, private_key 3 string,
  ca_certificates 4 string, subject_alt_names 5 string*, sni 6 string, credential_name 7 string,
  insecure_skip_verify 8 google.BoolValue, ca_crl 9 string, ca_cert_credential_name 10 string
enum ClientTLSSettings.TLSmode: DISABLE 0, SIMPLE 1, MUTUAL 2, ISTIO_MUTUAL 3
LocalityLoadBalancerSetting: distribute 1 Distribute*, failover 2 Failover*,
  enabled 3 google.BoolValue, failover_priority 4 string*
LocalityLoadBalancerSetting.Distribute: from 1 string, to 2 map<string,uint32>
LocalityLoadBalancerSetting.Failover: from 1 string, to 2 string
ZoneAwareLoadBalancerSetting: enabled 1 google.BoolValue, failover 2 Failover*,
  failover_priority 3 string*, min_cluster_size 4 google.UInt32Value
ZoneAwareLoadBalancerSetting.Failover: from 1 string, to 2 string
Gateway: servers 1 Server*, selector 2 map<string,string>
Server: port 1 Port, hosts 2 string*, -tls 3 TLSOptions, +tls 3 ServerTLSSettings, bind 4 string,
  default_endpoint 5 string, +name 6 string
Port: number 1 uint32, protocol 2 string, name 3 string, +target_port 4 uint32
ServerTLSSettings: https_redirect 1 bool, mode 2 TLSmode, server_certificate 3 string,
  private_key 4 string, ca_certificates 5 string, subject_alt_names 6 string*,
  min_protocol_version 7 TLSProtocol, max_protocol_version 8 TLSProtocol, cipher_suites 9 string*,
  credential_name 10 string, verify_certificate_spki 11 string*,
  verify_certificate_hash 12 string*, ca_crl 13 string, credential_names 14 string*,
  tls_certificates 15 TLSCertificate*, ca_cert_credential_name 16 string,
  insecure_skip_verify 17 google.BoolValue, ecdh_curves 18 string*, alpn_protocols 19 string*
ServerTLSSettings.TLSCertificate: server_certificate 1 string, private_key 2 string,
  ca_certificates 3 string
enum ServerTLSSettings.TLSmode: PASSTHROUGH 0, SIMPLE 1, MUTUAL 2, AUTO_PASSTHROUGH 3,
  ISTIO_MUTUAL 4, OPTIONAL_MUTUAL 5
enum ServerTLSSettings.TLSProtocol: TLS_AUTO 0, TLSV1_0 1, TLSV1_1 2, TLSV1_2 3, TLSV1_3 4
Sidecar: workload_selector 1 WorkloadSelector, ingress 2 IstioIngressListener*,
  egress 3 IstioEgressListener*, outbound_traffic_policy 4 OutboundTrafficPolicy,
  +inbound_connection_pool 7 ConnectionPoolSettings
IstioIngressListener: -port 1 Port, +port 1 SidecarPort, bind 2 string,
  capture_mode 3 CaptureMode, default_endpoint 4 string, +tls 7 ServerTLSSettings,
  +connection_pool 8 ConnectionPoolSettings
IstioEgressListener: -port 1 Port, +port 1 SidecarPort, bind 2 string, capture_mode 3 CaptureMode,
  hosts 4 string*
WorkloadSelector: labels 1 map<string,string>
OutboundTrafficPolicy: mode 1 Mode, +egress_proxy 2 Destination
enum OutboundTrafficPolicy.Mode: REGISTRY_ONLY 0, ALLOW_ANY 1
SidecarPort: number 1 uint32, protocol 2 string, name 3 string, target_port 4 uint32
enum CaptureMode: DEFAULT 0, IPTABLES 1, NONE 2
EnvoyFilter: -workload_labels 1 map<string,string>, -filters 2 Filter*,
  workload_selector 3 WorkloadSelector, config_patches 4 EnvoyConfigObjectPatch*,
  +priority 5 int32, +targetRefs 6 istio.type.v1beta1.PolicyTargetReference*
EnvoyFilter.ProxyMatch: proxy_version 1 string, metadata 2 map<string,string>
EnvoyFilter.ClusterMatch: port_number 1 uint32, service 2 string, subset 3 string, name 4 string
EnvoyFilter.RouteConfigurationMatch: port_number 1 uint32, port_name 2 string, gateway 3 string,
  vhost 4 VirtualHostMatch, name 5 string
EnvoyFilter.RouteConfigurationMatch.RouteMatch: name 1 string, action 2 Action
enum EnvoyFilter.RouteConfigurationMatch.RouteMatch.Action: ANY 0, ROUTE 1, REDIRECT 2,
  DIRECT_RESPONSE 3
EnvoyFilter.RouteConfigurationMatch.VirtualHostMatch: name 1 string, route 2 RouteMatch,
  +domain_name 3 string
EnvoyFilter.ListenerMatch: port_number 1 uint32, port_name 2 string,
  filter_chain 3 FilterChainMatch, name 4 string, +listener_filter 5 string
EnvoyFilter.ListenerMatch.FilterChainMatch: name 1 string, sni 2 string,
  transport_protocol 3 string, application_protocols 4 string, filter 5 FilterMatch,
  +destination_port 6 uint32, +transport_socket 7 string
EnvoyFilter.ListenerMatch.FilterMatch: name 1 string, sub_filter 2 SubFilterMatch
EnvoyFilter.ListenerMatch.SubFilterMatch: name 1 string
EnvoyFilter.WaypointMatch: port_number 1 uint32, route 2 RouteMatch, filter 3 FilterMatch
EnvoyFilter.WaypointMatch.RouteMatch: name 1 string
EnvoyFilter.WaypointMatch.FilterMatch: name 1 string, sub_filter 2 SubFilterMatch
EnvoyFilter.WaypointMatch.FilterMatch.SubFilterMatch: name 1 string
EnvoyFilter.Patch: operation 1 Operation, value 2 google.Struct, +filter_class 3 FilterClass
enum EnvoyFilter.Patch.Operation: INVALID 0, MERGE 1, ADD 2, REMOVE 3, INSERT_BEFORE 4,
  INSERT_AFTER 5, +INSERT_FIRST 6, +REPLACE 7, +MERGE_AND_REPLACE_LIST 8
enum EnvoyFilter.Patch.FilterClass: UNSPECIFIED 0, AUTHN 1, AUTHZ 2, STATS 3
EnvoyFilter.EnvoyConfigObjectMatch: context 1 PatchContext, proxy 2 ProxyMatch,
  object_types(listener 3 ListenerMatch, route_configuration 4 RouteConfigurationMatch,
  cluster 5 ClusterMatch, +waypoint 6 WaypointMatch)
EnvoyFilter.EnvoyConfigObjectPatch: apply_to 1 ApplyTo, match 2 EnvoyConfigObjectMatch,
  patch 3 Patch
enum EnvoyFilter.ApplyTo: INVALID 0, LISTENER 1, FILTER_CHAIN 2, NETWORK_FILTER 3, HTTP_FILTER 4,
  ROUTE_CONFIGURATION 5, VIRTUAL_HOST 6, HTTP_ROUTE 7, CLUSTER 8, +EXTENSION_CONFIG 9,
  +BOOTSTRAP 10, +LISTENER_FILTER 11
enum EnvoyFilter.PatchContext: ANY 0, SIDECAR_INBOUND 1, SIDECAR_OUTBOUND 2, GATEWAY 3,
  +WAYPOINT 4
ServiceEntry: hosts 1 string*, addresses 2 string*, -ports 3 Port*, +ports 3 ServicePort*,
  location 4 Location, resolution 5 Resolution, -endpoints 6 Endpoint*,
  +endpoints 6 WorkloadEntry*, export_to 7 string*, subject_alt_names 8 string*,
  +workload_selector 9 WorkloadSelector
enum ServiceEntry.Location: MESH_EXTERNAL 0, MESH_INTERNAL 1
enum ServiceEntry.Resolution: NONE 0, STATIC 1, DNS 2, +DNS_ROUND_ROBIN 3, +DYNAMIC_DNS 4
ServicePort: number 1 uint32, protocol 2 string, name 3 string, target_port 4 uint32
WorkloadGroup: metadata 1 ObjectMeta, template 2 WorkloadEntry, probe 3 ReadinessProbe
WorkloadGroup.ObjectMeta: labels 1 map<string,string>, annotations 2 map<string,string>
ReadinessProbe: initial_delay_seconds 2 int32, timeout_seconds 3 int32, period_seconds 4 int32,
  success_threshold 5 int32, failure_threshold 6 int32,
  health_check_method(http_get 7 HTTPHealthCheckConfig, tcp_socket 8 TCPHealthCheckConfig,
  exec 9 ExecHealthCheckConfig, grpc 10 GrpcHealthCheckConfig)
HTTPHealthCheckConfig: path 1 string, port 2 uint32, host 3 string, scheme 4 string,
  http_headers 5 HTTPHeader*
GrpcHealthCheckConfig: port 1 uint32, service 2 string
HTTPHeader: name 1 string, value 2 string
TCPHealthCheckConfig: host 1 string, port 2 uint32
ExecHealthCheckConfig: command 1 string*
TLSSettings: mode 1 TLSmode, client_certificate 2 string, private_key 3 string,
  ca_certificates 4 string, subject_alt_names 5 string*, sni 6 string
enum TLSSettings.TLSmode: DISABLE 0, SIMPLE 1, MUTUAL 2, ISTIO_MUTUAL 3
Server.TLSOptions: https_redirect 1 bool, mode 2 TLSmode, server_certificate 3 string,
  private_key 4 string, ca_certificates 5 string, subject_alt_names 6 string*,
  min_protocol_version 7 TLSProtocol, max_protocol_version 8 TLSProtocol, cipher_suites 9 string*,
  credential_name 10 string, verify_certificate_spki 11 string*,
  verify_certificate_hash 12 string*
enum Server.TLSOptions.TLSmode: PASSTHROUGH 0, SIMPLE 1, MUTUAL 2, AUTO_PASSTHROUGH 3,
  ISTIO_MUTUAL 4
enum Server.TLSOptions.TLSProtocol: TLS_AUTO 0, TLSV1_0 1, TLSV1_1 2, TLSV1_2 3, TLSV1_3 4
EnvoyFilter.DeprecatedListenerMatch: port_number 1 uint32, port_name_prefix 2 string,
  listener_type 3 ListenerType, listener_protocol 4 ListenerProtocol, address 5 string*
enum EnvoyFilter.DeprecatedListenerMatch.ListenerType: ANY 0, SIDECAR_INBOUND 1,
  SIDECAR_OUTBOUND 2, GATEWAY 3
enum EnvoyFilter.DeprecatedListenerMatch.ListenerProtocol: ALL 0, HTTP 1, TCP 2
EnvoyFilter.InsertPosition: index 1 Index, relative_to 2 string
enum EnvoyFilter.InsertPosition.Index: FIRST 0, LAST 1, BEFORE 2, AFTER 3
EnvoyFilter.Filter: listener_match 1 DeprecatedListenerMatch, insert_position 2 InsertPosition,
  filter_type 3 FilterType, filter_name 4 string, filter_config 5 google.Struct
enum EnvoyFilter.Filter.FilterType: INVALID 0, HTTP 1, NETWORK 2
ServiceEntry.Endpoint: address 1 string, ports 2 map<string,uint32>, labels 3 map<string,string>,
  network 4 string, locality 5 string, weight 6 uint32
"""
