//! The tables of each kind. Values stand in the order of Kubernetes' documentation.

use super::pod_spec::POD_SPEC;
use super::{Field, fields, one_of, quantity};

/// The table of each of Kubernetes' kinds that has fields to check.
pub(super) const KINDS: &[(&str, &[Field])] = &[
    ("ClusterRole", CLUSTER_ROLE),
    ("ClusterRoleBinding", CLUSTER_ROLE_BINDING),
    ("CronJob", CRON_JOB),
    ("DaemonSet", DAEMON_SET),
    ("Deployment", DEPLOYMENT),
    ("HorizontalPodAutoscaler", HORIZONTAL_POD_AUTOSCALER),
    ("Ingress", INGRESS),
    ("Job", JOB),
    ("LimitRange", LIMIT_RANGE),
    ("NetworkPolicy", NETWORK_POLICY),
    ("PersistentVolumeClaim", PERSISTENT_VOLUME_CLAIM),
    ("Pod", POD),
    ("PodDisruptionBudget", POD_DISRUPTION_BUDGET),
    ("PriorityClass", PRIORITY_CLASS),
    ("ResourceQuota", RESOURCE_QUOTA),
    ("RoleBinding", ROLE_BINDING),
    ("Service", SERVICE),
    ("StatefulSet", STATEFUL_SET),
    ("ValidatingAdmissionPolicy", VALIDATING_ADMISSION_POLICY),
    ("ValidatingAdmissionPolicyBinding", VALIDATING_ADMISSION_POLICY_BINDING),
];

pub(super) const PROTOCOLS: &[&str] = &["TCP", "UDP", "SCTP"];

pub(super) const LABEL_SELECTOR: &[Field] =
    &[one_of("matchExpressions[].operator", &["In", "NotIn", "Exists", "DoesNotExist"])];

pub(super) const CLAIM_SPEC: &[Field] = &[
    one_of("accessModes[]", &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]),
    one_of("volumeMode", &["Filesystem", "Block"]),
    quantity("resources.requests.*"),
    quantity("resources.limits.*"),
    fields("selector", LABEL_SELECTOR),
];

/// The pods of everything but a Job.
const RESTARTED: &[&str] = &["Always"];

/// A Job's pods, which have to end.
const ENDING: &[&str] = &["Never", "OnFailure"];

const POD: &[Field] = &[one_of("spec.restartPolicy", &["Always", "OnFailure", "Never"]), fields("spec", POD_SPEC)];

const JOB: &[Field] = &[fields("spec", JOB_SPEC)];

const JOB_SPEC: &[Field] = &[
    one_of("completionMode", &["NonIndexed", "Indexed"]),
    one_of("podReplacementPolicy", &["TerminatingOrFailed", "Failed"]),
    one_of("podFailurePolicy.rules[].action", &["FailJob", "FailIndex", "Ignore", "Count"]),
    one_of("podFailurePolicy.rules[].onExitCodes.operator", &["In", "NotIn"]),
    one_of("podFailurePolicy.rules[].onPodConditions[].status", &["True", "False", "Unknown"]),
    fields("selector", LABEL_SELECTOR),
    one_of("template.spec.restartPolicy", ENDING),
    fields("template.spec", POD_SPEC),
];

const CRON_JOB: &[Field] =
    &[one_of("spec.concurrencyPolicy", &["Allow", "Forbid", "Replace"]), fields("spec.jobTemplate.spec", JOB_SPEC)];

const DAEMON_SET: &[Field] = &[
    one_of("spec.updateStrategy.type", &["RollingUpdate", "OnDelete"]),
    fields("spec.selector", LABEL_SELECTOR),
    one_of("spec.template.spec.restartPolicy", RESTARTED),
    fields("spec.template.spec", POD_SPEC),
];

const DEPLOYMENT: &[Field] = &[
    one_of("spec.strategy.type", &["RollingUpdate", "Recreate"]),
    fields("spec.selector", LABEL_SELECTOR),
    one_of("spec.template.spec.restartPolicy", RESTARTED),
    fields("spec.template.spec", POD_SPEC),
];

const KEPT: &[&str] = &["Retain", "Delete"];

const STATEFUL_SET: &[Field] = &[
    one_of("spec.updateStrategy.type", &["RollingUpdate", "OnDelete", "Recreate"]),
    one_of("spec.podManagementPolicy", &["OrderedReady", "Parallel"]),
    one_of("spec.persistentVolumeClaimRetentionPolicy.whenDeleted", KEPT),
    one_of("spec.persistentVolumeClaimRetentionPolicy.whenScaled", KEPT),
    fields("spec.selector", LABEL_SELECTOR),
    one_of("spec.template.spec.restartPolicy", RESTARTED),
    fields("spec.template.spec", POD_SPEC),
    fields("spec.volumeClaimTemplates[].spec", CLAIM_SPEC),
];

const PERSISTENT_VOLUME_CLAIM: &[Field] = &[fields("spec", CLAIM_SPEC)];

const POD_DISRUPTION_BUDGET: &[Field] = &[
    one_of("spec.unhealthyPodEvictionPolicy", &["IfHealthyBudget", "AlwaysAllow"]),
    fields("spec.selector", LABEL_SELECTOR),
];

const PRIORITY_CLASS: &[Field] = &[one_of("preemptionPolicy", &["PreemptLowerPriority", "Never"])];

const METRIC_TARGET: &[Field] =
    &[one_of("type", &["Utilization", "Value", "AverageValue"]), quantity("value"), quantity("averageValue")];

const SCALING: &[Field] = &[
    one_of("selectPolicy", &["Max", "Min", "Disabled"]),
    one_of("policies[].type", &["Pods", "Percent"]),
    quantity("tolerance"),
];

/// `autoscaling/v2`; the older version has no such fields.
const HORIZONTAL_POD_AUTOSCALER: &[Field] = &[
    one_of("spec.metrics[].type", &["ContainerResource", "External", "Object", "Pods", "Resource"]),
    fields("spec.metrics[].containerResource.target", METRIC_TARGET),
    fields("spec.metrics[].external.target", METRIC_TARGET),
    fields("spec.metrics[].external.metric.selector", LABEL_SELECTOR),
    fields("spec.metrics[].object.target", METRIC_TARGET),
    fields("spec.metrics[].object.metric.selector", LABEL_SELECTOR),
    fields("spec.metrics[].pods.target", METRIC_TARGET),
    fields("spec.metrics[].pods.metric.selector", LABEL_SELECTOR),
    fields("spec.metrics[].resource.target", METRIC_TARGET),
    fields("spec.behavior.scaleUp", SCALING),
    fields("spec.behavior.scaleDown", SCALING),
];

const QUOTA_SCOPES: &[&str] = &[
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];

const RESOURCE_QUOTA: &[Field] = &[
    quantity("spec.hard.*"),
    one_of("spec.scopes[]", QUOTA_SCOPES),
    one_of("spec.scopeSelector.matchExpressions[].scopeName", QUOTA_SCOPES),
    fields("spec.scopeSelector", LABEL_SELECTOR),
];

const LIMIT_RANGE: &[Field] = &[
    one_of("spec.limits[].type", &["Pod", "Container", "PersistentVolumeClaim"]),
    quantity("spec.limits[].default.*"),
    quantity("spec.limits[].defaultRequest.*"),
    quantity("spec.limits[].max.*"),
    quantity("spec.limits[].min.*"),
    quantity("spec.limits[].maxLimitRequestRatio.*"),
];

const POLICY_PEER: &[Field] = &[fields("podSelector", LABEL_SELECTOR), fields("namespaceSelector", LABEL_SELECTOR)];

const NETWORK_POLICY: &[Field] = &[
    one_of("spec.policyTypes[]", &["Ingress", "Egress"]),
    fields("spec.podSelector", LABEL_SELECTOR),
    one_of("spec.ingress[].ports[].protocol", PROTOCOLS),
    fields("spec.ingress[].from[]", POLICY_PEER),
    one_of("spec.egress[].ports[].protocol", PROTOCOLS),
    fields("spec.egress[].to[]", POLICY_PEER),
];

const INGRESS: &[Field] =
    &[one_of("spec.rules[].http.paths[].pathType", &["Exact", "Prefix", "ImplementationSpecific"])];

const TRAFFIC: &[&str] = &["Cluster", "Local"];

const SERVICE: &[Field] = &[
    one_of("spec.type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    one_of("spec.ports[].protocol", PROTOCOLS),
    one_of("spec.sessionAffinity", &["ClientIP", "None"]),
    one_of("spec.externalTrafficPolicy", TRAFFIC),
    one_of("spec.internalTrafficPolicy", TRAFFIC),
    one_of("spec.ipFamilies[]", &["IPv4", "IPv6"]),
    one_of("spec.ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"]),
    one_of("spec.trafficDistribution", &["PreferClose", "PreferSameZone", "PreferSameNode"]),
];

const RBAC_GROUP: &str = "rbac.authorization.k8s.io";

const CLUSTER_ROLE: &[Field] = &[fields("aggregationRule.clusterRoleSelectors[]", LABEL_SELECTOR)];

const SUBJECT: &[Field] =
    &[one_of("kind", &["User", "Group", "ServiceAccount"]), one_of("apiGroup", &[RBAC_GROUP, ""])];

const ROLE_BINDING: &[Field] = &[
    one_of("roleRef.apiGroup", &[RBAC_GROUP]),
    one_of("roleRef.kind", &["Role", "ClusterRole"]),
    fields("subjects[]", SUBJECT),
];

const CLUSTER_ROLE_BINDING: &[Field] = &[
    one_of("roleRef.apiGroup", &[RBAC_GROUP]),
    one_of("roleRef.kind", &["ClusterRole"]),
    fields("subjects[]", SUBJECT),
];

const ADMISSION_RULE: &[Field] = &[
    one_of("operations[]", &["CREATE", "UPDATE", "DELETE", "CONNECT", "*"]),
    one_of("scope", &["Cluster", "Namespaced", "*"]),
];

const ADMISSION_MATCH: &[Field] = &[
    one_of("matchPolicy", &["Exact", "Equivalent"]),
    fields("resourceRules[]", ADMISSION_RULE),
    fields("excludeResourceRules[]", ADMISSION_RULE),
    fields("namespaceSelector", LABEL_SELECTOR),
    fields("objectSelector", LABEL_SELECTOR),
];

const VALIDATING_ADMISSION_POLICY: &[Field] = &[
    one_of("spec.failurePolicy", &["Fail", "Ignore"]),
    fields("spec.matchConstraints", ADMISSION_MATCH),
    one_of("spec.validations[].reason", &["Forbidden", "Invalid", "RequestEntityTooLarge"]),
];

const VALIDATING_ADMISSION_POLICY_BINDING: &[Field] = &[
    one_of("spec.validationActions[]", &["Deny", "Warn", "Audit"]),
    fields("spec.matchResources", ADMISSION_MATCH),
    one_of("spec.paramRef.parameterNotFoundAction", &["Allow", "Deny"]),
    fields("spec.paramRef.selector", LABEL_SELECTOR),
];
