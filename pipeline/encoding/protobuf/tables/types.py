"""What several packages share."""

PACKAGE = "istio.type.v1beta1"

TEXT = """
WorkloadSelector: match_labels 1 map<string,string>
PortSelector: number 1 uint32
PolicyTargetReference: group 1 string, kind 2 string, name 3 string, namespace 4 string
enum WorkloadMode: UNDEFINED 0, CLIENT 1, SERVER 2, CLIENT_AND_SERVER 3
"""
