"""Authentication policies of Istio 1.1 to 1.5: as they were served, or as resources of today.

What they become is what Istio's own tool made of them (istio-ecosystem/security-policy-migrate);
where that gave up or guessed, this says what is missing. In reading order: `settings`, `stage`,
`targets` (from services to workloads), `peers` (mTLS), `origins` (tokens), `said` (fields by both
of their spellings), `errors`.
"""

from pipeline.transform.authentication.settings import AuthenticationSettings
from pipeline.transform.authentication.stage import Authentication

__all__ = ["Authentication", "AuthenticationSettings"]
