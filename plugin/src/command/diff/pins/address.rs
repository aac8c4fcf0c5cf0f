//! Addresses of repositories, as far as they tell repositories apart.

/// An address without what one repository may have several of: scheme, user, port, the case of letters, `.git`. No password that
/// stands in it is left.
pub(super) fn address(url: &str) -> String {
    let text = url.trim().to_lowercase();
    // `git@example.com:tenants.git` is another way to write `ssh://git@example.com/tenants.git`.
    let (place, path) = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None => match text.split_once(':') {
            Some((host, path)) if !host.contains('/') => (host, path),
            _ => ("", text.as_str()),
        },
    };
    let host = place.rsplit('@').next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    let path = path.trim_matches('/');
    format!("{host}/{}", path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn one_repository_has_one_address() {
        for url in [
            "https://git.example.com/team/tenants.git",
            "https://git.example.com/team/tenants",
            "https://git.example.com/team/tenants/",
            "https://ci:s3cret@Git.Example.com:8443/Team/tenants.git",
            "ssh://git@git.example.com:2222/team/tenants.git",
            "git@git.example.com:team/tenants.git",
            "git@git.example.com:/team/tenants",
            "git.example.com:team/tenants",
        ] {
            assert_eq!(address(url), "git.example.com/team/tenants", "{url}");
        }
        assert_eq!(address("file:///srv/tenants.git"), "/srv/tenants");
        assert_eq!(address("/srv/tenants"), "/srv/tenants");
        assert_eq!(address("ssh://git@[2001:db8::1]:22/tenants"), "[2001:db8::1]/tenants");
        assert_eq!(address(""), "/");
    }
}
