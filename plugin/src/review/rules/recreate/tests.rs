use super::found;
use crate::review::rules::testing::{of_fleet, of_objects};

const ACME: &str = "tenants/acme/tenant.yaml";
const NOTHING: [&str; 0] = [];

/// What comes of an object in whose text one thing is said otherwise.
fn edited(object: &str, from: &str, to: &str) -> Vec<String> {
    assert!(object.contains(from), "{object} holds no {from}");
    of_objects(found, object, &object.replace(from, to))
}

fn object(version: &str, kind: &str, more: &str) -> String {
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a, namespace: n}}, {more}}}")
}

#[test]
fn a_sealed_job_runs_again() {
    let job = |hash: &str| {
        format!(
            "{{apiVersion: batch/v1, kind: Job, metadata: {{name: a-{hash}, namespace: n}}, spec: {{of: {hash}x}}}}"
        )
    };
    assert_eq!(of_objects(found, &job("0123456789"), &job("abcdef0123")), ["RECREATE Job n/a-abcdef0123: runs again"]);
    assert_eq!(of_objects(found, &job("0123456789"), ""), NOTHING);
    let map = |hash: &str| {
        format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a-{hash}}}, immutable: true, data: {{a: {hash}x}}}}"
        )
    };
    assert_eq!(of_objects(found, &map("0123456789"), &map("abcdef0123")), NOTHING);
}

#[test]
fn the_api_server_refuses() {
    let cases = [
        ("apps/v1", "Deployment", "spec: {selector: {matchLabels: {a: x}}}", "`spec.selector`"),
        ("apps/v1", "DaemonSet", "spec: {selector: {matchLabels: {a: x}}}", "`spec.selector`"),
        ("apps/v1", "StatefulSet", "spec: {serviceName: x}", "`spec.serviceName`"),
        (
            "apps/v1",
            "StatefulSet",
            "spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: x}}]}",
            "`spec.volumeClaimTemplates`",
        ),
        ("v1", "Service", "spec: {clusterIP: x}", "`spec.clusterIP`"),
        ("v1", "PersistentVolumeClaim", "spec: {storageClassName: x}", "`spec.storageClassName`"),
        ("batch/v1", "Job", "spec: {template: {spec: {restartPolicy: x}}}", "`spec.template`"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef: {name: x}", "`roleRef`"),
        ("v1", "ConfigMap", "immutable: true, data: {a: x}", "`data`"),
        ("v1", "Secret", "immutable: true, stringData: {a: x}", "`stringData`"),
        ("scheduling.k8s.io/v1", "PriorityClass", "preemptionPolicy: x", "`preemptionPolicy`"),
    ];
    for (version, kind, more, field) in cases {
        assert_eq!(
            edited(&object(version, kind, more), " x", " y"),
            [format!("RECREATE {kind} n/a: the API server refuses this: {field} cannot change")]
        );
    }
}

#[test]
fn what_may_change() {
    let cases = [
        ("apps/v1", "Deployment", "spec: {replicas: 1, template: {spec: {x: 1}}}", " 1", " 2"),
        ("apps/v1", "StatefulSet", "spec: {replicas: 1, updateStrategy: {type: x}}", " x", " y"),
        ("v1", "Service", "spec: {clusterIP: x}", "clusterIP: x", ""),
        ("v1", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}", "1Gi", "2Gi"),
        ("batch/v1", "Job", "spec: {parallelism: 1}", " 1", " 2"),
        ("batch/v1", "CronJob", "spec: {jobTemplate: {spec: {template: {a: x}}}}", " x", " y"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "subjects: [{name: x}]", " x", " y"),
        ("v1", "ConfigMap", "data: {a: x}", " x", " y"),
    ];
    for (version, kind, more, from, to) in cases {
        assert_eq!(edited(&object(version, kind, more), from, to), NOTHING, "{kind}");
    }
    let claim = object("v1", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 2Gi}}}");
    assert_eq!(
        edited(&claim, "2Gi", "1Gi"),
        [
            "RECREATE PersistentVolumeClaim n/a: the API server refuses this: `spec.resources.requests.storage` cannot change"
        ]
    );
}

#[test]
fn what_argo_cd_makes_anew() {
    let options = |kind: &str, more: &str, options: &str| {
        let object = object("v1", kind, more);
        object.replace(
            "namespace: n",
            &format!("namespace: n, annotations: {{argocd.argoproj.io/sync-options: '{options}'}}"),
        )
    };
    let force = options("Deployment", "spec: {selector: x}", "Force=true,Replace=true");
    assert_eq!(
        edited(&force, " x", " y"),
        ["RECREATE Deployment n/a: is deleted and made anew: `spec.selector` cannot change"]
    );
    let binding = options("RoleBinding", "roleRef: {name: x}", "ServerSideApply=false");
    assert_eq!(
        edited(&binding, " x", " y"),
        ["RECREATE RoleBinding n/a: is deleted and made anew: `roleRef` cannot change"]
    );
    let hook = object("batch/v1", "Job", "spec: {template: x}")
        .replace("namespace: n", "namespace: n, annotations: {argocd.argoproj.io/hook: Sync}");
    assert_eq!(edited(&hook, " x", " y"), NOTHING);
}

#[test]
fn what_is_moved_or_renamed() {
    let service = object("v1", "Service", "spec: {a: b}");
    assert_eq!(
        edited(&service, "namespace: n", "namespace: m"),
        ["RECREATE Service m/a: is deleted and made anew: namespace `n` → `m`"]
    );
    assert_eq!(edited(&service, "name: a", "name: b"), ["RECREATE Service n/b: is deleted and made anew: `a` → `b`"]);
    // Another name and other content: one goes, one comes.
    assert_eq!(of_objects(found, &service, &service.replace("name: a", "name: b").replace("a: b", "a: c")), NOTHING);
    assert_eq!(
        of_fleet(found, "tenants/acme", &[(ACME, "{tier: pro}", "{tier: pro, namespace: t-other}")])
            .into_iter()
            .filter(|line| !line.contains("Job"))
            .collect::<Vec<_>>(),
        ["RECREATE: 19 objects are deleted and made anew: namespace `t-acme` → `t-other`"]
    );
}

/// `kubectl replace --force` deletes first, whatever is other.
#[test]
fn what_is_made_anew_at_any_change() {
    let options = |options: &str| {
        object("v1", "Service", "spec: {a: x}").replace(
            "namespace: n",
            &format!("namespace: n, annotations: {{argocd.argoproj.io/sync-options: '{options}'}}"),
        )
    };
    assert_eq!(
        edited(&options("Force=true,Replace=true"), " x", " y"),
        ["RECREATE Service n/a: is deleted and made anew, as Argo CD is told to do at any change"]
    );
    assert_eq!(edited(&options("Replace=true"), " x", " y"), NOTHING);
}

/// What says nothing but its name is no other thing by another name.
#[test]
fn bare_objects_are_never_renamed() {
    let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: n}, automountServiceAccountToken: false}";
    assert_eq!(edited(account, "name: a,", "name: b,"), NOTHING);
}
