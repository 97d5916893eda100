"""Kubernetes' own kinds."""

from pipeline.schema.builtin import kubernetes_versions as versions
from pipeline.schema.builtin.group import Group, alike, observed

_CORE = Group("", "v1")
_ADMISSION = Group("admissionregistration.k8s.io", "v1 v1beta1")
_APPS = Group("apps", "v1")
_BATCH = Group("batch", "v1")
_NETWORKING = Group("networking.k8s.io", "v1 v1beta1")
_RBAC = Group("rbac.authorization.k8s.io", "v1 v1beta1")
_RESOURCE = Group("resource.k8s.io", "v1 v1beta2")
_STORAGE = Group("storage.k8s.io", "v1 v1beta1")

_SECRET = _CORE.kind(
    "Secret",
    "secrets",
    sensitive=(("data", "*"), ("stringData", "*")),
    facts=("certificates", "keys"),
)

KUBERNETES = (
    _CORE.cluster("ComponentStatus", "componentstatuses", "cs"),
    _CORE.kind("ConfigMap", "configmaps", "cm"),
    observed(_CORE.kind("Endpoints", "endpoints", "ep")),
    _CORE.kind("LimitRange", "limitranges", "limits"),
    _CORE.cluster("Namespace", "namespaces", "ns"),
    observed(_CORE.cluster("Node", "nodes", "no")),
    _CORE.cluster("PersistentVolume", "persistentvolumes", "pv"),
    _CORE.kind("PersistentVolumeClaim", "persistentvolumeclaims", "pvc"),
    observed(_CORE.kind("Pod", "pods", "po")),
    _CORE.kind("ReplicationController", "replicationcontrollers", "rc"),
    _CORE.kind("ResourceQuota", "resourcequotas", "quota"),
    _SECRET,
    _CORE.kind("Service", "services", "svc"),
    _CORE.kind("ServiceAccount", "serviceaccounts", "sa"),
    _ADMISSION.cluster("MutatingAdmissionPolicy", "mutatingadmissionpolicies"),
    _ADMISSION.cluster("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings"),
    _ADMISSION.cluster(
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        conversions=versions.WEBHOOKS,
    ),
    _ADMISSION.cluster("ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
    _ADMISSION.cluster("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
    _ADMISSION.cluster(
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        conversions=versions.WEBHOOKS,
    ),
    Group("apiextensions.k8s.io", "v1").cluster(
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "crd",
        "k8s/apiextensions.k8s.io/v1beta1/customresourcedefinitions",
    ),
    Group("apiregistration.k8s.io", "v1 v1beta1").cluster("APIService", "apiservices"),
    _APPS.kind(
        "DaemonSet",
        "daemonsets",
        "ds",
        versions="v1 v1beta2",
        conversions=versions.DAEMON_SET,
    ),
    _APPS.kind(
        "Deployment",
        "deployments",
        "deploy",
        versions="v1 v1beta2 v1beta1",
        conversions=versions.DEPLOYMENT,
    ),
    _APPS.kind(
        "ReplicaSet",
        "replicasets",
        "rs",
        versions="v1 v1beta2",
        conversions=versions.REPLICA_SET,
    ),
    _APPS.kind(
        "StatefulSet",
        "statefulsets",
        "sts",
        versions="v1 v1beta2 v1beta1",
        conversions=versions.STATEFUL_SET,
    ),
    Group("autoscaling", "v2 v2beta2 v2beta1 v1").kind(
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        "hpa",
        conversions=versions.AUTOSCALER,
    ),
    _BATCH.kind("CronJob", "cronjobs", "cj", versions="v1 v1beta1"),
    _BATCH.kind("Job", "jobs"),
    Group("certificates.k8s.io", "v1").cluster(
        "CertificateSigningRequest", "certificatesigningrequests", "csr"
    ),
    Group("certificates.k8s.io", "v1beta1 v1alpha1").cluster(
        "ClusterTrustBundle", "clustertrustbundles"
    ),
    Group("coordination.k8s.io", "v1 v1beta1").kind("Lease", "leases"),
    observed(
        Group("discovery.k8s.io", "v1 v1beta1").kind(
            "EndpointSlice", "endpointslices", conversions=versions.ENDPOINT_SLICE
        )
    ),
    Group("flowcontrol.apiserver.k8s.io", "v1 v1beta3").cluster("FlowSchema", "flowschemas"),
    Group("flowcontrol.apiserver.k8s.io", "v1 v1beta3").cluster(
        "PriorityLevelConfiguration", "prioritylevelconfigurations"
    ),
    _NETWORKING.kind("Ingress", "ingresses", "ing", conversions=versions.INGRESS),
    _NETWORKING.cluster("IngressClass", "ingressclasses"),
    _NETWORKING.cluster("IPAddress", "ipaddresses", "ip"),
    _NETWORKING.kind(
        "NetworkPolicy",
        "networkpolicies",
        "netpol",
        versions="v1",
        conversions=alike("extensions/v1beta1"),
    ),
    _NETWORKING.cluster("ServiceCIDR", "servicecidrs"),
    Group("node.k8s.io", "v1 v1beta1").cluster("RuntimeClass", "runtimeclasses"),
    Group("policy", "v1 v1beta1").kind("PodDisruptionBudget", "poddisruptionbudgets", "pdb"),
    _RBAC.cluster("ClusterRole", "clusterroles"),
    _RBAC.cluster("ClusterRoleBinding", "clusterrolebindings"),
    _RBAC.kind("Role", "roles"),
    _RBAC.kind("RoleBinding", "rolebindings"),
    _RESOURCE.cluster("DeviceClass", "deviceclasses"),
    _RESOURCE.kind("ResourceClaim", "resourceclaims"),
    _RESOURCE.kind("ResourceClaimTemplate", "resourceclaimtemplates"),
    _RESOURCE.cluster("ResourceSlice", "resourceslices"),
    Group("scheduling.k8s.io", "v1 v1beta1").cluster("PriorityClass", "priorityclasses", "pc"),
    _STORAGE.cluster("CSIDriver", "csidrivers"),
    _STORAGE.cluster("CSINode", "csinodes"),
    _STORAGE.cluster("StorageClass", "storageclasses", "sc"),
    _STORAGE.cluster("VolumeAttachment", "volumeattachments"),
)
"""By group; core first."""
