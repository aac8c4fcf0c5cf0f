//! What the tenant's pods are in the cloud, and the ServiceAccounts that say so.

use std::collections::BTreeMap;

use super::releases::Chosen;
use super::{IdentityFacts, Resolver, RolePlan, RulePlan, ServiceAccountPlan, Texts, texts};
use crate::names;
use crate::problem::Problem;
use crate::read::At;
use crate::spec::value::{RoleArn, TenantId};
use crate::spec::{Aws, IdentityType, PolicyRule, RuleWord};

impl Resolver<'_> {
    pub(super) fn identity(&mut self, id: &TenantId) -> IdentityFacts {
        let spec = self.spec.identity.as_ref();
        let kind = spec.and_then(|spec| spec.kind.as_ref());
        let word = kind.map_or(IdentityType::None, |kind| kind.value);
        let given = spec.and_then(|spec| spec.role_arn.as_ref());
        let none = IdentityFacts { kind: word, role_arn: None, role_name: None, role_exists: false };
        if let Some(given) = given
            && !matches!(word, IdentityType::Irsa | IdentityType::PodIdentity)
        {
            self.problems.push(
                Problem::new(given.at, format!("`roleArn` with identity type `{word}`"))
                    .label("only with `irsa` or `podIdentity`"),
            );
        }
        if let (Some(spec), Some(kind)) = (spec, kind)
            && (word == IdentityType::Annotations) == spec.annotations.is_empty()
        {
            let problem = match word {
                IdentityType::Annotations => Problem::new(kind.at, "identity type `annotations` without any")
                    .label("needs `identity.annotations`"),
                _ => Problem::new(kind.at, format!("`identity.annotations` with type `{word}`"))
                    .label("only with `annotations`"),
            };
            self.problems.push(problem);
        }
        let (IdentityType::Irsa | IdentityType::PodIdentity, Some(kind)) = (word, kind) else {
            return none;
        };
        let Some(aws) = &self.platform.aws else {
            self.problems.push(
                Problem::new(kind.at, format!("identity type `{word}` on a platform without `aws`"))
                    .label("there is no account")
                    .hint("set `spec.aws` in the platform file, or another type"),
            );
            return none;
        };
        let (arn, name, exists) = match given {
            Some(given) => self.existing_role(given, aws),
            None => {
                let name = names::role(&aws.role.prefix, id);
                (format!("arn:{}:iam::{}:role/{name}", self.partition(), aws.account_id), name, false)
            }
        };
        IdentityFacts { kind: word, role_arn: Some(arn), role_name: Some(name), role_exists: exists }
    }

    fn existing_role(&mut self, given: &At<RoleArn>, aws: &At<Aws>) -> (String, String, bool) {
        if given.account() != aws.account_id.as_str() {
            self.problems.push(
                Problem::new(given.at, format!("a role of account `{}`", given.account()))
                    .label(format!("the platform's account is `{}`", aws.account_id))
                    .related(aws.at, "the platform's account"),
            );
        }
        // IAM tells roles apart by name alone, whatever their path and case.
        let given_role = given.name().to_lowercase();
        let ours = self.platform.terraform.as_ref().and_then(|terraform| terraform.roles.as_ref());
        if let Some(ours) = ours
            && [&ours.provider, &ours.state].iter().any(|own| own.name().to_lowercase() == given_role)
        {
            self.problems.push(
                Problem::new(given.at, "a role of Terraform's own")
                    .label("would give the tenant what Terraform may do"),
            );
        }
        let prefix = aws.role.prefix.as_str().to_lowercase();
        let own = self.spec.id.as_ref().map(|id| format!("{prefix}{}", id.as_str()));
        if given_role.starts_with(&prefix) && own.as_ref() != Some(&given_role) {
            self.problems.push(
                Problem::new(given.at, format!("role `{given_role}` could be another tenant's"))
                    .label(format!("`{prefix}` begins the roles that are made for tenants"))
                    .hint("leave `roleArn` out, and the tenant has its own"),
            );
        }
        (given.to_string(), given.name().to_owned(), true)
    }

    /// The part of AWS that the platform's region is in.
    fn partition(&self) -> &'static str {
        match self.platform.cluster.region.as_ref().map(|region| region.as_str()) {
            Some(region) if region.starts_with("cn-") => "aws-cn",
            Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub(super) fn service_accounts(
        &mut self,
        releases: &[Chosen<'_>],
        identity: &IdentityFacts,
    ) -> Vec<ServiceAccountPlan> {
        let mut annotations = match self.spec.identity.as_ref() {
            Some(spec) if identity.kind == IdentityType::Annotations => texts(&spec.annotations),
            _ => Texts::new(),
        };
        if let (IdentityType::Irsa, Some(arn)) = (identity.kind, &identity.role_arn) {
            annotations.insert("eks.amazonaws.com/role-arn".to_owned(), arn.clone());
        }
        self.distinct_accounts(releases);
        releases
            .iter()
            .flat_map(|release| {
                let has_rules = !release.profile.rules.is_empty();
                release.profile.service_accounts.iter().map(move |(part, name)| (release, part, name, has_rules))
            })
            .map(|(release, part, name, has_rules)| ServiceAccountPlan {
                name: name.to_string(),
                release: release.name.to_string(),
                mount_token: has_rules && part.as_str() == "server",
                annotations: annotations.clone(),
            })
            .collect()
    }

    /// Two releases with one ServiceAccount would have each other's rights.
    fn distinct_accounts(&mut self, releases: &[Chosen<'_>]) {
        let mut seen: BTreeMap<&str, &Chosen<'_>> = BTreeMap::new();
        for release in releases {
            for account in release.profile.service_accounts.values() {
                if let Some(first) = seen.insert(account.as_str(), release) {
                    let message = format!(
                        "releases `{}` and `{}` have the same ServiceAccount `{account}`",
                        first.name, release.name
                    );
                    self.problems.push(
                        Problem::new(release.release.at, message)
                            .label("two releases of one chart have one set of names")
                            .related(first.release.at, "the other release")
                            .hint("a tenant has one release of a chart"),
                    );
                    return;
                }
            }
        }
    }

    pub(super) fn roles(&self, releases: &[Chosen<'_>]) -> Vec<RolePlan> {
        let with_rules = releases.iter().filter(|release| !release.profile.rules.is_empty());
        with_rules
            .filter_map(|release| {
                let (_, server) =
                    release.profile.service_accounts.iter().find(|(part, _)| part.as_str() == "server")?;
                Some(RolePlan {
                    name: format!("{server}-server"),
                    service_account: server.to_string(),
                    rules: release.profile.rules.iter().map(rule).collect(),
                })
            })
            .collect()
    }
}

fn rule(rule: &PolicyRule) -> RulePlan {
    let words = |words: &[RuleWord]| words.iter().map(ToString::to_string).collect();
    RulePlan {
        api_groups: words(&rule.api_groups),
        resources: words(&rule.resources),
        resource_names: words(&rule.resource_names),
        verbs: words(&rule.verbs),
    }
}
