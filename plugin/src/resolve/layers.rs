//! Lays the tenant over its tier, the tier over the platform, the platform over the defaults. The result is
//! one tree in which every value still knows which file said it.

use compact_str::CompactString;

use crate::cell::{Cell, TenantFile, unknown};
use crate::names;
use crate::problem::{Problem, Problems};
use crate::read::Read as _;
use crate::read::{At, Reader};
use crate::source::Span;
use crate::spec::value::TenantName;
use crate::spec::{Platform, TenantSpec};
use crate::tree::{Entry, Map, Node, Value, overlay};

/// One tenant, with everything that layers say about it.
#[derive(Debug)]
pub struct Layered {
    /// The merged spec as a tree.
    pub tree: Node,
    /// The merged spec.
    pub spec: TenantSpec,
    /// What stands below the tenant's own file: tier, platform, defaults.
    pub below: Node,
}

/// Merges the layers of a tenant.
pub fn merge(cell: &Cell, file: &TenantFile, problems: &mut Problems) -> Option<Layered> {
    let tiers = &cell.platform.spec.tiers.0;
    let tier = match &file.tenant.spec.tier {
        None => {
            let at = Span { end: file.spec.at.start, ..file.spec.at };
            problems.push(Problem::new(at, "missing field `tier`").label("`spec` needs `tier`"));
            None
        }
        Some(name) => {
            let known: Vec<&str> = tiers.keys().map(|tier| tier.as_str()).collect();
            let tier = tiers.get(&name.value);
            if tier.is_none() {
                problems.push(unknown("tier", name, &known));
            }
            tier
        }
    }?;
    let from_platform = platform_layer(&cell.platform, &file.tenant.metadata.name);
    let below = overlay(&overlay(&cell.defaults, &from_platform), tier);
    let tree = overlay(&below, &file.spec);
    let spec = Reader::new(problems).inside("spec", |reader| TenantSpec::read(&tree, reader))?;
    Some(Layered { tree, spec, below })
}

/// What the platform file says of every tenant, written as a tenant's spec.
fn platform_layer(platform: &Platform, name: &At<TenantName>) -> Node {
    let spec = &platform.spec;
    let mut layer = Layer::new(name.at);
    layer.text(&["id"], name.as_str(), name.at);
    layer.text(&["namespace"], names::namespace(&spec.namespace.prefix, name), spec.namespace.prefix.at);
    layer.text(&["domain", "host"], format!("{}.{}", name.as_str(), spec.domain.as_str()), spec.domain.at);
    if let Some(terraform) = &spec.terraform {
        if let Some(approval) = &terraform.approval {
            layer.text(&["terraform", "approval"], approval.word(), approval.at);
        }
        if let Some(unlock) = &terraform.unlock {
            layer.text(&["terraform", "unlock"], unlock.word(), unlock.at);
        }
    }
    for (key, quantity) in spec.bounds.iter().flat_map(|bounds| &bounds.quota) {
        // What is bounded and not set is at its bound: without a quota it would have none.
        layer.text(&["quota", key.as_str()], quantity.to_string(), quantity.at);
    }
    layer.0
}

/// A tree that is filled value by value.
struct Layer(Node);

impl Layer {
    fn new(at: Span) -> Self {
        Self(Node::new(Value::Map(Map::default()), at))
    }

    fn text(&mut self, path: &[&str], text: impl Into<CompactString>, at: Span) {
        let mut node = &mut self.0;
        for key in path {
            let Value::Map(map) = &mut node.value else { return };
            node = map.entry_or_insert_with(key, || Entry {
                key: (*key).into(),
                key_at: at,
                node: Node::new(Value::Map(Map::default()), at),
            });
        }
        *node = Node::text(text, at);
    }
}
