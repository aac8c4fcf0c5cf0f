//! Where things are: paths, repositories, addresses of people.

use super::{rule, text};

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 1024 && !text.contains(|c: char| c.is_control() || c.is_whitespace())
}

text! {
    /// A file or folder beside the platform file.
    RelativePath, "a relative path", None, |text| {
        rule(
            is_plain(text)
                && !text.contains('\\')
                && text.split('/').all(|part| !part.is_empty() && part != "." && part != ".."),
            "folders and a name with `/` between, below the platform file's folder",
        )
    }
}

text! {
    /// A name in a folder.
    FileName, "a file name", None, |text| {
        rule(is_plain(text) && !text.contains(['/', '\\']) && text != "." && text != "..", "one name, without `/`")
    }
}

text! {
    /// Where a chart comes from: an OCI registry without its scheme, or an `https` Helm or git repository.
    Repository, "a chart repository", None, |text| {
        rule(!text.starts_with("oci://"), "without `oci://`: with it Argo CD ignores `chart`")?;
        let rest = text.strip_prefix("https://").unwrap_or(text);
        rule(
            is_plain(rest) && rest.contains('.') && !rest.contains("://") && !rest.contains('@') && !rest.contains('*'),
            "an OCI registry like `registry.example.com/charts`, or an `https://` address without a user",
        )
    }
}

text! {
    /// The git repository of the tenants, as Argo CD names it.
    GitUrl, "a git repository", None, |text| {
        rule(
            is_plain(text)
                && !text.contains('*')
                && (text.starts_with("https://") || text.starts_with("ssh://") || text.starts_with("file:///") || text.starts_with("git@")),
            "an `https://`, `ssh://` or `git@` address",
        )?;
        let host = text.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        rule(!host.contains('@'), "no user or password in the address")
    }
}

text! {
    /// The folder of a chart in a git repository.
    ChartPath, "a folder in a repository", None, |text| {
        rule(
            is_plain(text) && text.split('/').all(|part| !part.is_empty() && part != "." && part != ".."),
            "folders with `/` between",
        )
    }
}

text! {
    /// A path into a chart's values.
    ValuePath, "a path into values", Some("^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$"), |text| {
        rule(
            text.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
            }),
            "keys with dots between them, like `server.replicaCount`",
        )
    }
}

text! {
    /// A path into a tenant's spec.
    SpecPath, "a path into a tenant's spec", Some("^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$"), |text| {
        <ValuePath as crate::read::Text>::parse(text).map(|_| ())
    }
}

text! {
    /// An address of electronic mail.
    Email, "a mail address", Some("^[^@\\s]+@[^@\\s]+$"), |text| {
        let holds = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'));
        rule(is_plain(text) && holds, "like `team@example.com`")
    }
}
