//! `FAILS`: nothing is applied and nothing deleted. What is there stays as it is, and nobody looks after it.

use super::{Case, Found, all};
use crate::review::consequence::Rule;
use crate::review::model::Status;
use crate::review::side::Rendered;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    let text = match case.status {
        Status::Failing if case.before.is_some() => {
            "cannot be rendered at the later side: its Application stays as it is"
        }
        Status::Failing => "cannot be rendered at the later side: nothing is applied",
        Status::Removed => match case.before {
            Some(before) => match &case.facts_before {
                Some(facts) if facts.is_destroying => return,
                _ if before.plan.is_some() => "its file is gone: nothing is deleted, and nobody looks after it",
                _ => "its set is gone: nothing is deleted, and nobody looks after it",
            },
            // It could not be rendered before, so nobody knows its state.
            None => "its file is gone: nothing is deleted, and nobody looks after it",
        },
        Status::Changed => return moved(case, found),
        Status::Added | Status::Mended | Status::StillFailing => return,
    };
    found.push(all(Rule::Fails, text));
}

/// A tenant whose folder is another. It is the same one to us; Argo CD knows it by its Application's path.
fn moved(case: &Case<'_>, found: Found<'_>) {
    let folder = |set: Option<&Rendered>| Some(set?.file.as_ref()?.folder.clone());
    if let (Some(before), Some(after)) = (folder(case.before), folder(case.after))
        && before != after
    {
        let text =
            format!("its folder was `{before}`: an Application that names it renders nothing until its path follows");
        found.push(all(Rule::Fails, text));
    }
}

#[cfg(test)]
mod tests {
    use super::found;
    use crate::review::model::Status;
    use crate::review::rules::testing::{of_fleet, of_status, rendered};

    #[test]
    fn what_cannot_be_rendered_and_what_is_gone() {
        let (acme, harbour, platform) =
            (rendered("tenants/acme", &[]), rendered("tenants/harbour", &[]), rendered("", &[]));
        let of = |status, before| of_status(found, status, before, None);
        assert_eq!(
            of(Status::Failing, Some(&acme)),
            ["FAILS: cannot be rendered at the later side: its Application stays as it is"]
        );
        assert_eq!(of(Status::Failing, None), ["FAILS: cannot be rendered at the later side: nothing is applied"]);
        let gone = "FAILS: its file is gone: nothing is deleted, and nobody looks after it";
        assert_eq!(of(Status::Removed, Some(&acme)), [gone]);
        assert_eq!(of(Status::Removed, None), [gone]);
        assert_eq!(
            of(Status::Removed, Some(&platform)),
            ["FAILS: its set is gone: nothing is deleted, and nobody looks after it"]
        );
        assert_eq!(of(Status::Removed, Some(&harbour)), [""; 0]);
    }

    #[test]
    fn what_is_rendered_does_not_fail() {
        assert_eq!(
            of_fleet(found, "tenants/acme", &[("tenants/acme/tenant.yaml", "tier: pro", "tier: free")]),
            [""; 0]
        );
    }
}
