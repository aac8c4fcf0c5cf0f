//! The table of a pod spec, but for `restartPolicy`, which depends on the kind around it.

use super::kinds::{CLAIM_SPEC, LABEL_SELECTOR, PROTOCOLS};
use super::{Field, fields, one_of, quantity};

pub(super) const POD_SPEC: &[Field] = &[
    fields("containers[]", CONTAINER),
    fields("initContainers[]", CONTAINER),
    fields("volumes[]", VOLUME),
    fields("resources", RESOURCES),
    quantity("overhead.*"),
    one_of("dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    one_of("preemptionPolicy", &["PreemptLowerPriority", "Never"]),
    one_of("os.name", &["linux", "windows"]),
    fields("securityContext", PROFILES),
    one_of("securityContext.fsGroupChangePolicy", &["OnRootMismatch", "Always"]),
    one_of("securityContext.supplementalGroupsPolicy", &["Merge", "Strict"]),
    one_of("securityContext.seLinuxChangePolicy", &["MountOption", "Recursive"]),
    // An empty effect stands for all of them.
    one_of("tolerations[].effect", &["NoSchedule", "PreferNoSchedule", "NoExecute", ""]),
    one_of("tolerations[].operator", &["Equal", "Exists", "Lt", "Gt"]),
    fields("topologySpreadConstraints[]", SPREAD),
    fields("affinity", AFFINITY),
];

const CONTAINER: &[Field] = &[
    fields("resources", RESOURCES),
    one_of("imagePullPolicy", PULL_POLICIES),
    one_of("terminationMessagePolicy", &["File", "FallbackToLogsOnError"]),
    one_of("ports[].protocol", PROTOCOLS),
    fields("livenessProbe", PROBE),
    fields("readinessProbe", PROBE),
    fields("startupProbe", PROBE),
    fields("lifecycle.postStart", PROBE),
    fields("lifecycle.preStop", PROBE),
    quantity("env[].valueFrom.resourceFieldRef.divisor"),
    fields("securityContext", PROFILES),
    one_of("securityContext.procMount", &["Default", "Unmasked"]),
    one_of("volumeMounts[].mountPropagation", &["None", "HostToContainer", "Bidirectional"]),
    one_of("volumeMounts[].recursiveReadOnly", &["Disabled", "IfPossible", "Enabled"]),
    one_of("volumeMounts[].bindMountOptions[]", &["noexec", "nodev", "nosuid"]),
    one_of("resizePolicy[].resourceName", &["cpu", "memory"]),
    one_of("resizePolicy[].restartPolicy", &["NotRequired", "RestartContainer"]),
    one_of("restartPolicy", &["Always", "OnFailure", "Never"]),
    one_of("restartPolicyRules[].action", &["Restart", "RestartAllContainers"]),
    one_of("restartPolicyRules[].exitCodes.operator", &["In", "NotIn"]),
];

const PULL_POLICIES: &[&str] = &["Always", "IfNotPresent", "Never"];

const RESOURCES: &[Field] = &[quantity("requests.*"), quantity("limits.*")];

const PROFILE_TYPES: &[&str] = &["RuntimeDefault", "Localhost", "Unconfined"];

const PROFILES: &[Field] =
    &[one_of("seccompProfile.type", PROFILE_TYPES), one_of("appArmorProfile.type", PROFILE_TYPES)];

/// Probes, and the lifecycle hooks, which have no `grpc`.
const PROBE: &[Field] = &[
    one_of("httpGet.scheme", &["HTTP", "HTTPS"]),
    one_of("httpGet.protocol", &["HTTP1", "HTTP2"]),
    one_of("grpc.mode", &["Plaintext", "TLS"]),
];

const VOLUME: &[Field] = &[
    // The kubelet, not the API, refuses another medium. Of huge pages these are the sizes of amd64, and of arm64 with 4 KiB pages.
    one_of(
        "emptyDir.medium",
        &["", "Memory", "HugePages", "HugePages-64Ki", "HugePages-2Mi", "HugePages-32Mi", "HugePages-1Gi"],
    ),
    quantity("emptyDir.sizeLimit"),
    one_of("hostPath.type", HOST_PATHS),
    one_of("image.pullPolicy", PULL_POLICIES),
    quantity("downwardAPI.items[].resourceFieldRef.divisor"),
    quantity("projected.sources[].downwardAPI.items[].resourceFieldRef.divisor"),
    fields("projected.sources[].clusterTrustBundle.labelSelector", LABEL_SELECTOR),
    one_of("projected.sources[].podCertificate.keyType", KEY_TYPES),
    fields("ephemeral.volumeClaimTemplate.spec", CLAIM_SPEC),
    one_of("azureDisk.cachingMode", &["None", "ReadOnly", "ReadWrite"]),
    one_of("azureDisk.kind", &["Shared", "Dedicated", "Managed"]),
];

const HOST_PATHS: &[&str] =
    &["", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"];

const KEY_TYPES: &[&str] = &["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];

const SPREAD: &[Field] = &[
    one_of("whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
    one_of("nodeAffinityPolicy", &["Honor", "Ignore"]),
    one_of("nodeTaintsPolicy", &["Honor", "Ignore"]),
    fields("labelSelector", LABEL_SELECTOR),
];

const NODE_TERM: &[Field] = &[
    one_of("matchExpressions[].operator", &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]),
    one_of("matchFields[].operator", &["In", "NotIn"]),
];

const POD_TERM: &[Field] = &[fields("labelSelector", LABEL_SELECTOR), fields("namespaceSelector", LABEL_SELECTOR)];

const POD_TERMS: &[Field] = &[
    fields("requiredDuringSchedulingIgnoredDuringExecution[]", POD_TERM),
    fields("preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm", POD_TERM),
];

const AFFINITY: &[Field] = &[
    fields("nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[]", NODE_TERM),
    fields("nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference", NODE_TERM),
    fields("podAffinity", POD_TERMS),
    fields("podAntiAffinity", POD_TERMS),
];
