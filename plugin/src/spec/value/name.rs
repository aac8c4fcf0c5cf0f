//! Names that files give.

use super::{dns_label, dns_subdomain, rule, text};

const LABEL_OF_3_TO_40: &str = "3 to 40 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit";

text! {
    /// A tenant's name. It goes into names of at most 52 characters, so it is short; `--` separates it from
    /// what follows in shared namespaces, so it holds none.
    TenantName, "a tenant name", Some("^(?!.*--)[a-z0-9]([a-z0-9-]{1,38})[a-z0-9]$"), |text| {
        rule((3..=40).contains(&text.len()) && dns_label(text, 40).is_ok(), LABEL_OF_3_TO_40)?;
        rule(!text.contains("--"), "`--` is not allowed: it separates the tenant from the rest of a name")
    }
}

text! {
    /// What a tenant is called in the cloud; a UUID is usual.
    TenantId, "a tenant id", Some("^(?!.*--)[a-z0-9]([a-z0-9-]{1,38})[a-z0-9]$"), |text| {
        rule((3..=40).contains(&text.len()) && dns_label(text, 40).is_ok(), LABEL_OF_3_TO_40)?;
        rule(!text.contains("--"), "`--` is not allowed")
    }
}

text! {
    /// The name of a release, secret, grant, tier and the like: short enough to stand beside a tenant's.
    ItemName, "a name", Some("^(?!.*--)[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$"), |text| {
        dns_label(text, 30)?;
        rule(!text.contains("--"), "`--` is not allowed")
    }
}

text! {
    /// The name of an object that exists already.
    ObjectName, "an object's name", Some("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"), |text| dns_subdomain(text)
}

text! {
    /// What every tenant's namespace begins with.
    NamespacePrefix, "a namespace prefix", Some("^[a-z0-9]([a-z0-9-]{0,14})-$"), |text| {
        rule(text.ends_with('-') && text.len() <= 16, "up to 16 characters that end in `-`")?;
        dns_label(text.trim_end_matches('-'), 15)
    }
}

text! {
    /// A key of a Secret or of a map of people's words.
    KeyName, "a key", Some("^[-._a-zA-Z0-9]{1,253}$"), |text| {
        rule(
            (1..=253).contains(&text.len())
                && text != "."
                && !text.starts_with("..")
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
            "1 to 253 of letters, digits, `-`, `_` and `.`",
        )
    }
}

text! {
    /// The name of a Terraform module in the platform file.
    ModuleName, "a module name", Some("^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$"), |text| dns_label(text, 30)
}
