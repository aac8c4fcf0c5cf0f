//! Which tenant an id belongs to. Written once, before anything else, and never changed: a tenant can neither change its id,
//! which is in the names of all that it has in the cloud, nor take another's.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use super::{Cluster, named};
use crate::failure::Failure;
use crate::inputs::Run;

impl Cluster {
    /// Binds id and tenant to each other, or sees that they are. Both directions: the id is one tenant's, and the tenant has
    /// one id. Nothing is written where either is bound otherwise: a refused run must take no id from anybody.
    ///
    /// # Errors
    /// One of them is bound otherwise.
    pub async fn bind(&self, run: &Run) -> Result<(), Failure> {
        // The id first. Whoever was faster is seen in the next round.
        while let Some(missing) = self.is_bound(run).await? {
            self.create(ConfigMap { data: Some(data(run)), ..named(&run.tenant, &missing) }).await?;
        }
        Ok(())
    }

    /// Sees whether id and tenant are bound to each other; gives the name of the first ConfigMap that is missing for that.
    ///
    /// # Errors
    /// One of them is bound otherwise.
    pub async fn is_bound(&self, run: &Run) -> Result<Option<String>, Failure> {
        let names = [format!("id.{}", run.id), format!("tenant.{}", run.tenant)];
        let (id, tenant) = tokio::try_join!(self.config_map(&names[0]), self.config_map(&names[1]))?;
        let found = [(format!("id `{}`", run.id), &id), (format!("tenant `{}`", run.tenant), &tenant)];
        for (what, map) in &found {
            if let Some(map) = map {
                compare(what, map.data.as_ref().unwrap_or(&Data::new()), &data(run))?;
            }
        }
        Ok(names.into_iter().zip([id, tenant]).find_map(|(name, map)| map.is_none().then_some(name)))
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
    Err(Failure::Bound { bound: bound.to_owned(), difference: differences.join(", ") })
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
            "id `1` is bound otherwise: tenant is `acme`, this run says `globex`, role is none, this run says `arn:r`"
        );
    }
}
