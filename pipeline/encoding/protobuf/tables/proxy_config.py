"""ProxyConfig, which has a package of its own."""

PACKAGE = "istio.networking.v1beta1"

TEXT = """
ProxyConfig: selector 1 istio.type.v1beta1.WorkloadSelector, concurrency 2 google.Int32Value,
  environment_variables 3 map<string,string>, image 4 ProxyImage
ProxyImage: image_type 1 string
"""
