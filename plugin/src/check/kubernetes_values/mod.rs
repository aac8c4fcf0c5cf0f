//! Fields that Kubernetes takes only certain values for, although its types, as generated for Rust, hold any string.
//!
//! The tables follow `pkg/generated/openapi` and `pkg/apis/*/validation` of Kubernetes 1.37. A value that is allowed only
//! behind a feature gate is taken: whether the gate is open is the cluster's to say. Left out: `ephemeralContainers`, which
//! only a subresource may set, and `lifecycle.stopSignal` with its 65 values.

mod kinds;
mod pod_spec;

use self::kinds::KINDS;
use crate::quantity::Quantity;
use crate::source::Span;
use crate::tree::{Node, Step, Value, show};

/// What a field may hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Allowed {
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// An amount of zero or more, see [`Quantity`].
    Quantity,
}

/// A value that Kubernetes would refuse.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// Where it stands, from the object's root: `spec.containers[0].imagePullPolicy`.
    pub path: String,
    /// Where it comes from.
    pub at: Span,
    /// The value.
    pub found: String,
    /// What may stand there.
    pub allowed: Allowed,
}

/// The values in an object of one of Kubernetes' own kinds that it would refuse, in the order of the tables.
///
/// A kind without such fields, or of somebody else, has none. What is absent or of another type than the field's is left to
/// the check of types.
pub fn violations(kind: &str, object: &Node) -> Vec<Violation> {
    let mut violations = Vec::new();
    walk(kind, object, &mut |trail, node, allowed| {
        let found = match (allowed, &node.value) {
            (Allowed::OneOf(values), Value::Text(text)) if !values.contains(&text.as_str()) => text.to_string(),
            (Allowed::Quantity, Value::Text(text)) if !is_amount(text) => text.to_string(),
            (Allowed::Quantity, Value::Int(number)) if *number < 0 => number.to_string(),
            (Allowed::Quantity, Value::Float(number)) if *number < 0.0 => number.to_string(),
            _ => return,
        };
        violations.push(Violation { path: show(trail), at: node.at, found, allowed });
    });
    violations
}

/// The values in an object that are not any of their type, with what each may be, in the order of the tables.
pub(super) fn restricted<'a>(kind: &str, object: &'a Node) -> Vec<(&'a Node, Allowed)> {
    let mut restricted = Vec::new();
    walk(kind, object, &mut |_, node, allowed| restricted.push((node, allowed)));
    restricted
}

fn walk<'a>(kind: &str, object: &'a Node, met: &mut dyn FnMut(&[Step<'a>], &'a Node, Allowed)) {
    if let Some((_, fields)) = KINDS.iter().find(|(name, _)| *name == kind) {
        Walk { trail: Vec::new(), met }.fields(object, fields);
    }
}

/// One row of a table. In its path, from the table's root, `[]` is every item of a list and `*` every key of a map.
struct Field {
    path: &'static str,
    rule: Rule,
}

enum Rule {
    Value(Allowed),
    /// A table of its own, so that what occurs in many places is listed once.
    Fields(&'static [Field]),
}

const fn one_of(path: &'static str, values: &'static [&'static str]) -> Field {
    Field { path, rule: Rule::Value(Allowed::OneOf(values)) }
}

const fn quantity(path: &'static str) -> Field {
    Field { path, rule: Rule::Value(Allowed::Quantity) }
}

const fn fields(path: &'static str, fields: &'static [Field]) -> Field {
    Field { path, rule: Rule::Fields(fields) }
}

struct Walk<'w, 'a> {
    trail: Vec<Step<'a>>,
    /// Is told of each value that a table names.
    met: &'w mut dyn FnMut(&[Step<'a>], &'a Node, Allowed),
}

impl<'a> Walk<'_, 'a> {
    fn fields(&mut self, node: &'a Node, fields: &'static [Field]) {
        for field in fields {
            self.follow(node, field.path, &field.rule);
        }
    }

    fn follow(&mut self, node: &'a Node, path: &'static str, rule: &'static Rule) {
        if path.is_empty() {
            match rule {
                Rule::Fields(fields) => self.fields(node, fields),
                Rule::Value(allowed) => (self.met)(&self.trail, node, *allowed),
            }
        } else if let Some(rest) = path.strip_prefix("[]") {
            for (index, item) in node.as_list().into_iter().flatten().enumerate() {
                self.enter(Step::Index(index), item, rest, rule);
            }
        } else if let Some(map) = node.as_map() {
            let (key, rest) =
                path.split_at(path.bytes().position(|byte| matches!(byte, b'.' | b'[')).unwrap_or(path.len()));
            if key == "*" {
                for entry in map.iter() {
                    self.enter(Step::Key(&entry.key), &entry.node, rest, rule);
                }
            } else if let Some(node) = map.get(key) {
                self.enter(Step::Key(key), node, rest, rule);
            }
        }
    }

    fn enter(&mut self, step: Step<'a>, node: &'a Node, rest: &'static str, rule: &'static Rule) {
        self.trail.push(step);
        self.follow(node, rest.strip_prefix('.').unwrap_or(rest), rule);
        self.trail.pop();
    }
}

/// Whether a text is an amount of zero or more.
pub(super) fn is_amount(text: &str) -> bool {
    text.parse::<Quantity>().is_ok_and(|quantity| !quantity.is_negative())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::problem::Problems;
    use crate::source::Sources;
    use crate::tree::document;

    fn tree(object: &Json) -> Node {
        let sources = Sources::default();
        document(&sources, sources.add("object", object.to_string()), &mut Problems::new()).expect("JSON is YAML")
    }

    /// Each violation as `path: value`, with what is allowed.
    fn found(kind: &str, object: &Json) -> Vec<(String, Allowed)> {
        let describe = |violation: Violation| (format!("{}: {}", violation.path, violation.found), violation.allowed);
        violations(kind, &tree(object)).into_iter().map(describe).collect()
    }

    #[test]
    fn a_violation_names_its_place() {
        let job = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "first", "imagePullPolicy": "Always"},
            {"name": "second", "imagePullPolicy": "always"},
        ]}}}});
        let job = tree(&job);
        let containers = job.get(&["spec", "template", "spec", "containers"]).and_then(Node::as_list);
        let second = containers.and_then(|items| items[1].get(&["imagePullPolicy"])).expect("as written above");
        assert_eq!(
            violations("Job", &job),
            [Violation {
                path: "spec.template.spec.containers[1].imagePullPolicy".into(),
                at: second.at,
                found: "always".into(),
                allowed: Allowed::OneOf(&["Always", "IfNotPresent", "Never"]),
            }]
        );
    }

    #[test]
    fn what_kubernetes_takes_passes() {
        let container = json!({
            "name": "main",
            "imagePullPolicy": "IfNotPresent",
            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
            "resources": {"requests": {"cpu": "250m", "memory": "1.5Gi"}, "limits": {"memory": 1_073_741_824, "cpu": 0.5}},
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "readinessProbe": {"httpGet": {"path": "", "port": 8080, "scheme": "HTTPS"}},
        });
        let pod_spec = json!({
            "dnsPolicy": "ClusterFirst",
            "containers": [container],
            "initContainers": [container],
            "tolerations": [{"key": "pool", "operator": "Equal", "value": "terraform", "effect": ""}],
            "volumes": [{"name": "work", "emptyDir": {"medium": "", "sizeLimit": "0"}}],
        });
        let restarted = |policy: &str| {
            let mut spec = pod_spec.clone();
            spec["restartPolicy"] = json!(policy);
            spec
        };
        let objects = [
            ("Pod", json!({"spec": restarted("OnFailure")})),
            ("Job", json!({"spec": {"template": {"spec": restarted("Never")}}})),
            ("CronJob", json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": restarted("OnFailure")}}}}})),
            ("DaemonSet", json!({"spec": {"template": {"spec": restarted("Always")}}})),
            ("Deployment", json!({"spec": {"template": {"spec": pod_spec}}})),
            ("StatefulSet", json!({"spec": {"template": {"spec": restarted("Always")}}})),
            ("ConfigMap", json!({"data": {"type": "anything"}})),
            ("Certificate", json!({"spec": {"template": {"spec": restarted("perhaps")}}})),
        ];
        let all: Vec<_> = objects.iter().flat_map(|(kind, object)| found(kind, object)).collect();
        assert_eq!(all, []);
    }

    #[test]
    fn pods_are_restarted_as_their_kind_allows() {
        let pod = |policy: &str| json!({"restartPolicy": policy});
        let template = |policy: &str| json!({"spec": {"template": {"spec": pod(policy)}}});
        let always = Allowed::OneOf(&["Always"]);
        let ending = Allowed::OneOf(&["Never", "OnFailure"]);
        let path = "spec.template.spec.restartPolicy";
        assert_eq!(
            [
                found("Pod", &json!({"spec": pod("Sometimes")})),
                found("Job", &template("Always")),
                found("CronJob", &json!({"spec": {"jobTemplate": template("Always")}})),
                found("DaemonSet", &template("Never")),
                found("Deployment", &template("OnFailure")),
                found("StatefulSet", &template("Never")),
            ],
            [
                [("spec.restartPolicy: Sometimes".into(), Allowed::OneOf(&["Always", "OnFailure", "Never"]))],
                [(format!("{path}: Always"), ending)],
                [(format!("spec.jobTemplate.{path}: Always"), ending)],
                [(format!("{path}: Never"), always)],
                [(format!("{path}: OnFailure"), always)],
                [(format!("{path}: Never"), always)],
            ]
        );
    }

    #[test]
    fn every_item_and_every_key_is_looked_at() {
        let quota = json!({"spec": {"hard": {"pods": 10, "requests.cpu": "4 cores", "requests.memory": "-1Gi", "secrets": -1}}});
        let limits = json!({"spec": {"limits": [
            {"type": "container", "default": {"cpu": "500m", "memory": "512MB"}},
            {"type": "Container", "min": {"cpu": "lots"}},
        ]}});
        let policy = json!({"spec": {
            "policyTypes": ["Ingress", "egress"],
            "egress": [
                {"ports": [{"protocol": "TCP", "port": 443}, {"protocol": "tcp", "port": 53}]},
                {"to": [{"podSelector": {"matchExpressions": [{"key": "app", "operator": "Is"}]}}]},
            ],
        }});
        let limit_types = Allowed::OneOf(&["Pod", "Container", "PersistentVolumeClaim"]);
        let operators = Allowed::OneOf(&["In", "NotIn", "Exists", "DoesNotExist"]);
        assert_eq!(
            [found("ResourceQuota", &quota), found("LimitRange", &limits), found("NetworkPolicy", &policy)],
            [
                [
                    ("spec.hard.requests.cpu: 4 cores".into(), Allowed::Quantity),
                    ("spec.hard.requests.memory: -1Gi".into(), Allowed::Quantity),
                    ("spec.hard.secrets: -1".into(), Allowed::Quantity),
                ],
                [
                    ("spec.limits[0].type: container".into(), limit_types),
                    ("spec.limits[0].default.memory: 512MB".into(), Allowed::Quantity),
                    ("spec.limits[1].min.cpu: lots".into(), Allowed::Quantity),
                ],
                [
                    ("spec.policyTypes[1]: egress".into(), Allowed::OneOf(&["Ingress", "Egress"])),
                    ("spec.egress[0].ports[1].protocol: tcp".into(), Allowed::OneOf(&["TCP", "UDP", "SCTP"])),
                    ("spec.egress[1].to[0].podSelector.matchExpressions[0].operator: Is".into(), operators),
                ],
            ]
        );
    }

    #[test]
    fn another_type_is_left_to_the_check_of_types() {
        let objects = [
            ("Service", json!({"spec": {"type": 1, "ports": "http", "ipFamilies": {"first": "IPv9"}}})),
            ("ResourceQuota", json!({"spec": {"hard": {"pods": true, "secrets": null, "services": ["1"]}}})),
            ("Deployment", json!({"spec": {"template": []}})),
            ("Job", json!(null)),
        ];
        let all: Vec<_> = objects.iter().flat_map(|(kind, object)| found(kind, object)).collect();
        assert_eq!(all, []);
    }

    #[test]
    fn the_tables_are_well_formed() {
        fn look(fields: &'static [Field], faults: &mut Vec<String>) {
            for Field { path, rule } in fields {
                let steps = path.split('.').map(|step| step.strip_suffix("[]").unwrap_or(step));
                let plain = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if !steps.into_iter().all(|step| step == "*" || plain(step)) {
                    faults.push(format!("the path `{path}`"));
                }
                match rule {
                    Rule::Fields(fields) => look(fields, faults),
                    Rule::Value(Allowed::OneOf(values)) => {
                        let distinct: std::collections::BTreeSet<_> = values.iter().collect();
                        if values.is_empty() || distinct.len() < values.len() {
                            faults.push(format!("the values of `{path}`"));
                        }
                    }
                    Rule::Value(Allowed::Quantity) => {}
                }
            }
        }
        let mut faults = Vec::new();
        for (_, fields) in KINDS {
            look(fields, &mut faults);
        }
        assert_eq!(faults, Vec::<String>::new());
    }
}
