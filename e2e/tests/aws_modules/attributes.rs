//! Whether version 6 of the AWS provider has all that the modules use, asked of a schema, since there is no provider of that version
//! in any registry of packages.
//!
//! Asked is for each type, for each argument and block that is written (is it there; is it a block where one is written; is one
//! that is required left out), and for each attribute that is read. Write-only arguments (`…_wo`) are among them, but not whether
//! they are still write-only. The schema says neither what values an argument takes nor of what type they are in Terraform, nor
//! what is deprecated. It has no ephemeral resources: those are [`EPHEMERAL`], to be looked up by hand when the list changes.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use e2e::cache::workspace;

use crate::schema::{Schema, name};
use crate::used::{self, Kind, Use, What, Written};
use crate::{MODULES, package};

type Test = fn() -> Result<()>;

/// The tests that need the schema.
pub(crate) const TESTS: &[(&str, Test)] =
    &[("attributes_of_6", attributes_of_6), ("attributes_of_6::invented_ones_are_found", invented_ones_are_found)];

/// What the modules use of ephemeral resources: in no schema that is asked here. The provider's documentation of its 6.x line
/// (`website/docs/ephemeral-resources` in its repository) has all of it.
const EPHEMERAL: &[&str] = &[
    "aws_secretsmanager_random_password",
    "aws_secretsmanager_random_password.exclude_punctuation",
    "aws_secretsmanager_random_password.password_length",
    "aws_secretsmanager_random_password.random_password",
    "aws_secretsmanager_secret_version",
    "aws_secretsmanager_secret_version.secret_id",
    "aws_secretsmanager_secret_version.secret_string",
    "aws_secretsmanager_secret_version.version_id",
];

/// A file with something wrong, and what is found in it.
const INVENTED: &[(&str, &[&str])] = &[
    (r#"resource "aws_iam_role" "a" { assume_role_policy = aws_iam_role.b[0].arn }"#, &[]),
    (r#"resource "aws_iam_roll" "a" {}"#, &["resource `aws_iam_roll`: there is no such type"]),
    (r#"data "aws_iam_roll" "a" {}"#, &["data `aws_iam_roll`: there is no such type"]),
    (
        r#"resource "aws_iam_role" "a" { colour = "red" }"#,
        &["resource `aws_iam_role`: `assume_role_policy` is required", "resource `aws_iam_role`: no argument `colour`"],
    ),
    (
        r#"
resource "aws_s3_bucket_versioning" "a" {
  bucket = "b"
  versioning_configuration {
    status = "Enabled"
    colour = "red"
    shade {}
  }
}
"#,
        &[
            "resource `aws_s3_bucket_versioning`: no argument `versioning_configuration.colour`",
            "resource `aws_s3_bucket_versioning`: no block `versioning_configuration.shade`",
        ],
    ),
    (
        r#"
resource "aws_s3_bucket_versioning" "a" {
  bucket {}
  versioning_configuration = {}
  dynamic "paint" {
    for_each = [aws_iam_role.b.hue]
    content {}
  }
}
"#,
        &[
            "resource `aws_iam_role`: no attribute `hue`",
            "resource `aws_s3_bucket_versioning`: `bucket` is an argument, no block",
            "resource `aws_s3_bucket_versioning`: `versioning_configuration` is a block, no argument",
            "resource `aws_s3_bucket_versioning`: no block `paint`",
        ],
    ),
    (
        r#"
resource "aws_iam_role" "a" {
  assume_role_policy = "{}"
  lifecycle {
    ignore_changes = [name, colour, tags["x"]]
    postcondition {
      condition     = self.shade == "dark"
      error_message = "Not dark."
    }
  }
}
"#,
        &["resource `aws_iam_role`: no attribute `colour`", "resource `aws_iam_role`: no attribute `shade`"],
    ),
    (
        r#"output "a" { value = "${aws_db_instance.a[0].master_user_secret[0].colour} of ${aws_db_instance.a[0].tags.colour}" }"#,
        &["resource `aws_db_instance`: no attribute `master_user_secret.colour`"],
    ),
    (
        r#"output "a" { value = { for name, role in aws_iam_role.a : name => role.colour if role.name != "b" } }"#,
        &["resource `aws_iam_role`: no attribute `colour`"],
    ),
    (
        r#"output "a" { value = one(aws_iam_role.a[*]) }"#,
        &["resource `aws_iam_role`: handed on as a whole, which is not followed"],
    ),
    (r#"output "a" { value = aws_iam_role.a.name_input }"#, &["resource `aws_iam_role`: no attribute `name_input`"]),
    (
        r#"
provider "aws" {
  alias  = "a"
  colour = "red"
}
"#,
        &["provider `aws`: no argument `colour`"],
    ),
];

fn modules() -> Result<Vec<Use>> {
    let mut uses = Vec::new();
    for module in MODULES {
        uses.extend(used::module(&workspace().join("terraform").join(module))?);
    }
    Ok(uses)
}

/// The schema of what the modules use. All of it stands in one folder, so that both tests ask for the same.
fn schema(uses: &[Use]) -> Result<Schema> {
    if let Some(missing) = package::missing() {
        bail!(missing);
    }
    let folder = package::declarations(&uses.iter().map(|used| used.of.clone()).collect())?;
    Schema::read(&folder)
}

fn attributes_of_6() -> Result<()> {
    let uses = modules()?;
    let findings = schema(&uses)?.findings(&uses);
    ensure!(findings.is_empty(), "not in version 6:\n{}", lines(&findings));
    let ephemeral: BTreeSet<String> = uses.iter().flat_map(ephemeral).collect();
    let expected: BTreeSet<String> = EPHEMERAL.iter().map(|name| (*name).to_owned()).collect();
    ensure!(
        ephemeral == expected,
        "ephemeral resources are in no schema that is asked here: look these up in the provider's documentation, and put them \
         into `EPHEMERAL`\n{}",
        lines(&ephemeral)
    );
    Ok(())
}

fn invented_ones_are_found() -> Result<()> {
    let schema = schema(&modules()?)?;
    for (text, expected) in INVENTED {
        let findings = schema.findings(&used::file(text)?);
        ensure!(findings.iter().eq(expected.iter()), "{text}\nwas found to have:\n{}", lines(&findings));
    }
    Ok(())
}

/// What is used of an ephemeral resource.
fn ephemeral(used: &Use) -> Vec<String> {
    fn written(path: &str, block: &Written, names: &mut Vec<String>) {
        names.push(path.to_owned());
        names.extend(block.arguments.iter().map(|name| format!("{path}.{name}")));
        block.blocks.iter().for_each(|(name, inner)| written(&format!("{path}.{name}"), inner, names));
    }
    let mut names = Vec::new();
    match (&used.of, &used.what) {
        ((Kind::Ephemeral, of), What::Written(block)) => written(of, block, &mut names),
        ((Kind::Ephemeral, of), What::Read(path)) => names.push(format!("{of}.{}", path.join("."))),
        ((Kind::Ephemeral, _), What::Whole) => names.push(format!("{}, as a whole", name(&used.of))),
        _ => {}
    }
    names
}

fn lines(lines: &BTreeSet<String>) -> String {
    lines.iter().map(|line| format!("  {line}\n")).collect()
}
