"""Every analyzer about certificates; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.certificates.credentials import Credentials
from pipeline.analysis.certificates.sharing import SharedCertificates
from pipeline.analysis.certificates.validity import Validity

CERTIFICATES: tuple[Analyzer, ...] = (Credentials(), SharedCertificates(), Validity())
