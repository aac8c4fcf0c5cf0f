//! What the linter `parliament` says of every policy that stands.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::standing::Standing;
use crate::cache::{Cache, key, workspace};
use crate::process::{last_lines, run};
use crate::toolchain::pip_install;

/// The linter, as Python's package index has it, and what it takes its data with: newer ones of the latter have that no more.
const PACKAGES: [&str; 2] = ["parliament==1.6.4", "setuptools==80.9.0"];

/// What it finds where nothing is wrong: how the policy's name begins, the finding, a part of its detail. Its data is older than AWS.
const EXPECTED: &[(&str, &str, &str)] = &[
    // It takes a trust for the policy of a thing that has a name; a trust names no resource.
    ("trust of ", "MALFORMED", "neither Resource nor NotResource"),
    // It knows the issuers of a few companies, and no cluster's.
    ("trust of ", "UNKNOWN_FEDERATION_SOURCE", ":oidc-provider/"),
    // AWS compares the text of an ARN as well; a whole ARN without wildcards is meant.
    ("", "MISMATCHED_TYPE_BUT_USABLE", "requires a value of type String but given Arn"),
    // A statement for what an instance is made with stands beside the one for instances; it asks each statement for an instance.
    (
        "policy tenants of ",
        "RESOURCE_MISMATCH",
        "\"rds:CreateDBInstance\", \"required_format\": \"arn:*:rds:*:*:db:*\"",
    ),
    // It does not look at the boundary, which denies to read objects whatever a bucket's policy says. The table asks for that.
    ("policy tenants of ", "RESOURCE_POLICY_PRIVILEGE_ESCALATION", "s3:PutBucketPolicy"),
    ("arn:", "RESOURCE_POLICY_PRIVILEGE_ESCALATION", "s3:PutBucketPolicy"),
    // Of customers' accounts nobody knows the numbers; the own one's is denied beside it. The table asks for that.
    ("policy tenant of ", "RESOURCE_STAR", "[\"sts:AssumeRole\"]"),
    // A boundary gives nothing, and what an extra policy gives counts inside one.
    ("arn:", "RESOURCE_STAR", ""),
];

/// Something that the linter found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// Where: `trust of ROLE`, `policy NAME of ROLE`, `bucket NAME`, or a managed policy's ARN.
    pub policy: String,
    /// The linter's word for it.
    pub issue: String,
    /// More about it.
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.policy, self.issue, self.detail)
    }
}

impl Finding {
    fn is_expected(&self) -> bool {
        EXPECTED.iter().any(|(policy, issue, detail)| {
            self.policy.starts_with(policy) && self.issue == *issue && self.detail.contains(detail)
        })
    }
}

/// What is wrong with the policies that stand, as far as the linter sees.
///
/// # Errors
/// The linter cannot be had, or does not run.
pub fn findings(cache: &Cache, standing: &Standing) -> Result<Vec<Finding>> {
    let packages = packages(cache)?;
    let mut python = Command::new("python3");
    // Its way to its data is on the way out, and says so each time.
    python.args(["-W", "ignore"]).arg(workspace().join("e2e/parts/aws-rights/lint.py")).env("PYTHONPATH", packages);
    python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = python.spawn().context("cannot start `python3`")?;
    // It reads everything before it prints anything, so neither waits for the other.
    let written = child.stdin.take().context("a pipe")?.write_all(&serde_json::to_vec(&documents(standing))?);
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the linter: {}\n{}", output.status, last_lines(&said, 20));
    written?;
    let findings: Vec<Finding> = serde_json::from_slice(&output.stdout).context("what the linter prints")?;
    Ok(findings.into_iter().filter(|finding| !finding.is_expected()).collect())
}

/// Where the linter is; installed once.
pub(super) fn packages(cache: &Cache) -> Result<PathBuf> {
    cache.made("parliament", &key(PACKAGES.map(str::as_bytes)), |folder| {
        run(pip_install(folder).args(PACKAGES))?;
        Ok(())
    })
}

/// Every policy that stands, by a name.
fn documents(standing: &Standing) -> BTreeMap<String, &Value> {
    let mut documents = BTreeMap::new();
    for role in &standing.roles {
        documents.insert(format!("trust of {}", role.name), &role.trust);
        for (name, document) in &role.inline {
            documents.insert(format!("policy {name} of {}", role.name), document);
        }
        documents.extend(role.attached.iter().map(|(arn, document)| (arn.clone(), document)));
        documents.extend(role.boundary.iter().map(|boundary| (boundary.arn.clone(), &boundary.document)));
    }
    documents.extend(standing.policies.iter().map(|(arn, document)| (arn.clone(), document)));
    let buckets = standing.buckets.iter().filter_map(|(name, policy)| Some((name, policy.as_ref()?)));
    documents.extend(buckets.map(|(name, policy)| (format!("bucket {name}"), policy)));
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_over_what_is_expected_alone() {
        let finding = |policy: &str, issue: &str, detail: &str| Finding {
            policy: policy.to_owned(),
            issue: issue.to_owned(),
            detail: detail.to_owned(),
        };
        let malformed = "Statement contains neither Resource nor NotResource";
        assert!(finding("trust of zenml-acme", "MALFORMED", malformed).is_expected());
        assert!(!finding("policy tenant of zenml-acme", "MALFORMED", malformed).is_expected());
        assert!(!finding("policy tenant of zenml-acme", "RESOURCE_STAR", "[\"s3:GetObject\"]").is_expected());
        assert!(!finding("trust of zenml-acme", "UNKNOWN_PRINCIPAL", "x").is_expected());
    }
}
