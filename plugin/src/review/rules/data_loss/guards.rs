//! What stood between an object and its deletion, and does no more. Nothing goes yet; nobody will be asked when it does.

use super::objects::deletes_volumes;
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::rules::{Case, Found, has_option, leaves, of, say};

/// Fields that keep what an object stands for, and the value that does.
const FIELDS: &[(&str, &str)] = &[("persistentVolumeReclaimPolicy", "Retain"), ("deletionPolicy", "Orphan")];

/// Argo CD's options that keep an object, each from strong to weak.
const OPTIONS: [[&str; 2]; 2] = [["Delete=false", "Delete=confirm"], ["Prune=false", "Prune=confirm"]];

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for pair in case.pairs.iter().filter(|pair| !leaves(pair)) {
        let (Some(before), Some(after)) = (pair.before, pair.after) else { continue };
        let lost = lost(before, after);
        if !lost.is_empty() {
            let lost = say::values(lost.iter().map(String::as_str));
            found.push(of(Rule::DataLoss, after, format!("loses what guards it against deletion: {lost}")));
        }
    }
}

fn lost(before: &Manifest, after: &Manifest) -> Vec<String> {
    let mut lost = Vec::new();
    for options in OPTIONS {
        let strength = |object: &Manifest| options.iter().position(|option| has_option(object, option));
        if let Some(old) = strength(before)
            && strength(after).is_none_or(|new| new > old)
        {
            lost.push(options[old].to_owned());
        }
    }
    for (field, guard) in FIELDS {
        let is = |object: &Manifest| object.object.text_at(&["spec", field]) == Some(*guard);
        if is(before) && !is(after) {
            lost.push(format!("{field}: {guard}"));
        }
    }
    if !deletes_volumes(before) && deletes_volumes(after) {
        lost.push("whenDeleted: Retain".to_owned());
    }
    let keeps = |object: &Manifest| object.annotation("helm.sh/resource-policy") == Some("keep");
    if keeps(before) && !keeps(after) {
        lost.push("helm.sh/resource-policy: keep".to_owned());
    }
    lost
}

#[cfg(test)]
mod tests {
    use crate::review::rules::data_loss::found;
    use crate::review::rules::testing::of_objects;

    const NOTHING: [&str; 0] = [];

    #[test]
    fn guards() {
        let namespace = |options: &str| {
            format!(
                "{{apiVersion: v1, kind: Namespace, metadata: {{name: n, annotations: \
                 {{argocd.argoproj.io/sync-options: '{options}'}}}}}}"
            )
        };
        let of = |before: &str, after: &str| of_objects(found, &namespace(before), &namespace(after));
        assert_eq!(
            of("Prune=confirm,Delete=confirm,PruneLast=true", "PruneLast=true"),
            ["DATA-LOSS Namespace n: loses what guards it against deletion: `Delete=confirm`, `Prune=confirm`"]
        );
        assert_eq!(
            of("Prune=false", "Prune=confirm"),
            ["DATA-LOSS Namespace n: loses what guards it against deletion: `Prune=false`"]
        );
        assert_eq!(of("Prune=confirm", "Prune=false,Delete=confirm"), NOTHING);
        let volume = |policy: &str| {
            format!(
                "{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: v}}, spec: {{persistentVolumeReclaimPolicy: {policy}}}}}"
            )
        };
        assert_eq!(
            of_objects(found, &volume("Retain"), &volume("Delete")),
            [
                "DATA-LOSS PersistentVolume v: loses what guards it against deletion: `persistentVolumeReclaimPolicy: Retain`"
            ]
        );
        assert_eq!(of_objects(found, &volume("Delete"), &volume("Retain")), NOTHING);
    }
}
