"""Access control until Istio 1.5."""

PACKAGE = "istio.rbac.v1alpha1"

TEXT = """
ServiceRole: rules 1 AccessRule*
AccessRule: services 1 string*, paths 2 string*, methods 3 string*, constraints 4 Constraint*,
  hosts 5 string*, not_hosts 6 string*, not_paths 7 string*, not_methods 8 string*,
  ports 9 int32*, not_ports 10 int32*
AccessRule.Constraint: key 1 string, values 2 string*
ServiceRoleBinding: subjects 1 Subject*, roleRef 2 RoleRef, mode 3 EnforcementMode,
  actions 4 AccessRule*, role 5 string
Subject: user 1 string, group 2 string, properties 3 map<string,string>, names 4 string*,
  not_names 5 string*, groups 6 string*, not_groups 7 string*, namespaces 8 string*,
  not_namespaces 9 string*, ips 10 string*, not_ips 11 string*
RoleRef: kind 1 string, name 2 string
RbacConfig: mode 1 Mode, inclusion 2 Target, exclusion 3 Target,
  enforcement_mode 4 EnforcementMode
RbacConfig.Target: services 1 string*, namespaces 2 string*
enum RbacConfig.Mode: OFF 0, ON 1, ON_WITH_INCLUSION 2, ON_WITH_EXCLUSION 3
enum EnforcementMode: ENFORCED 0, PERMISSIVE 1
"""
