"""What is measured, traced and logged."""

PACKAGE = "istio.telemetry.v1alpha1"

TEXT = """
Telemetry: selector 1 istio.type.v1beta1.WorkloadSelector, tracing 2 Tracing*, metrics 3 Metrics*,
  access_logging 4 AccessLogging*, targetRef 5 istio.type.v1beta1.PolicyTargetReference,
  targetRefs 6 istio.type.v1beta1.PolicyTargetReference*
Tracing: providers 2 ProviderRef*, random_sampling_percentage 3 google.DoubleValue,
  disable_span_reporting 4 google.BoolValue, custom_tags 5 map<string,CustomTag>,
  use_request_id_for_trace_sampling 6 google.BoolValue, match 7 TracingSelector,
  enable_istio_tags 8 google.BoolValue, disable_context_propagation 9 google.BoolValue
Tracing.TracingSelector: mode 1 WorkloadMode
Tracing.CustomTag: type(literal 1 Literal, environment 2 Environment, header 3 RequestHeader,
  formatter 4 Formatter)
Tracing.Literal: value 1 string
Tracing.Environment: name 1 string, default_value 2 string
Tracing.RequestHeader: name 1 string, default_value 2 string
Tracing.Formatter: value 1 string
ProviderRef: name 1 string
Metrics: providers 1 ProviderRef*, overrides 2 MetricsOverrides*,
  reporting_interval 3 google.Duration
MetricSelector: metric_match(metric 1 IstioMetric, custom_metric 2 string), mode 3 WorkloadMode
enum MetricSelector.IstioMetric: ALL_METRICS 0, REQUEST_COUNT 1, REQUEST_DURATION 2,
  REQUEST_SIZE 3, RESPONSE_SIZE 4, TCP_OPENED_CONNECTIONS 5, TCP_CLOSED_CONNECTIONS 6,
  TCP_SENT_BYTES 7, TCP_RECEIVED_BYTES 8, GRPC_REQUEST_MESSAGES 9, GRPC_RESPONSE_MESSAGES 10
MetricsOverrides: match 1 MetricSelector, disabled 2 google.BoolValue,
  tag_overrides 3 map<string,TagOverride>
MetricsOverrides.TagOverride: operation 1 Operation, value 2 string
enum MetricsOverrides.TagOverride.Operation: UPSERT 0, REMOVE 1
AccessLogging: providers 1 ProviderRef*, disabled 2 google.BoolValue, filter 3 Filter,
  match 4 LogSelector
AccessLogging.LogSelector: mode 1 WorkloadMode
AccessLogging.Filter: expression 1 string
enum WorkloadMode: CLIENT_AND_SERVER 0, CLIENT 1, SERVER 2
"""
