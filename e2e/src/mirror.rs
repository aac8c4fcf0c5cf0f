//! The real AWS provider. It has 700 MB and is in no registry of packages, so it is used where the machine has it already.

use std::path::PathBuf;

/// Names the folder of a mirror, as Terraform's `filesystem_mirror` wants it.
const VARIABLE: &str = "TENANTRY_AWS_MIRROR";

/// Where the provider is in a mirror.
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// What is missing where [`find`] finds nothing, and what to do.
pub const MISSING: &str = "no mirror with the provider `hashicorp/aws`; name one: `TENANTRY_AWS_MIRROR=DIR`, \
     with `DIR/registry.terraform.io/hashicorp/aws/VERSION/PLATFORM/` in it";

/// The folder of a mirror that has the provider: the one that `TENANTRY_AWS_MIRROR` names, or one where Terraform itself looks
/// (<https://developer.hashicorp.com/terraform/cli/config/config-file>).
pub fn find() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let usual = [home.join(".terraform.d/plugins"), home.join(".local/share/terraform/plugins")];
    let rest = ["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"].map(PathBuf::from);
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    named.into_iter().chain(usual).chain(rest).find(|folder| folder.join(PROVIDER).is_dir())
}
