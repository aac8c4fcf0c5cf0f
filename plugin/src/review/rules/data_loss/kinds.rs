//! The kinds that hold data.

use crate::render::Manifest;

/// Parts of kinds' names that tell of data, in lower case. Of kinds that are not known otherwise this is all there is to go by.
const HOLD_DATA: &[&str] = &[
    "database",
    "dbinstance",
    "dbcluster",
    "sqlinstance",
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "kafka",
    "cassandra",
    "elasticsearch",
    "bucket",
    "volume",
    "filesystem",
];
/// Kinds of well-known operators whose names do not tell.
const DATABASES: &[(&str, &str)] = &[
    ("postgresql.cnpg.io", "Cluster"),
    ("postgresql.cnpg.io", "Backup"),
    ("pgv2.percona.com", "PerconaPGCluster"),
    ("stackgres.io", "SGCluster"),
    ("rabbitmq.com", "RabbitmqCluster"),
    ("rabbitmq.com", "Queue"),
    ("opensearch.opster.io", "OpenSearchCluster"),
    ("clickhouse.altinity.com", "ClickHouseInstallation"),
    ("scylla.scylladb.com", "ScyllaCluster"),
    ("pingcap.com", "TidbCluster"),
    ("couchbase.com", "CouchbaseCluster"),
    ("minio.min.io", "Tenant"),
    ("dragonflydb.io", "Dragonfly"),
];

/// Whether an object is a database of an operator's, or something else that may hold data.
pub(super) fn is_database(object: &Manifest) -> bool {
    let (group, kind) = (object.id().group, object.kind());
    let told = |kind: &str| {
        let kind = kind.to_ascii_lowercase();
        HOLD_DATA.iter().any(|part| kind.contains(part))
    };
    is_custom(group) && (DATABASES.contains(&(group, kind)) || told(kind))
}

/// A kind of somebody's own: Kubernetes' groups have no dot, or end in its own domain.
fn is_custom(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".k8s.io") && group != "argoproj.io"
}
