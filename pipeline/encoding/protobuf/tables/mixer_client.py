"""What proxies tell Mixer of calls, until Istio 1.5."""

PACKAGE = "istio.mixer.v1.config.client"

TEXT = """
IstioService: name 1 string, namespace 2 string, domain 3 string, service 4 string,
  labels 5 map<string,string>
HTTPAPISpec: attributes 1 istio.mixer.v1.Attributes, patterns 2 HTTPAPISpecPattern*,
  api_keys 3 APIKey*
HTTPAPISpecPattern: attributes 1 istio.mixer.v1.Attributes, http_method 2 string,
  pattern(uri_template 3 string, regex 4 string)
APIKey: key(query 1 string, header 2 string, cookie 3 string)
HTTPAPISpecReference: name 1 string, namespace 2 string
HTTPAPISpecBinding: services 1 IstioService*, api_specs 2 HTTPAPISpecReference*
QuotaSpec: rules 1 QuotaRule*
QuotaRule: match 1 AttributeMatch*, quotas 2 Quota*
StringMatch: match_type(exact 1 string, prefix 2 string, regex 3 string)
AttributeMatch: clause 1 map<string,StringMatch>
Quota: quota 1 string, charge 2 int32
QuotaSpecBinding: services 1 IstioService*, quota_specs 2 QuotaSpecReference*
QuotaSpecBinding.QuotaSpecReference: name 1 string, namespace 2 string
"""
