"""What the settings of a mesh say: MeshConfig and the values of the injector, in ConfigMaps.

Istio keeps both as text within a ConfigMap: `mesh` of `istio` (`istio-REVISION`), and `values` of
`istio-sidecar-injector` (`istio-sidecar-injector-REVISION`). Where nobody holds them, Istio's
defaults count, and nothing is said that would need more. In reading order: `settings` (how they are
read), `injector`, `unreadable` (that they cannot be), `providers` (what names a provider that they
do not have), `networks` (clusters that they name), `tables` (all analyzers).
"""
