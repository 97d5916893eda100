"""Whether gateways and Ingresses can serve with the certificates that they name.

What is known of a certificate is what its source has put in the place of a Secret's data; see
`sources.manifests.certificates`. In reading order: `facts` (how it is read), `uses` (who names
which Secret for which hosts), `credentials` (Secrets that will not do), `sharing` (Gateways with
one certificate), `validity` (certificates that have ended), `tables` (all analyzers).
"""
