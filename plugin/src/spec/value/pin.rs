//! What pins a thing that runs: exact versions, commits, digests.

use semver::{Version, VersionReq};

use super::{rule, text};
use crate::read::Text;

text! {
    /// An exact version. Charts and modules are pinned by it; a range or a tag that moves is refused.
    ExactVersion, "an exact version", Some("^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)([-+][0-9A-Za-z.+-]+)?$"),
    |text| rule(Version::parse(text).is_ok(), "three numbers, like `0.94.2`: no range, no `v`, no `latest`")
}

impl ExactVersion {
    /// Its parts.
    pub fn version(&self) -> Version {
        // It was parsed when it was read.
        Version::parse(self.as_str()).unwrap_or_else(|_| Version::new(0, 0, 0))
    }
}

text! {
    /// A commit.
    Commit, "a commit", Some("^[0-9a-f]{40}$"), |text| {
        rule(
            text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
            "40 lower-case hexadecimal digits: no branch, no tag, no short form",
        )
    }
}

text! {
    /// A container image by its digest.
    Image, "an image by digest", Some("^[a-z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}$"), |text| {
        let holds = text.split_once("@sha256:").is_some_and(|(name, digest)| {
            digest.len() == 64
                && digest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
                && name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte))
        });
        rule(holds, "`repository@sha256:` and 64 hexadecimal digits: a tag can be moved")
    }
}

impl Image {
    /// The repository, without tag and digest.
    pub fn repository(&self) -> &str {
        let name = self.as_str().split('@').next().unwrap_or_default();
        match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => repository,
            _ => name,
        }
    }
}

text! {
    /// A content's hash.
    Digest, "a digest", Some("^sha256:[0-9a-f]{64}$"), |text| {
        let holds = text.strip_prefix("sha256:").is_some_and(|digits| {
            digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        });
        rule(holds, "`sha256:` and 64 hexadecimal digits")
    }
}

/// Versions by their bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRange(VersionReq);

impl VersionRange {
    /// Whether a version lies in the range.
    pub fn contains(&self, version: &ExactVersion) -> bool {
        let version = version.version();
        // A candidate of a version is judged like the version: SemVer's rule, by which a range without a
        // candidate holds none, would leave `0.94.2-rc.1` outside every profile.
        self.0.matches(&Version { pre: semver::Prerelease::EMPTY, ..version })
    }
}

impl std::fmt::Display for VersionRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Text for VersionRange {
    const WHAT: &'static str = "a range of versions";

    fn parse(text: &str) -> Result<Self, String> {
        let request = VersionReq::parse(text).map_err(|_| "bounds with commas between, like `>=0.94.0, <0.95.0`")?;
        rule(!request.comparators.is_empty(), "a range with at least one bound")?;
        Ok(Self(request))
    }
}
