//! Values with rules of their own: names, versions, addresses, cloud identifiers.

mod aws;
mod kubernetes;
mod name;
mod network;
mod pin;
mod place;
mod terraform;

pub use aws::{AccountId, OidcProvider, PolicyArn, Region, RoleArn, RolePrefix};
pub use kubernetes::{
    AnnotationKey, AnnotationValue, ApiVersionKind, ClusterVersion, LabelKey, LabelValue, QuotaKey, ResourceName,
    Subject,
};
pub use name::{ItemName, KeyName, ModuleName, NamespacePrefix, ObjectName, TenantId, TenantName};
pub use network::{Cidr, Host, Port};
pub use pin::{Commit, Digest, ExactVersion, Image, VersionRange};
pub use place::{ChartPath, Email, FileName, GitUrl, RelativePath, Repository, SpecPath, ValuePath};
pub use terraform::{AddressedResource, OutputName, TagKey, Variable};

/// A newtype over a string: what it is, its rule, and nothing else.
macro_rules! text {
    ($(#[doc = $doc:literal])* $name:ident, $what:literal, $pattern:expr, $check:expr) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl $crate::read::Text for $name {
            const WHAT: &'static str = $what;
            const PATTERN: Option<&'static str> = $pattern;

            fn parse(text: &str) -> Result<Self, String> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }
        }
    };
}

pub(crate) use kubernetes::qualified;
pub(super) use text;

/// An error unless `holds`.
pub(super) fn rule(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

/// RFC 1123 label of at most `max` characters: what Kubernetes takes as the name of a namespace.
fn dns_label(text: &str, max: usize) -> Result<(), String> {
    let ends_well = |edge: Option<u8>| edge.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let holds = (1..=max).contains(&text.len())
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
        && ends_well(bytes.first().copied())
        && ends_well(bytes.last().copied());
    // Every key of every object is looked at: the words are only put together where they are wanted.
    if holds {
        return Ok(());
    }
    Err(format!("1 to {max} of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit"))
}

/// RFC 1123 subdomain: labels with dots between them, 253 characters.
fn dns_subdomain(text: &str) -> Result<(), String> {
    rule(
        text.len() <= 253 && text.split('.').all(|label| dns_label(label, 63).is_ok()),
        "labels of 1 to 63 of `a-z`, `0-9` and `-` with dots between them, 253 characters at most",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Text;

    /// Each type with texts that it takes and texts that it refuses.
    #[test]
    fn what_each_takes() {
        fn check<T: Text>(good: &[&str], bad: &[&str]) {
            for text in good {
                assert!(T::parse(text).is_ok(), "{} should take `{text}`", T::WHAT);
            }
            for text in bad {
                assert!(T::parse(text).is_err(), "{} should refuse `{text}`", T::WHAT);
            }
        }
        let forty = "a".repeat(40);
        let long = "a".repeat(41);
        check::<TenantName>(&["acme", "a-b", &forty], &["ab", "a--b", "Acme", "-abc", "abc-", &long, "a.b", "a\nb"]);
        check::<TenantId>(
            &["7c9e6679-7425-40de-944b-e07fc1f90ae7", "abc"],
            &["ab", "A-B", "a_b", "-ab", "ab-", "a--b"],
        );
        check::<ItemName>(&["zenml", "data-science"], &["", "a--b", "Zen", "a.b"]);
        check::<Host>(&["ml.globex.example", "a.b"], &["localhost", "a..b", "A.b", "a.b/c", "*.a.b", ""]);
        check::<Cidr>(
            &["10.0.0.0/8", "2001:db8::/32", "203.0.113.7/32"],
            &["10.0.0.1/8", "10.0.0.0", "x", "10.0.0.0/33"],
        );
        check::<RoleArn>(
            &["arn:aws:iam::111122223333:role/zenml-x", "arn:aws-cn:iam::111122223333:role/path/x"],
            &[
                "arn:aws:iam::1111:role/x",
                "arn:aws:iam::111122223333:user/x",
                "role/x",
                "arn:aws:iam::111122223333:role/",
            ],
        );
        check::<AccountId>(&["111122223333"], &["11112222333", "11112222333a"]);
        check::<ExactVersion>(&["0.94.2", "1.0.0-rc.1"], &["0.94", "^0.94.2", "latest", "v0.94.2", ">=1", "1.2.3 "]);
        check::<VersionRange>(&[">=0.94.0, <0.95.0", "~1.2"], &["latest", "", ">=x"]);
        check::<Commit>(
            &["3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7"],
            &["main", "3f1c0b6", "3F1C0B6E2F4D5A69788796A5B4C3D2E1F0A9B8C7"],
        );
        let digest = format!("registry.example.com/x@sha256:{}", "0".repeat(64));
        check::<Image>(&[&digest], &["x:latest", "x", "x:1.2", "x@sha256:00", "Registry/x y@sha256:0"]);
        check::<RelativePath>(&["modules/tenant.json", "a"], &["/etc/passwd", "../a", "a/../b", "", "a//b", "./a"]);
        check::<Repository>(
            &["public.ecr.aws/zenml", "https://git.example.com/charts.git"],
            &["oci://public.ecr.aws/zenml", "http://x.example", "git@x:y", "https://user:pass@git.example.com/x", ""],
        );
        check::<Subject>(
            &["globex-ds", "arn:aws:iam::1:x", "a b"],
            &["", "system:masters", "system:serviceaccount:a:b", "a\nb"],
        );
        check::<LabelValue>(&["", "platform", "a.b_c-1"], &["-a", "a b", "ü"]);
        check::<AnnotationKey>(
            &["example.com/contract", "plain"],
            &["helm.sh/hook", "argocd.argoproj.io/x", "x.kubernetes.io/y", "a/b/c"],
        );
        check::<QuotaKey>(&["requests.cpu", "pods", "count/jobs.batch"], &["", "a b", "-x"]);
        check::<ValuePath>(&["server.replicaCount", "a"], &["", "a..b", ".a", "a b"]);
        check::<AddressedResource>(
            &["aws_db_instance.tenant", "module.a.module.b-c.x_y.z"],
            &["aws_db_instance", "data.aws_ami.x", "aws_a.b[0]", "module.a", "module.a.b", "a.b.c", "a..b", "1.a"],
        );
        check::<TagKey>(&["tenant", "example.com/Tenant id"], &["", " a", "a\nb"]);
        check::<Email>(&["field@example.com"], &["field", "a b@c.d", "@c.d"]);
    }
}
