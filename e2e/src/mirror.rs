//! The real AWS provider, where this machine has it: with 700 MB it is in no registry of packages.

use std::path::PathBuf;

/// The variable that names a mirror's folder.
const MIRROR: &str = "TENANTRY_AWS_MIRROR";
/// What to say where there is none.
pub const MISSING: &str = "no mirror with the provider `hashicorp/aws` 5.100.0; \
    name one: `TENANTRY_AWS_MIRROR=DIR`, with `DIR/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64/` in it";

/// A mirror of providers, as Terraform's `filesystem_mirror` takes it, with the version that the shipped modules' lock files name:
/// by the variable, or where Terraform itself looks for one (<https://developer.hashicorp.com/terraform/cli/config/config-file>).
pub fn find() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let usual = [home.join(".terraform.d/plugins"), home.join(".local/share/terraform/plugins")];
    let shared = ["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"].map(PathBuf::from);
    let named = std::env::var_os(MIRROR).map(PathBuf::from);
    let has = |folder: &PathBuf| folder.join("registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64").is_dir();
    named.into_iter().chain(usual).chain(shared).find(has)
}
