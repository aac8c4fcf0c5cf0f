//! Who may do what: everybody whom a rendered binding names, and every ServiceAccount, against `rights.txt`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use e2e::cache::workspace;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::PostParams;
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::objects::{JOB, POD, api};
use crate::world::World;

const TENANTS: [&str; 3] = ["acme", "hobby", "lighthouse"];
/// Everywhere that somebody could have rights in. A right in all namespaces shows in each of them.
const NAMESPACES: [&str; 8] = [
    "t-acme",
    "t-hobby",
    "t-lighthouse",
    "tenantry-system",
    "tenantry-releases",
    "argocd",
    "external-secrets",
    "default",
];
/// Where the platform file's subjects and ServiceAccounts live.
const RENDERED: usize = 5;

/// The whole table.
pub(crate) fn everybody_may_do_what_is_meant(world: &World) -> Result<()> {
    world.up(&TENANTS)?;
    let mut text = String::new();
    // What Kubernetes itself lets everybody do is said once.
    let anybody = everywhere(world, &Subject("User anybody".to_owned()))?;
    let any_account = everywhere(world, &Subject("ServiceAccount default/any".to_owned()))?;
    section(&mut text, "anybody", &BTreeMap::from([("everywhere", anybody.clone())]))?;
    let more = any_account.difference(&anybody).cloned().collect();
    section(&mut text, "any ServiceAccount", &BTreeMap::from([("everywhere", more)]))?;
    for subject in subjects(world)? {
        let known = if subject.0.starts_with("ServiceAccount ") { &any_account } else { &anybody };
        let mut found = rights(world, &subject)?;
        for rules in found.values_mut() {
            rules.retain(|rule| !known.contains(rule));
        }
        found.retain(|_, rules| !rules.is_empty());
        section(&mut text, &subject.0, &found)?;
    }
    let expected = include_str!("rights.txt");
    if text != expected {
        let seen = workspace().join("target/e2e/rights.txt");
        seen.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&seen, &text)?;
        let new = text.lines().filter(|line| !expected.lines().any(|other| other == *line));
        let gone = expected.lines().filter(|line| !text.lines().any(|other| other == *line));
        let (new, gone): (Vec<_>, Vec<_>) = (new.collect(), gone.collect());
        anyhow::bail!("rights have changed, all of them are in target/e2e/rights.txt; new: {new:#?}, gone: {gone:#?}");
    }
    Ok(())
}

/// A real token of the ServiceAccount under which a tenant's server runs.
pub(crate) fn a_token_reaches_nothing_else(world: &World) -> Result<()> {
    world.up(&["acme", "lighthouse"])?;
    let accounts: Api<ServiceAccount> = Api::namespaced(world.client.clone(), "t-acme");
    let wanted = TokenRequest {
        spec: Some(TokenRequestSpec { expiration_seconds: Some(600), ..TokenRequestSpec::default() }),
        ..TokenRequest::default()
    };
    let made = world.wait(accounts.create_token_request("zenml", &PostParams::default(), &wanted))?;
    let token = made.status.and_then(|status| status.token).context("no token")?;
    let client = world.wait(async { world.cluster.client_with_token(&token) })?;

    // It is a token that works, so that what follows is refused for want of rights.
    world.wait(api(&client, POD, Some("t-acme")).list(&Default::default())).context("its own pods")?;
    let secret = ("v1", "Secret");
    refused(world, &client, secret, "t-acme", "jwt-g1")?;
    for namespace in ["tenantry-system", "tenantry-releases", "t-lighthouse", "argocd"] {
        for kind in [secret, ("v1", "ConfigMap"), POD, JOB] {
            let there = world.list(kind, namespace, "")?;
            let name = there.first().and_then(|object| object["metadata"]["name"].as_str()).unwrap_or("none");
            refused(world, &client, kind, namespace, name)?;
        }
    }
    for kind in [("v1", "Namespace"), ("v1", "Node"), ("rbac.authorization.k8s.io/v1", "ClusterRole")] {
        refused(world, &client, kind, "", "t-lighthouse")?;
    }
    Ok(())
}

/// Neither a list nor one object of a kind.
fn refused(world: &World, client: &Client, kind: (&str, &str), namespace: &str, name: &str) -> Result<()> {
    let reached = api(client, kind, Some(namespace));
    let answers = [
        world.wait(reached.list(&Default::default())).map(|list| list.items.len()),
        world.wait(reached.get(name)).map(|_| 1),
    ];
    for answer in answers {
        match answer {
            Err(kube::Error::Api(status)) if status.code == 403 => {}
            other => anyhow::bail!("{} in `{namespace}` is not forbidden: {other:?}", kind.1),
        }
    }
    Ok(())
}

/// `ServiceAccount NAMESPACE/NAME`, `User NAME` or `Group NAME`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Subject(String);

impl Subject {
    /// As the API server sees them.
    fn credentials(&self) -> (String, Vec<String>) {
        let (kind, name) = self.0.split_once(' ').unwrap_or_default();
        match (kind, name.split_once('/')) {
            ("ServiceAccount", Some((namespace, name))) => (
                format!("system:serviceaccount:{namespace}:{name}"),
                vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")],
            ),
            ("Group", _) => ("somebody".to_owned(), vec![name.to_owned()]),
            _ => (name.to_owned(), Vec::new()),
        }
    }
}

/// The subjects of every binding, and every ServiceAccount, of the tenants and of the platform.
fn subjects(world: &World) -> Result<BTreeSet<Subject>> {
    let mut all = BTreeSet::new();
    for namespace in NAMESPACES.into_iter().take(RENDERED) {
        for account in world.list(("v1", "ServiceAccount"), namespace, "")? {
            let name = account["metadata"]["name"].as_str().unwrap_or_default();
            all.insert(Subject(format!("ServiceAccount {namespace}/{name}")));
        }
        for binding in world.list(("rbac.authorization.k8s.io/v1", "RoleBinding"), namespace, "")? {
            for subject in binding["subjects"].as_array().into_iter().flatten() {
                let text = |key: &str| subject[key].as_str().unwrap_or_default();
                all.insert(Subject(match text("kind") {
                    "ServiceAccount" => format!("ServiceAccount {}/{}", text("namespace"), text("name")),
                    kind => format!("{kind} {}", text("name")),
                }));
            }
        }
    }
    Ok(all)
}

/// What somebody who is no binding's subject may do, which is the same in every namespace.
fn everywhere(world: &World, subject: &Subject) -> Result<BTreeSet<String>> {
    let found = rights(world, subject)?;
    let one = found.get("default").cloned().unwrap_or_default();
    ensure!(found.values().all(|rules| *rules == one), "{} has rights of its own: {found:#?}", subject.0);
    Ok(one)
}

/// By namespace, each `RESOURCE: VERB` and `PATH: VERB` that somebody may do.
fn rights(world: &World, subject: &Subject) -> Result<BTreeMap<&'static str, BTreeSet<String>>> {
    let (user, mut groups) = subject.credentials();
    groups.push("system:authenticated".to_owned());
    let client = world.wait(async { world.cluster.client_as(&user, &groups) })?;
    let mut found = BTreeMap::new();
    for namespace in NAMESPACES {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "metadata": {"name": ""},
            "spec": {"namespace": namespace},
        });
        let kind = ("authorization.k8s.io/v1", "SelfSubjectRulesReview");
        let asked = api(&client, kind, None);
        let answer = world.wait(asked.create(&PostParams::default(), &serde_json::from_value(review)?))?;
        let status = serde_json::to_value(answer)?["status"].take();
        ensure!(status["incomplete"] == false, "the API server does not know all of {user}'s rights: {status}");
        found.insert(namespace, rules(&status));
    }
    Ok(found)
}

fn rules(status: &Value) -> BTreeSet<String> {
    let list = |rule: &Value, key: &str| -> Vec<String> {
        let items = rule[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        items.map(str::to_owned).collect()
    };
    let mut all = BTreeSet::new();
    for rule in status["resourceRules"].as_array().into_iter().flatten() {
        let names = list(rule, "resourceNames");
        let only = if names.is_empty() { String::new() } else { format!(" named {}", names.join(", ")) };
        for group in list(rule, "apiGroups") {
            for resource in list(rule, "resources") {
                let of = if group.is_empty() { String::new() } else { format!(".{group}") };
                all.extend(list(rule, "verbs").iter().map(|verb| format!("{resource}{of}{only}: {verb}")));
            }
        }
    }
    for rule in status["nonResourceRules"].as_array().into_iter().flatten() {
        for path in list(rule, "nonResourceURLs") {
            all.extend(list(rule, "verbs").iter().map(|verb| format!("{path}: {verb}")));
        }
    }
    all
}

/// One subject's part of the text: a line for each resource.
fn section(text: &mut String, subject: &str, found: &BTreeMap<&str, BTreeSet<String>>) -> Result<()> {
    writeln!(text, "{subject}{}", if found.is_empty() { ": nothing else" } else { "" })?;
    for (namespace, rules) in found {
        writeln!(text, "  {namespace}")?;
        let mut resources: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for rule in rules {
            let (resource, verb) = rule.rsplit_once(": ").context("no verb")?;
            resources.entry(resource).or_default().push(verb);
        }
        for (resource, verbs) in resources {
            writeln!(text, "    {resource}: {}", verbs.join(" "))?;
        }
    }
    Ok(())
}
