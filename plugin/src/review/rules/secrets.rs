//! What becomes of a Secret when what makes it goes.

use crate::render::Manifest;

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays as it is, and nobody looks after it.
    Stays,
    /// It goes, and can be had again where it came from.
    Goes,
    /// It goes, and was made once of random bytes.
    GoesForGood,
}

/// What becomes of a Secret that an object is or makes; none where it makes none.
pub(super) fn fate(object: &Manifest) -> Option<Fate> {
    match (object.id().group, object.kind()) {
        ("", "Secret") | ("bitnami.com", "SealedSecret") => Some(Fate::Goes),
        ("external-secrets.io", "ExternalSecret") => match object.object.text_at(&["spec", "target", "creationPolicy"])
        {
            Some("None") => None,
            Some("Orphan" | "Merge") => Some(Fate::Stays),
            _ if is_generated(object) => Some(Fate::GoesForGood),
            _ => Some(Fate::Goes),
        },
        _ => None,
    }
}

fn is_generated(object: &Manifest) -> bool {
    object
        .object
        .list_at(&["spec", "dataFrom"])
        .iter()
        .any(|source| source.get(&["sourceRef", "generatorRef"]).is_some())
}
