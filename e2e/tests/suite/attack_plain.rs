//! Attacks by manifests that are applied as they are, as if there were no plugin.

use crate::attack::{ARGO_CD, Attack, End, Means, NOTHING, POLICY, PROJECT};
use crate::attack_pods::ONLY_OURS;

/// A Job of somebody's own under Terraform's ServiceAccount.
pub(crate) const RAW_JOB: &str = "
apiVersion: batch/v1
kind: Job
metadata: {name: attack, namespace: tenantry-system}
spec:
  template:
    spec:
      serviceAccountName: tenantry-terraform
      restartPolicy: Never
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: attack
          image: registry.example.com/mlflow:1
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
";

const fn plain(name: &'static str, what: &'static str, manifest: &'static str, words: &'static str) -> Attack {
    Attack { name, what, means: Means::Plain(manifest), stopped_by: PROJECT, end: End::Refused, words }
}

/// All of them.
pub(crate) const MANIFESTS: &[Attack] = &[
    plain(
        "cluster_role",
        "a ClusterRole",
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: attack}
rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]
",
        "resource rbac.authorization.k8s.io:ClusterRole is not permitted in project tenants",
    ),
    plain(
        "cluster_role_binding",
        "a ClusterRoleBinding",
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: attack}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: zenml, namespace: t-hobby}]
",
        "resource rbac.authorization.k8s.io:ClusterRoleBinding is not permitted in project tenants",
    ),
    plain(
        "secret",
        "a Secret",
        "
apiVersion: v1
kind: Secret
metadata:
  name: attack
  namespace: tenantry-system
  annotations: {kubernetes.io/service-account.name: tenantry-terraform}
type: kubernetes.io/service-account-token
",
        "resource :Secret is not permitted in project tenants",
    ),
    plain(
        "pod",
        "a pod under Terraform's ServiceAccount",
        "
apiVersion: v1
kind: Pod
metadata: {name: attack, namespace: tenantry-system}
spec: {serviceAccountName: tenantry-terraform, containers: [{name: attack, image: registry.example.com/mlflow:1}]}
",
        "resource :Pod is not permitted in project tenants",
    ),
    plain("job", "a Job under Terraform's ServiceAccount", RAW_JOB, ONLY_OURS).ends(POLICY, End::NoEffect),
    plain(
        "application_beside",
        "an Application of the default project in Argo CD's namespace",
        "
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: attack, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.com/tenants.git, path: tenants/hobby, targetRevision: main}
  destination: {server: https://kubernetes.default.svc, namespace: kube-system}
",
        "namespace argocd is not permitted in project 'tenants'",
    ),
    plain(
        "application_of_the_default_project",
        "an Application of the default project in the releases namespace",
        "
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: attack, namespace: tenantry-releases}
spec:
  project: default
  source: {repoURL: https://git.example.com/tenants.git, path: tenants/hobby, targetRevision: main}
  destination: {server: https://kubernetes.default.svc, namespace: kube-system}
",
        "application 'attack' in namespace 'tenantry-releases' is not permitted to use project 'default'",
    )
    .ends(ARGO_CD, End::NoEffect),
    plain(
        "settings",
        "Argo CD's own settings",
        "
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-rbac-cm, namespace: argocd}
data: {policy.default: role:admin}
",
        "namespace argocd is not permitted in project 'tenants'",
    ),
    plain(
        "role_binding",
        "a RoleBinding in another tenant's namespace",
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: attack, namespace: t-acme}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: zenml, namespace: t-hobby}]
",
        "",
    )
    .ends(NOTHING, End::Works),
    plain(
        "role_binding_in_control",
        "a RoleBinding in the control namespace",
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: attack, namespace: tenantry-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tenantry-terraform}
subjects: [{kind: ServiceAccount, name: zenml, namespace: t-hobby}]
",
        "",
    )
    .ends(NOTHING, End::Works),
];
