//! Whose turn it is: one run of a tenant at a time, from before an earlier run's state is pushed until its own state is saved.
//! Terraform's own lock does not reach that far, for it ends with each of its processes.

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{DeleteParams, PostParams, Preconditions};
use kube::{Api, ResourceExt as _};

use super::{Cluster, MANAGER, labels, tried};
use crate::engine::lock::Lock;
use crate::failure::Failure;

/// What a Lease is held for: tells it from Terraform's own locks.
pub const OPERATION: &str = "run";

/// What a try to get the Lease gives.
#[derive(Debug)]
pub enum Turn {
    /// It is this run's.
    Ours(Box<Lease>),
    /// Somebody has it.
    Held(Box<Lease>),
}

impl Cluster {
    fn leases(&self) -> Api<Lease> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    async fn lease(&self, name: &str) -> Result<Option<Lease>, Failure> {
        let leases = self.leases();
        tried(format!("reading Lease `{name}`"), || leases.get_opt(name)).await
    }

    /// Takes the tenant's Lease where nobody has it, or over from a holder that is gone. `holder` is this run, as a lock's `Who`.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn take_turn(&self, tenant: &str, holder: &str, gone: Option<&Lease>) -> Result<Turn, Failure> {
        let leases = self.leases();
        let name = name(tenant);
        let parameters = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        let mut lease = Lease::default();
        lease.metadata.name = Some(name.clone());
        lease.metadata.labels = Some(labels(tenant));
        // Of this very state, so that of two that find the holder gone one is refused.
        lease.metadata.resource_version = gone.and_then(Lease::resource_version);
        lease.spec = Some(LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            acquire_time: Some(MicroTime(Timestamp::now())),
            ..LeaseSpec::default()
        });
        let refused = |error: kube::Error| match error {
            kube::Error::Api(status) if status.code == 409 || status.code == 404 => Ok(None),
            error => Err(error),
        };
        let taken = tried(format!("taking Lease `{name}`"), || async {
            let taken = match gone {
                Some(_) => leases.replace(&name, &parameters, &lease).await,
                None => leases.create(&parameters, &lease).await,
            };
            taken.map(Some).or_else(refused)
        });
        if let Some(lease) = taken.await? {
            return Ok(Turn::Ours(Box::new(lease)));
        }
        // One that has been given back meanwhile is held by nobody, and free to be tried for again.
        Ok(Turn::Held(Box::new(self.lease(&name).await?.unwrap_or_default())))
    }

    /// Who has the Lease; none where nobody does.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn whose_turn(&self, tenant: &str) -> Result<Option<Lock>, Failure> {
        Ok(self.lease(&name(tenant)).await?.as_ref().and_then(as_lock))
    }

    /// Gives the Lease back.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn end_turn(&self, lease: &Lease) -> Result<(), Failure> {
        let leases = self.leases();
        let name = lease.name_any();
        let mut version = lease.resource_version();
        loop {
            let preconditions = Some(Preconditions { uid: lease.uid(), resource_version: version });
            let parameters = DeleteParams { preconditions, ..DeleteParams::default() };
            let changed = tried(format!("deleting Lease `{name}`"), || async {
                match leases.delete(&name, &parameters).await {
                    Err(kube::Error::Api(status)) if status.code == 409 => Ok(true),
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(false),
                    answer => answer.map(|_| false),
                }
            });
            if !changed.await? {
                return Ok(());
            }
            // Labelled by somebody, or taken over.
            let Some(found) = self.lease(&name).await?.filter(|found| holder(found) == holder(lease)) else {
                return Ok(());
            };
            version = found.resource_version();
        }
    }
}

fn holder(lease: &Lease) -> Option<&str> {
    lease.spec.as_ref()?.holder_identity.as_deref()
}

/// A held Lease, told of in the way of a lock: who has it, since when.
pub fn as_lock(lease: &Lease) -> Option<Lock> {
    let spec = lease.spec.as_ref()?;
    Some(Lock {
        id: lease.name_any(),
        who: spec.holder_identity.clone().filter(|holder| !holder.is_empty())?,
        operation: OPERATION.to_owned(),
        created: spec.acquire_time.as_ref().map(|time| time.0),
    })
}

fn name(tenant: &str) -> String {
    format!("{tenant}--terraform")
}
