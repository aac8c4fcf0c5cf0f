//! What an object may be without being looked at: as one that was found right.

use super::Fence;
use crate::render::Manifest;
use crate::tree::Node;

/// A set that was found right, and the fence that it was inside of.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The objects.
    pub manifests: &'a [Manifest],
    /// The fence.
    pub fence: Fence<'a>,
}

/// What such a set says of objects inside of another fence.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'a> {
    /// Nothing.
    Nothing,
    /// Whether an object is right does not depend on anything but the labels that each must carry: those are other ones.
    ButForLabels(&'a [Manifest]),
    /// The same object is right.
    Same(&'a [Manifest]),
}

impl Checked<'_> {
    /// What the set says of objects inside of a fence.
    pub(super) fn under(&self, fence: &Fence<'_>) -> Known<'_> {
        match (self.fence.is_same_but_for_labels(fence), self.fence.labels() == fence.labels()) {
            (false, _) => Known::Nothing,
            (true, false) => Known::ButForLabels(self.manifests),
            (true, true) => Known::Same(self.manifests),
        }
    }
}

impl Known<'_> {
    /// Whether the object is one of the set.
    pub(super) fn has(self, manifest: &Manifest) -> bool {
        let Self::Same(manifests) = self else { return false };
        manifests.iter().any(|other| other.template == manifest.template && other.object == manifest.object)
    }

    /// Whether the object is one of the set but for its labels, and these are what each object carries and no others.
    pub(super) fn has_but_for_labels(self, manifest: &Manifest, fence: &Fence<'_>) -> bool {
        let Self::ButForLabels(manifests) = self else { return false };
        let labels = manifest.object.get(&["metadata", "labels"]).and_then(Node::as_map);
        labels.is_some_and(|labels| fence.has_same_labels(labels))
            && manifests
                .iter()
                .any(|other| other.template == manifest.template && is_same_but_for_labels(other, manifest))
    }
}

fn is_same_but_for_labels(one: &Manifest, other: &Manifest) -> bool {
    match differences(&one.object, &other.object).as_deref() {
        Some([("metadata", one, other)]) => matches!(differences(one, other).as_deref(), Some([("labels", ..)])),
        _ => false,
    }
}

/// The values of two maps that are not the same, by their keys; none where they are no maps with the same keys.
fn differences<'a>(one: &'a Node, other: &'a Node) -> Option<Vec<(&'a str, &'a Node, &'a Node)>> {
    let (one, other) = (one.as_map()?, other.as_map()?);
    let mut found = Vec::new();
    // What is rendered is in order.
    for (one, other) in one.iter().zip(other.iter()) {
        if one.key != other.key {
            return None;
        }
        if one.node != other.node {
            found.push((one.key.as_str(), &one.node, &other.node));
        }
    }
    (one.len() == other.len()).then_some(found)
}
