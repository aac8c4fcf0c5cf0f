//! Cases for the rules' tests: objects as YAML, and tenants of the example fleet as they are edited.

use super::{Case, Found, consequences};
use crate::find::Memory;
use crate::problem::Problems;
use crate::render::Manifest;
use crate::review::model::Status;
use crate::review::pair::pairs;
use crate::review::side::{Rendered, Side};
use crate::source::Sources;
use crate::tree;

/// A rule.
pub(super) type RuleFn = fn(&Case<'_>, Found<'_>);
/// A file, a text in it, and what stands there instead.
pub(super) type Edit<'a> = (&'a str, &'a str, &'a str);

/// What a rule finds, a line each.
fn lines(rule: RuleFn, case: &Case<'_>) -> Vec<String> {
    let mut found = Vec::new();
    rule(case, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|found| {
            let object = found.object.map_or(String::new(), |object| format!(" {object}"));
            format!("{}{object}: {}", found.rule.word(), found.text)
        })
        .collect()
}

/// What a rule finds between two sets of objects, as YAML documents.
pub(super) fn of_objects(rule: RuleFn, before: &str, after: &str) -> Vec<String> {
    let [before, after] =
        [before, after].map(|text| Rendered { file: None, plan: None, traces: None, manifests: manifests(text) });
    lines(rule, &case(Status::Changed, Some(&before), Some(&after)))
}

/// What a rule finds between a folder of the example fleet and itself, edited.
pub(super) fn of_fleet(rule: RuleFn, folder: &str, edits: &[Edit<'_>]) -> Vec<String> {
    between(rule, folder, &[], edits)
}

/// What a rule finds between a folder of the example fleet, edited, and itself, edited otherwise.
pub(super) fn between(rule: RuleFn, folder: &str, before: &[Edit<'_>], after: &[Edit<'_>]) -> Vec<String> {
    let [before, after] = [before, after].map(|edits| rendered(folder, edits));
    lines(rule, &case(Status::Changed, Some(&before), Some(&after)))
}

/// What a rule finds of a status, with the fleet's folder on one side or both.
pub(super) fn of_status(
    rule: RuleFn,
    status: Status,
    before: Option<&Rendered>,
    after: Option<&Rendered>,
) -> Vec<String> {
    lines(rule, &case(status, before, after))
}

/// All that comes of a folder that was mended.
pub(super) fn mended(folder: &str, edits: &[Edit<'_>]) -> Vec<String> {
    let after = rendered(folder, edits);
    let found = consequences(&case(Status::Mended, None, Some(&after)));
    found.into_iter().map(|found| format!("{}: {}", found.rule.word(), found.text)).collect()
}

fn case<'a>(status: Status, before: Option<&'a Rendered>, after: Option<&'a Rendered>) -> Case<'a> {
    let pairs = match after {
        Some(after) => pairs(before.map_or(&[], |set| &set.manifests), &after.manifests),
        None => Vec::new(),
    };
    Case::new(status, before, after, pairs)
}

/// A folder of the example fleet, edited.
pub(super) fn rendered(folder: &str, edits: &[Edit<'_>]) -> Rendered {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleet");
    let tenant = format!("{folder}/tenant.yaml");
    let mut files = Memory::default();
    for path in ["platform.yaml", "modules/tenant-2.0.0.json", &tenant] {
        let Ok(mut text) = std::fs::read_to_string(root.join(path)) else { continue };
        for (_, from, to) in edits.iter().filter(|(file, ..)| *file == path) {
            assert!(text.contains(from), "{path} holds no {from}");
            text = text.replace(from, to);
        }
        files = files.with(path, text);
    }
    let sources = Sources::default();
    let side = Side::find(&files, &sources, &[String::new()]);
    match side.render(folder) {
        Ok(rendered) => rendered.unwrap(),
        Err(problems) => panic!("{:?}", crate::review::subject::told(&side, problems)),
    }
}

fn manifests(text: &str) -> Vec<Manifest> {
    let text = text.trim_end().trim_end_matches("---");
    if text.trim().is_empty() {
        return Vec::new();
    }
    let (sources, mut problems) = (Sources::default(), Problems::new());
    let file = sources.add("objects.yaml", text.to_owned());
    let objects = tree::documents(&sources, file, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    objects.into_iter().map(|object| Manifest { object, template: "test.yaml".into() }).collect()
}
