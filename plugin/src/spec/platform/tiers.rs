//! Tiers, and what no tenant may exceed or loosen.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::problem::Problem;
use crate::quantity::Quantity;
use crate::read::{At, Read, Reader, record};
use crate::spec::TenantSpec;
use crate::spec::value::{ItemName, QuotaKey, SpecPath};
use crate::tree::Node;

/// The tiers as trees, for laying a tenant over them. Each was also read as a spec, so that its mistakes
/// are told where the platform file is checked.
#[derive(Clone, Debug)]
pub struct Tiers(pub BTreeMap<ItemName, Node>);

/// What one tenant's file alone can say.
const TENANTS_OWN: &[&str] = &["id", "tier", "state", "destroy", "namespace"];

impl Read for Tiers {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        // Read for its problems; a tenant is read from the merged tree.
        BTreeMap::<ItemName, TenantSpec>::read(node, reader)?;
        let mut tiers = BTreeMap::new();
        for entry in node.as_map()?.iter() {
            for key in TENANTS_OWN {
                if let Some(own) = entry.node.as_map().and_then(|map| map.entry(key)) {
                    reader.problem(
                        Problem::new(own.key_at, format!("a tier cannot set `{key}`"))
                            .label("belongs to a tenant's own file"),
                    );
                }
            }
            if let Some(name) = reader.parse_text::<ItemName>(&entry.key, entry.key_at) {
                tiers.insert(name, entry.node.clone());
            }
        }
        Some(Self(tiers))
    }

    fn schema() -> Json {
        BTreeMap::<ItemName, TenantSpec>::schema()
    }
}

record! {
    /// What no tenant may exceed or loosen, whatever its file says.
    pub struct Bounds {
        /// The highest quota.
        quota: BTreeMap<QuotaKey, At<Quantity>>,
        /// Paths that a tier may set and a tenant may not.
        fixed: Vec<At<SpecPath>>,
    }
}
