//! The lock of a state, as Terraform tells of it when it cannot have it, and who holds it.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// A lock that somebody else has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// What `force-unlock` wants.
    pub id: String,
    /// Who took it.
    pub who: String,
    /// What for.
    pub operation: String,
    /// When; none where Terraform's text is not understood.
    pub created: Option<Timestamp>,
}

/// Who holds a lock, where a runner does: Terraform writes `<user>@<host>`, and the runner's user is
/// `<cluster>.<deadline in seconds>.<pod's uid>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runner<'a> {
    /// The cluster.
    pub cluster: &'a str,
    /// How long its pod may run.
    pub deadline: Duration,
    /// The pod's uid.
    pub uid: &'a str,
    /// The pod's name.
    pub pod: &'a str,
}

impl Lock {
    /// Reads it from the detail of an error.
    pub fn parse(detail: &str) -> Option<Self> {
        let (_, info) = detail.split_once("Lock Info:")?;
        let field = |name: &str| {
            let line = info.lines().find_map(|line| line.trim().strip_prefix(name));
            line.map(|rest| rest.trim().to_owned()).unwrap_or_default()
        };
        let id = field("ID:");
        (!id.is_empty()).then(|| Self {
            id,
            who: field("Who:"),
            operation: field("Operation:"),
            created: timestamp(&field("Created:")),
        })
    }

    /// Who holds it; none where it is no runner.
    pub fn holder(&self) -> Option<Runner<'_>> {
        let (user, pod) = self.who.rsplit_once('@')?;
        let (user, uid) = user.rsplit_once('.')?;
        let (cluster, deadline) = user.rsplit_once('.')?;
        let deadline = Duration::from_secs(deadline.parse().ok()?);
        let is_uid = uid.len() == 36 && uid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        (is_uid && !cluster.is_empty() && !pod.is_empty()).then_some(Runner { cluster, deadline, uid, pod })
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lock `{}` of `{}`", self.id, self.who)?;
        if let Some(created) = self.created {
            write!(f, " since {created:.0}")?;
        }
        Ok(())
    }
}

/// The name that a runner's locks carry, before `@` and the pod's name.
pub fn user(cluster: &str, deadline: u64, uid: &str) -> String {
    format!("{cluster}.{deadline}.{uid}")
}

/// Reads a time as Go prints it: `2026-11-25 04:03:52.28714781 +0000 UTC`.
fn timestamp(text: &str) -> Option<Timestamp> {
    let mut parts = text.split(' ');
    let (date, time, offset) = (parts.next()?, parts.next()?, parts.next()?);
    let (hours, minutes) = offset.split_at_checked(3)?;
    format!("{date}T{time}{hours}:{minutes}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETAIL: &str = "Error message: resource temporarily unavailable\nLock Info:\n  ID:        \
        465cbe19-7f8f-f7db-a104-85cefdecf7dc\n  Path:      /tmp/x1/state.json\n  Operation: OperationTypeApply\n  Who:       \
        prod-eu.1800.0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90@acme--terraform-0123456789-abcde\n  Version:   1.11.4\n  Created:   \
        2026-11-25 04:03:52.28714781 +0000 UTC\n  Info:      \n\n\nTerraform acquires a state lock to protect the state";

    #[test]
    fn is_read_from_what_terraform_says() {
        let lock = Lock::parse(DETAIL).unwrap();
        assert_eq!(
            lock.to_string(),
            "lock `465cbe19-7f8f-f7db-a104-85cefdecf7dc` of \
             `prod-eu.1800.0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90@acme--terraform-0123456789-abcde` since 2026-11-25T04:03:52Z"
        );
        let holder = lock.holder().unwrap();
        assert_eq!((holder.cluster, holder.pod), ("prod-eu", "acme--terraform-0123456789-abcde"));
        assert_eq!(holder.deadline, Duration::from_secs(1800));
        assert_eq!(holder.uid, "0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90");
    }

    #[test]
    fn a_person_is_no_runner() {
        let of = |who: &str| Lock { who: who.to_owned(), ..Lock::parse(DETAIL).unwrap() };
        for who in [
            "root@laptop",
            "a.b@c",
            "prod-eu.0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90@pod",
            "",
            "@",
            "0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90@pod",
        ] {
            assert_eq!(of(who).holder(), None, "{who}");
        }
        assert_eq!(Lock::parse("Error message: AccessDenied"), None);
    }
}
