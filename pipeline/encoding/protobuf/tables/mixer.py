"""Attributes, as the specifications of API clients hold them."""

PACKAGE = "istio.mixer.v1"

TEXT = """
Attributes: attributes 1 map<string,AttributeValue>
Attributes.AttributeValue: value(string_value 2 string, int64_value 3 int64,
  double_value 4 double, bool_value 5 bool, bytes_value 6 bytes,
  timestamp_value 7 google.Timestamp, duration_value 8 google.Duration,
  string_map_value 9 StringMap)
Attributes.StringMap: entries 1 map<string,string>
"""
