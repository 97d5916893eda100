"""What is loaded into proxies."""

PACKAGE = "istio.extensions.v1alpha1"

TEXT = """
WasmPlugin: selector 1 istio.type.v1beta1.WorkloadSelector, url 2 string, sha256 3 string,
  image_pull_policy 4 PullPolicy, image_pull_secret 5 string, verification_key 6 string,
  plugin_config 7 google.Struct, plugin_name 8 string, phase 9 PluginPhase,
  priority 10 google.Int32Value, vm_config 11 VmConfig, match 12 TrafficSelector*,
  fail_strategy 13 FailStrategy, type 14 PluginType,
  targetRef 15 istio.type.v1beta1.PolicyTargetReference,
  targetRefs 16 istio.type.v1beta1.PolicyTargetReference*
WasmPlugin.TrafficSelector: mode 1 istio.type.v1beta1.WorkloadMode,
  ports 2 istio.type.v1beta1.PortSelector*
VmConfig: env 1 EnvVar*
EnvVar: name 1 string, value 2 string, value_from 3 EnvValueSource
enum PluginType: UNSPECIFIED_PLUGIN_TYPE 0, HTTP 1, NETWORK 2
enum PluginPhase: UNSPECIFIED_PHASE 0, AUTHN 1, AUTHZ 2, STATS 3
enum PullPolicy: UNSPECIFIED_POLICY 0, IfNotPresent 1, Always 2
enum EnvValueSource: INLINE 0, HOST 1
enum FailStrategy: FAIL_CLOSE 0, FAIL_OPEN 1, FAIL_RELOAD 2
TrafficExtension: selector 1 istio.type.v1beta1.WorkloadSelector,
  targetRefs 2 istio.type.v1beta1.PolicyTargetReference*, phase 3 ExecutionPhase,
  priority 4 google.Int32Value, match 5 TrafficSelector*, filter_config(wasm 6 WasmConfig,
  lua 7 LuaConfig)
enum TrafficExtension.ExecutionPhase: UNSPECIFIED 0, AUTHN 1, AUTHZ 2, STATS 3
WasmConfig: url 1 string, sha256 2 string, image_pull_policy 3 PullPolicy,
  image_pull_secret 4 string, verification_key 5 string, plugin_config 6 google.Struct,
  plugin_name 7 string, fail_strategy 8 FailStrategy, vm_config 9 VmConfig, type 10 PluginType
LuaConfig: inline_code 1 string
TrafficSelector: mode 1 istio.type.v1beta1.WorkloadMode, ports 2 istio.type.v1beta1.PortSelector*
"""
