//! The names of everything that is made. A name is built here and nowhere else, fits its limit, and is
//! shortened with a hash, never cut.

use sha2::{Digest, Sha256};

use crate::spec::value::{NamespacePrefix, RolePrefix, TenantId, TenantName};

/// Limit of labels and of most objects' names.
pub const LABEL: usize = 63;
/// Limit of a Job's name, so that its pods' names fit.
pub const JOB: usize = 52;
/// Limit of a CronJob's name, so that its Jobs' names fit.
pub const CRON_JOB: usize = 52;
/// Characters of a content's hash, and the `-` before them.
const SEAL: usize = 11;

/// The name of a tenant's object in a namespace that tenants share: `<tenant>--<part>`. No tenant's name holds
/// `--`, so `acme` + `dev-server` never meets `acme-dev` + `server`. Where it is too long, the tenant is shortened to
/// `<beginning>--<hash>`, which is no tenant's name either.
pub fn shared(tenant: &TenantName, part: &str, limit: usize) -> String {
    let name = tenant.as_str();
    let room = limit.saturating_sub(part.len() + 2);
    if name.len() <= room {
        return format!("{name}--{part}");
    }
    let kept = name.get(..room.saturating_sub(SHORT + 2)).unwrap_or_default().trim_end_matches('-');
    format!("{kept}--{}--{part}", hash(name.as_bytes(), SHORT))
}

/// The name of a tenant's object that will carry its content's hash; leaves room for it.
pub fn shared_sealed(tenant: &TenantName, part: &str, limit: usize) -> String {
    shared(tenant, part, limit.saturating_sub(SEAL))
}

/// The part of a shared name that does not name the tenant, without a content's hash: what two tenants' names
/// have in common.
pub fn part_of(name: &str) -> Option<&str> {
    let (_, part) = name.rsplit_once("--")?;
    Some(unsealed(part).unwrap_or(part))
}

/// A name without its content's hash; none where it has none.
pub fn unsealed(name: &str) -> Option<&str> {
    let (rest, hash) = name.rsplit_once('-')?;
    (hash.len() + 1 == SEAL && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))).then_some(rest)
}

/// A secret's name without the number of its generation; none where it has none.
pub fn without_generation(name: &str) -> Option<&str> {
    let (rest, number) = name.rsplit_once("-g")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
}

/// Whether a shared name is this tenant's.
pub fn is_of(tenant: &str, name: &str) -> bool {
    let mut parts = name.split("--");
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(owner), Some(part), None, _) => owner == tenant && !part.is_empty(),
        (Some(kept), Some(short), Some(part), None) => {
            !kept.is_empty() && !part.is_empty() && tenant.starts_with(kept) && short == hash(tenant.as_bytes(), SHORT)
        }
        _ => false,
    }
}

/// A name with its content's hash.
pub fn sealed(name: &str, hash: &str, limit: usize) -> String {
    format!("{}-{hash}", shorten(name, limit.saturating_sub(SEAL)))
}

/// The hash of a content, as a name carries it.
pub fn content_hash(content: &[u8]) -> String {
    hash(content, SEAL - 1)
}

/// The tenant's namespace, where its file names none.
pub fn namespace(prefix: &NamespacePrefix, tenant: &TenantName) -> String {
    format!("{prefix}{tenant}")
}

/// The tenant's role in AWS: a public contract that customers name in their own trust policies.
pub fn role(prefix: &RolePrefix, id: &TenantId) -> String {
    format!("{prefix}{id}")
}

/// A secret of a generation.
pub fn generation(secret: &str, generation: i64) -> String {
    format!("{secret}-g{generation}")
}

/// A Job that makes generated secrets, and what it is told, before its content's hash. In a namespace of the tenant's own.
pub fn secret_job(after_terraform: bool) -> &'static str {
    if after_terraform { "tenantry-secrets-after-terraform" } else { "tenantry-secrets" }
}

/// The Secret of a tenant's namespace that holds Terraform's outputs.
pub const OUTPUTS: &str = "terraform-outputs";

/// The suffix of the Terraform Kubernetes backend, which refuses one that ends in `-<number>`, as a UUID may.
pub fn state_suffix(id: &TenantId) -> String {
    format!("{id}-tenant")
}

/// A number below `bound` that is always the same for a name: spreads scheduled work over time.
pub fn jitter(name: &str, bound: u64) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    let first = digest.iter().take(8).fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    first % bound.max(1)
}

/// Characters of the hash that stands for what was left out of a name.
const SHORT: usize = 8;

/// The first characters of a name and a hash of it, where it is too long.
fn shorten(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    let kept = name.get(..limit.saturating_sub(SHORT + 1)).unwrap_or_default().trim_end_matches('-');
    format!("{kept}-{}", hash(name.as_bytes(), SHORT))
}

fn hash(content: &[u8], digits: usize) -> String {
    let digest = Sha256::digest(content);
    let half_bytes = digest.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).take(digits);
    half_bytes.filter_map(|half| char::from_digit(u32::from(half), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Text;

    #[test]
    fn fits_and_never_meets() {
        let name = |text: &str| TenantName::parse(text).unwrap();
        assert_eq!(shared(&name("acme"), "zenml", LABEL), "acme--zenml");
        let longest = name(&"a".repeat(40));
        let job = sealed(&shared_sealed(&longest, "terraform", JOB), &content_hash(b"content"), JOB);
        assert_eq!(job, "aaaaaaaaaaaaaaaaaaaa--e33cdf9c--terraform-ed7002b439");
        assert_eq!(job.len(), JOB);
        assert_eq!(part_of(&job), Some("terraform"));
        assert!(is_of(longest.as_str(), &job) && !is_of("aaaaaaaaaaaaaaaaaaaa", &job) && !is_of("acme", &job));
        assert_ne!(shared(&name("acme"), "dev-server", LABEL), shared(&name("acme-dev"), "server", LABEL));
        let sibling = name(&format!("{}b", "a".repeat(39)));
        assert_ne!(shared(&longest, "terraform-drift", JOB), shared(&sibling, "terraform-drift", JOB));
    }

    #[test]
    fn gives_the_part_back() {
        assert_eq!(part_of("acme--terraform-0123456789"), Some("terraform"));
        assert_eq!(part_of("acme--terraform-inputs-0123456789"), Some("terraform-inputs"));
        assert_eq!(part_of("acme--zenml"), Some("zenml"));
        assert_eq!(part_of("zenml"), None);
    }
}
