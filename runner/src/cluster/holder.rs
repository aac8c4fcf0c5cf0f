//! Whether the holder of a lock is gone. A pod that is merely absent may still run, on a node that is cut off.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::ResourceExt as _;

use super::Cluster;
use crate::engine::lock::Lock;
use crate::failure::Failure;

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// This very run, by a process that has ended.
    Own,
    /// A run that has provably ended.
    Gone(String),
    /// Somebody who may be at work; until when at the latest, where that is known.
    Alive(String, Option<Timestamp>),
}

/// How long after its pod's deadline a run may still be at work, wherever it is: what has not ended is killed at
/// [`LIMIT`] after it, and saving a state takes no longer than [`SAVING`].
pub const GRACE: Duration = Duration::from_secs(600);
/// When a run kills what still runs, counted from its pod's deadline.
pub const LIMIT: Duration = Duration::from_secs(120);
/// How long a run tries to save its state.
pub const SAVING: Duration = Duration::from_secs(240);

impl Cluster {
    /// Who holds a lock, as far as this cluster can tell.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn holder(&self, lock: &Lock, cluster: &str, own_uid: &str) -> Result<Holder, Failure> {
        let Some(holder) = lock.holder() else {
            return Ok(Holder::Alive(format!("`{}` is no runner", lock.who), None));
        };
        if holder.cluster != cluster {
            return Ok(Holder::Alive(format!("its holder is in cluster `{}`", holder.cluster), None));
        }
        if holder.uid == own_uid {
            return Ok(Holder::Own);
        }
        let pod = self.pod_named(holder.pod).await?;
        Ok(judge(
            pod.filter(|pod| pod.uid().as_deref() == Some(holder.uid)).as_ref(),
            lock,
            holder.pod,
            holder.deadline,
        ))
    }
}

/// What a pod's status says of its containers, or its absence and the age of the lock.
fn judge(pod: Option<&Pod>, lock: &Lock, name: &str, deadline: Duration) -> Holder {
    // No run lasts longer than its deadline, wherever it is: its own clock ends it.
    let end = lock.created.map(|created| created.checked_add(deadline.saturating_add(GRACE)).unwrap_or(Timestamp::MAX));
    let over = end.filter(|end| Timestamp::now() > *end);
    let Some(pod) = pod else {
        return match (over, end) {
            (Some(end), _) => Holder::Gone(format!("pod `{name}` is gone, and its deadline was over at {end:.0}")),
            (None, Some(end)) => {
                let why = format!("pod `{name}` is gone, but may run on a node that is cut off until {end:.0}");
                Holder::Alive(why, Some(end))
            }
            (None, None) => {
                let why = format!("pod `{name}` is gone, and the lock does not say since when it is held");
                Holder::Alive(why, None)
            }
        };
    };
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    let ended = |status: &ContainerStatus| status.state.as_ref().is_some_and(|state| state.terminated.is_some());
    if !statuses.is_empty() && statuses.iter().all(ended) {
        return Holder::Gone(format!("the containers of pod `{name}` have ended"));
    }
    match over {
        // As on a node that is lost: nobody says any more that it has ended.
        Some(end) => Holder::Gone(format!("the deadline of pod `{name}` was over at {end:.0}")),
        None => Holder::Alive(format!("pod `{name}` runs"), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(statuses: &Value) -> Pod {
        serde_json::from_value(json!({"metadata": {"name": "p"}, "status": {"containerStatuses": statuses}})).unwrap()
    }

    fn status(state: &Value) -> Value {
        json!({"name": "terraform", "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": state})
    }

    fn lock(age: Duration) -> Lock {
        let created = Timestamp::now().checked_sub(age).ok();
        Lock { id: "1".to_owned(), who: "w".to_owned(), operation: "o".to_owned(), created }
    }

    #[test]
    fn only_what_is_proven_counts() {
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        let judge = |pod: Option<&Pod>, lock: &Lock| judge(pod, lock, "p", Duration::from_secs(1800));
        let ended = status(&json!({"terminated": {"exitCode": 137}}));
        let running = status(&json!({"running": {}}));
        assert!(matches!(judge(Some(&pod(&json!([ended]))), &lock(minute)), Holder::Gone(_)));
        assert!(matches!(judge(Some(&pod(&json!([ended, running]))), &lock(minute)), Holder::Alive(_, None)));
        assert!(matches!(judge(Some(&pod(&json!([ended, running]))), &lock(hour)), Holder::Gone(_)));
        assert!(matches!(judge(Some(&pod(&json!([]))), &lock(minute)), Holder::Alive(_, None)));
        assert!(matches!(judge(None, &lock(minute)), Holder::Alive(_, Some(_))));
        assert!(matches!(judge(None, &lock(hour)), Holder::Gone(_)));
        assert!(matches!(judge(None, &Lock { created: None, ..lock(hour) }), Holder::Alive(_, None)));
    }
}
