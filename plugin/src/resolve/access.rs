//! People's access.

use super::{AccessPlan, Resolver};
use crate::problem::Problem;
use crate::spec::Role;

impl Resolver<'_> {
    pub(super) fn access(&mut self) -> Vec<AccessPlan> {
        let mut plans = Vec::new();
        for (name, access) in self.spec.access.iter().filter(|(_, access)| access.enabled != Some(false)) {
            let (kind, subject) = match (&access.group, &access.user) {
                (Some(group), None) => ("Group", group),
                (None, Some(user)) => ("User", user),
                (group, _) => {
                    let has =
                        if group.is_some() { "has a `group` and a `user`" } else { "needs a `group` or a `user`" };
                    self.problems.push(
                        Problem::new(access.at, format!("access `{name}` {has}")).label("exactly one of the two"),
                    );
                    continue;
                }
            };
            plans.push(AccessPlan {
                name: format!("access-{name}"),
                kind,
                subject: subject.to_string(),
                role: access.role.unwrap_or(Role::View),
            });
        }
        plans
    }
}
