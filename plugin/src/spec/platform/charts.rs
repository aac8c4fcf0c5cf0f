//! The charts that tenants may have, with profiles by version.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::read::{At, Read, Reader, choice, record};
use crate::spec::value::{ChartPath, Cidr, Commit, ItemName, ObjectName, Port, Repository, ValuePath, VersionRange};
use crate::template::Template;
use crate::tree::Node;

choice! {
    /// How a release reaches the cluster.
    pub enum Delivery {
        /// A child Application.
        Application = "application",
        /// The chart's own objects, rendered into the tenant's set.
        Inline = "inline",
    }
}

record! {
    /// A chart that tenants may have.
    pub struct Chart {
        /// Where it comes from.
        repository: At<Repository>,
        /// Its name in a Helm repository or registry.
        chart: Option<ItemName>,
        /// Its folder in a git repository.
        path: Option<ChartPath>,
        /// How it reaches the cluster. Default: `application`.
        delivery: Option<At<Delivery>>,
        /// Values by range of versions: exactly one matches a release's version.
        profiles: Vec<At<Profile>>,
    }
}

record! {
    /// What a range of a chart's versions needs.
    pub struct Profile {
        /// The versions.
        versions: Option<VersionRange>,
        /// The commits, of a chart in git.
        commits: Vec<Commit>,
        /// ServiceAccounts by their part; `server` is the one that rules are for.
        service_accounts = "serviceAccounts": BTreeMap<ItemName, ObjectName>,
        /// What the server may do in its namespace. Absent: nothing, and no token is mounted.
        rules: Vec<PolicyRule>,
        /// What the chart's pods may reach.
        egress: Vec<ProfileEgress>,
        /// The paths that a tier or a tenant may set, with their types. Absent: none.
        tenant_values = "tenantValues": BTreeMap<ValuePath, ValueType>,
        /// The chart's values: expressions over the resolved tenant.
        values: Option<Template>,
        /// Laid over the values while a tenant is suspended.
        suspend: Option<Node>,
    }
}

record! {
    /// A rule of a Role.
    pub struct PolicyRule {
        /// API groups; `""` is the core group.
        api_groups = "apiGroups": Vec<RuleWord>,
        /// Resources.
        resources: Vec<RuleWord>,
        /// Names of single objects. Absent: all.
        resource_names = "resourceNames": Vec<RuleWord>,
        /// Verbs.
        verbs: Vec<RuleWord>,
    }
}

crate::spec::value::text! {
    /// A word of a Role's rule.
    RuleWord, "a word of a rule", None, |text| crate::spec::value::rule(
        text.len() <= 253 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)),
        "letters, digits, `-`, `_`, `.` and `/`: no `*`",
    )
}

record! {
    /// A place that a chart's pods may reach.
    pub struct ProfileEgress {
        /// `apiServer`, `internet` (all but the platform's `blocked`), or a CIDR.
        to: EgressTarget,
        /// TCP ports. Absent: 443 and 6443 for `apiServer`, all others need some.
        ports: Vec<Port>,
    }
}

/// Where a chart's pods may connect to.
#[derive(Clone, Copy, Debug)]
pub enum EgressTarget {
    /// The API server.
    ApiServer,
    /// Everything but the platform's `blocked` ranges.
    Internet,
    /// A range.
    Range(Cidr),
}

impl Read for EgressTarget {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_text() {
            Some("apiServer") => Some(Self::ApiServer),
            Some("internet") => Some(Self::Internet),
            Some(text) if text.contains('/') => Cidr::read(node, reader).map(Self::Range),
            _ => reader.wants(node, "`apiServer`, `internet` or a CIDR"),
        }
    }

    fn schema() -> Json {
        json!({"anyOf": [{"enum": ["apiServer", "internet"]}, Cidr::schema()]})
    }
}

choice! {
    /// The type of a value that a tenant may set.
    pub enum ValueType {
        /// A whole number.
        Integer = "integer",
        /// Any number.
        Number = "number",
        /// Text.
        Text = "string",
        /// `true` or `false`.
        Boolean = "boolean",
        /// A map.
        Object = "object",
        /// A list.
        List = "array",
    }
}
