//! Which tenant an id belongs to. Written once, before anything else, and never changed: a tenant can neither change its id,
//! which is in the names of all that it has in the cloud, nor take another's.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use super::{Cluster, named};
use crate::failure::Failure;
use crate::inputs::Run;

impl Cluster {
    /// Binds id and tenant to each other, or sees that they are. Both directions: the id is one tenant's, and the tenant has
    /// one id.
    ///
    /// # Errors
    /// One of them is bound otherwise.
    pub async fn bind(&self, run: &Run) -> Result<(), Failure> {
        let data = data(run);
        let (id, tenant) = (format!("id.{}", run.id), format!("tenant.{}", run.tenant));
        let (by_id, by_tenant) =
            tokio::try_join!(self.bound(&run.tenant, &id, &data), self.bound(&run.tenant, &tenant, &data))?;
        compare(&format!("id `{}`", run.id), &by_id, &data)?;
        compare(&format!("tenant `{}`", run.tenant), &by_tenant, &data)
    }

    /// What a binding says; made where it is not there.
    async fn bound(&self, tenant: &str, name: &str, data: &Data) -> Result<Data, Failure> {
        loop {
            if let Some(map) = self.config_map(name).await? {
                return Ok(map.data.unwrap_or_default());
            }
            if self.create(ConfigMap { data: Some(data.clone()), ..named(tenant, name) }).await? {
                return Ok(data.clone());
            }
            // Somebody else was faster.
        }
    }
}

type Data = BTreeMap<String, String>;

fn data(run: &Run) -> Data {
    let mut data: Data = [("tenant", &run.tenant), ("id", &run.id), ("namespace", &run.namespace)]
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .into();
    data.extend(run.role.iter().map(|role| ("role".to_owned(), role.clone())));
    data
}

fn compare(bound: &str, found: &Data, wanted: &Data) -> Result<(), Failure> {
    let value = |data: &Data, key: &str| data.get(key).map_or("none".to_owned(), |value| format!("`{value}`"));
    let keys = ["tenant", "id", "namespace", "role"];
    let differences: Vec<String> = keys
        .iter()
        .filter(|key| found.get(**key) != wanted.get(**key))
        .map(|key| format!("{key} is {}, this run says {}", value(found, key), value(wanted, key)))
        .collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(Failure::Bound {
        bound: bound.to_owned(),
        wanted_by: format!("tenant {}", value(found, "tenant")),
        difference: differences.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_every_difference() {
        let data =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Data>();
        let bound = data(&[("tenant", "acme"), ("id", "1"), ("namespace", "t-acme")]);
        assert!(compare("id `1`", &bound, &bound).is_ok());
        let other = data(&[("tenant", "globex"), ("id", "1"), ("namespace", "t-acme"), ("role", "arn:r")]);
        assert_eq!(
            compare("id `1`", &bound, &other).unwrap_err().to_string(),
            "id `1` is bound to tenant `acme`: tenant is `acme`, this run says `globex`, role is none, this run says `arn:r`"
        );
    }
}
