//! What happens to one tenant, or to one platform's own set.

use serde_json::Value as Json;

use super::both::Both;
use super::change::{FieldChange, json};
use super::consequence::Consequence;
use super::each::Sets;
use super::mask;
use super::model::{Action, Member, ObjectChange, Status};
use super::names::{Names, Own};
use super::pair::{Pair, Way, pairs};
use super::rendered;
use super::rules::{self, Case};
use super::side::{Rendered, Side};
use crate::find::{Mode, parent};
use crate::problem::{Problem, Problems};
use crate::render::Manifest;
use crate::report;

/// What happens to it.
#[derive(Debug)]
pub enum Outcome {
    /// Neither side has a set there: a platform that owns no cluster.
    Nothing,
    /// The same set on both sides.
    Unchanged,
    /// Something.
    Changed(Box<Changes>),
}

/// All that happens to it.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Who it is.
    pub member: Member,
    /// What becomes of it.
    pub status: Status,
    /// Its objects.
    pub objects: Vec<ObjectChange>,
    /// What it comes to, worst first.
    pub consequences: Vec<Consequence>,
    /// Why it cannot be rendered.
    pub problems: Vec<String>,
    /// Its own names.
    pub own: Own,
}

/// Compares both sides.
pub fn outcome(base: &Side<'_>, head: &Side<'_>, both: &Both, sets: Sets) -> Outcome {
    let Some((before, after)) = sets else { return Outcome::Unchanged };
    let (status, problems, before, after) = match (before, after) {
        (Ok(None), Ok(None)) => return Outcome::Nothing,
        (Ok(before), Err(problems)) => (Status::Failing, told(head, problems), before, None),
        (Err(_), Err(problems)) => (Status::StillFailing, told(head, problems), None, None),
        (Ok(Some(before)), Ok(None)) => (Status::Removed, Vec::new(), Some(before), None),
        (Ok(None), Ok(Some(after))) => (Status::Added, Vec::new(), None, Some(after)),
        (Err(problems), Ok(Some(after))) => (Status::Mended, told(base, problems), None, Some(after)),
        (Err(problems), Ok(None)) => (Status::Removed, told(base, problems), None, None),
        (Ok(Some(before)), Ok(Some(after))) => (Status::Changed, Vec::new(), Some(before), Some(after)),
    };
    // Argo CD deletes nothing of what it cannot render.
    let pairs = match (&before, &after) {
        (_, None) => Vec::new(),
        (before, Some(after)) => pairs(before.as_ref().map_or(&[], |set| &set.manifests), &after.manifests),
    };
    // Of sets that were rendered before nobody knows where their files lie.
    let is_moved = both.base != both.head && after.as_ref().is_some_and(|set| set.file.is_some());
    if status == Status::Changed && pairs.is_empty() && !is_moved {
        return Outcome::Unchanged;
    }
    let member = member(both.folder(), both.mode, after.as_ref().or(before.as_ref()));
    let own = own(&member, before.as_ref(), after.as_ref());
    let case = Case::new(status, before.as_ref(), after.as_ref(), pairs);
    Outcome::Changed(Box::new(Changes {
        member,
        status,
        objects: case.pairs.iter().filter_map(object).collect(),
        consequences: rules::consequences(&case),
        problems,
        own,
    }))
}

fn own(member: &Member, before: Option<&Rendered>, after: Option<&Rendered>) -> Own {
    let names = |set: &Rendered| {
        set.plan.as_ref().map(Names::of_plan).or_else(|| rendered::record(&set.manifests).map(Names::of_record))
    };
    let objects = [before, after].into_iter().flatten().flat_map(|set| &set.manifests);
    let tenant = if member.is_platform { "" } else { &member.name };
    Own::between(tenant, before.and_then(names).as_ref(), after.and_then(names).as_ref(), objects)
}

/// Problems as people are shown them, without the passwords of addresses that they repeat.
pub fn told(side: &Side<'_>, problems: Problems) -> Vec<String> {
    let line = |problem: &Problem| mask::without_passwords(&report::line(problem, side.sources())).into_owned();
    problems.into_sorted().iter().map(line).collect()
}

fn member(folder: &str, mode: Mode, set: Option<&Rendered>) -> Member {
    let tenant = set.and_then(|set| Some(&set.plan.as_ref()?.tenant));
    let record = set.and_then(|set| rendered::record(&set.manifests));
    let told = |path: &[&str]| Some(record?.object.text_at(path)?.to_owned());
    let last = folder.strip_prefix(parent(folder).unwrap_or_default()).unwrap_or(folder).trim_start_matches('/');
    let name = if last.is_empty() { "platform" } else { last };
    let name = tenant
        .map(|tenant| tenant.name.clone())
        .or_else(|| told(&["metadata", "labels", "tenantry.dev/tenant"]))
        .unwrap_or_else(|| name.to_owned());
    Member {
        folder: folder.to_owned(),
        name,
        is_platform: mode == Mode::Platform,
        tier: tenant.map(|tenant| tenant.tier.clone()).or_else(|| told(&["data", "tier"])),
        ring: tenant.and_then(|tenant| tenant.ring.clone()).or_else(|| told(&["data", "ring"])),
    }
}

fn object(pair: &Pair<'_>) -> Option<ObjectChange> {
    let object = pair.object()?;
    let action = match (pair.before, pair.after, pair.way) {
        (Some(_), None, _) => Action::Deleted,
        (None, Some(_), _) => Action::Created,
        (_, _, Way::Same) => Action::Changed,
        _ => Action::Replaced,
    };
    let other = |what: fn(&Manifest) -> &str| {
        let before = pair.before.map(what).filter(|before| *before != what(object));
        before.map(str::to_owned)
    };
    Some(ObjectChange {
        action,
        kind: object.kind().to_owned(),
        namespace: Some(object.namespace().to_owned()).filter(|namespace| !namespace.is_empty()),
        name: object.name().to_owned(),
        name_before: other(Manifest::name),
        namespace_before: other(Manifest::namespace),
        wave: object.wave(),
        template: object.template.to_string(),
        fields: {
            let fields = pair.fields.iter().filter(|field| !is_own_name(field));
            fields.map(|field| mask::shown(object.kind(), field)).collect()
        },
        content: pair.after.filter(|_| action == Action::Created).map(content),
    })
}

/// What an object that was replaced is called is said already.
fn is_own_name(field: &FieldChange) -> bool {
    field.path == "metadata.name" || field.path == "metadata.namespace"
}

fn content(manifest: &Manifest) -> Json {
    mask::value("", json(&manifest.object))
}
