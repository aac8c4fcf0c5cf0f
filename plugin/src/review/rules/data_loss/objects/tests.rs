use crate::review::rules::data_loss::found;
use crate::review::rules::testing::of_objects;

const NOTHING: [&str; 0] = [];

#[test]
fn what_holds_data_goes() {
    let object = |version: &str, kind: &str, more: &str| {
        format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a, namespace: n{more}}}}}")
    };
    let gone = |version: &str, kind: &str, more: &str| of_objects(found, &object(version, kind, more), "");
    let options = |text: &str| format!(", annotations: {{argocd.argoproj.io/sync-options: {text}}}");
    assert_eq!(gone("v1", "PersistentVolumeClaim", ""), ["DATA-LOSS PersistentVolumeClaim n/a: goes, with its data"]);
    assert_eq!(
        gone("v1", "PersistentVolumeClaim", &options("Prune=false")),
        ["DATA-LOSS PersistentVolumeClaim n/a: is marked to be kept: it stays, and nobody looks after it"]
    );
    assert_eq!(
        gone("v1", "ConfigMap", &options("Delete=false")),
        ["DATA-LOSS ConfigMap n/a: is marked to be kept, and goes"]
    );
    assert_eq!(gone("v1", "ConfigMap", &options("PruneLast=true")), NOTHING);
    assert_eq!(
        gone("rds.services.k8s.aws/v1alpha1", "DBInstance", ""),
        ["DATA-LOSS DBInstance n/a: goes, and may take its data with it"]
    );
    assert_eq!(gone("cert-manager.io/v1", "Certificate", ""), NOTHING);
    let set = |more: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: a, namespace: n}}, spec: {{replicas: 1{more}}}}}"
        )
    };
    let templates = ", volumeClaimTemplates: [{metadata: {name: data}}]";
    let deletes = format!("{templates}, persistentVolumeClaimRetentionPolicy: {{whenDeleted: Delete}}");
    assert_eq!(
        of_objects(found, &set(templates), ""),
        ["DATA-LOSS StatefulSet n/a: goes; its volumes stay, and nobody looks after them"]
    );
    assert_eq!(of_objects(found, &set(&deletes), ""), ["DATA-LOSS StatefulSet n/a: goes, and its volumes with it"]);
    assert_eq!(of_objects(found, &set(""), ""), NOTHING);
}

#[test]
fn what_is_moved_or_renamed_goes_too() {
    let claim = |name: &str, namespace: &str| {
        format!("{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}, namespace: {namespace}}}}}")
    };
    let gone = ["DATA-LOSS PersistentVolumeClaim n/a: goes, with its data"];
    assert_eq!(of_objects(found, &claim("a", "n"), &claim("a", "m")), gone);
    assert_eq!(of_objects(found, &claim("a", "n"), &claim("b", "n")), gone);
}

/// Only what Tenantry names by content or by generation is known by the rest of its name.
#[test]
fn a_volume_whose_name_ends_like_a_hash_or_a_generation() {
    let object = |version: &str, kind: &str, name: &str| {
        format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}, namespace: n}}}}")
    };
    let replaced = |version: &str, kind: &str, before: &str, after: &str| {
        of_objects(found, &object(version, kind, before), &object(version, kind, after))
    };
    let claim = "PersistentVolumeClaim";
    for (before, after) in [("data-0123456789", "data-2024010100"), ("data-g1", "data-g2")] {
        let gone = format!("DATA-LOSS PersistentVolumeClaim n/{before}: goes, with its data");
        assert_eq!(replaced("v1", claim, before, after), [gone]);
    }
    assert_eq!(
        replaced("db.example.com/v1", "Database", "db-g1", "db-g2"),
        ["DATA-LOSS Database n/db-g1: goes, and may take its data with it"]
    );
    assert_eq!(replaced("v1", "Secret", "jwt-g1", "jwt-g2"), NOTHING);
    assert_eq!(replaced("v1", "ConfigMap", "map-0123456789", "map-abcdef0123"), NOTHING);
}

#[test]
fn databases_of_well_known_operators() {
    let cases = [
        ("postgresql.cnpg.io/v1", "Cluster"),
        ("acid.zalan.do/v1", "postgresql"),
        ("postgres-operator.crunchydata.com/v1beta1", "PostgresCluster"),
        ("pxc.percona.com/v1", "PerconaXtraDBCluster"),
        ("pgv2.percona.com/v2", "PerconaPGCluster"),
        ("k8s.mariadb.com/v1alpha1", "MariaDB"),
        ("mysql.oracle.com/v2", "InnoDBCluster"),
        ("databases.spotahome.com/v1", "RedisFailover"),
        ("mongodbcommunity.mongodb.com/v1", "MongoDBCommunity"),
        ("kafka.strimzi.io/v1beta2", "Kafka"),
        ("rabbitmq.com/v1beta1", "RabbitmqCluster"),
        ("elasticsearch.k8s.elastic.co/v1", "Elasticsearch"),
    ];
    for (version, kind) in cases {
        let object = format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: db, namespace: n}}}}");
        let gone = format!("DATA-LOSS {kind} n/db: goes, and may take its data with it");
        assert_eq!(of_objects(found, &object, ""), [gone]);
    }
    let other = "{apiVersion: cluster.x-k8s.io/v1, kind: Cluster, metadata: {name: c, namespace: n}}";
    assert_eq!(of_objects(found, other, ""), NOTHING);
}

#[test]
fn what_argo_cd_makes_anew() {
    let with = |kind: &str, options: &str, spec: &str| {
        format!(
            "{{apiVersion: v1, kind: {kind}, metadata: {{name: a, namespace: n, annotations: \
             {{argocd.argoproj.io/sync-options: '{options}'}}}}, spec: {{{spec}}}}}"
        )
    };
    let claim =
        |options: &str, class: &str| with("PersistentVolumeClaim", options, &format!("storageClassName: {class}"));
    let both = "Force=true,Replace=true";
    let lost = ["DATA-LOSS PersistentVolumeClaim n/a: is deleted and made anew, without its data"];
    assert_eq!(of_objects(found, &claim(both, "fast"), &claim(both, "slow")), lost);
    // The annotation that asks for it is a change too.
    assert_eq!(of_objects(found, &claim("", "fast"), &claim(both, "fast")), lost);
    assert_eq!(of_objects(found, &claim("Replace=true", "fast"), &claim("Replace=true", "slow")), NOTHING);
    let set = |when: &str, service: &str| {
        let spec = format!(
            "serviceName: {service}, volumeClaimTemplates: [{{metadata: {{name: data}}}}], \
             persistentVolumeClaimRetentionPolicy: {{whenDeleted: {when}}}"
        );
        with("StatefulSet", both, &spec)
    };
    assert_eq!(
        of_objects(found, &set("Delete", "db"), &set("Delete", "db2")),
        ["DATA-LOSS StatefulSet n/a: is deleted and made anew, and its volumes with it"]
    );
    assert_eq!(of_objects(found, &set("Retain", "db"), &set("Retain", "db2")), NOTHING);
}

#[test]
fn fewer_pods_with_volumes() {
    let set = |replicas: &str, when: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: a, namespace: n}}, spec: {{{replicas} \
             persistentVolumeClaimRetentionPolicy: {{whenScaled: {when}}}, volumeClaimTemplates: [{{metadata: {{name: d}}}}]}}}}"
        )
    };
    let of = |before: &str, after: &str, when: &str| of_objects(found, &set(before, when), &set(after, when));
    let line = |moved: &str| {
        [format!("DATA-LOSS StatefulSet n/a: has fewer pods, {moved}, and the volumes of those that go are deleted")]
    };
    assert_eq!(of("replicas: 3,", "replicas: 0,", "Delete"), line("`3` → `0`"));
    assert_eq!(of("replicas: 3,", "", "Delete"), line("`3` → `1`"));
    assert_eq!(of("replicas: 3,", "replicas: 4,", "Delete"), NOTHING);
    assert_eq!(of("replicas: 3,", "replicas: 0,", "Retain"), NOTHING);
}

#[test]
fn a_secret_that_was_made_once() {
    let secret = |target: &str, from: &str| {
        format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{name: s, namespace: n}}, \
             spec: {{target: {{{target}}}, {from}}}}}"
        )
    };
    let random = "dataFrom: [{sourceRef: {generatorRef: {kind: Password, name: p}}}]";
    let gone = "DATA-LOSS ExternalSecret n/s: goes, and its Secret with it: it was made once, and nothing else knows its bytes";
    assert_eq!(of_objects(found, &secret("", random), ""), [gone]);
    assert_eq!(of_objects(found, &secret("creationPolicy: Owner", random), ""), [gone]);
    assert_eq!(of_objects(found, &secret("creationPolicy: Orphan", random), ""), NOTHING);
    assert_eq!(of_objects(found, &secret("", "data: []"), ""), NOTHING);
}
