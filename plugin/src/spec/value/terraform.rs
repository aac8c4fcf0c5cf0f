//! What Terraform has names for.

use super::{rule, text};

const IDENTIFIER: &str = "a letter or `_`, then letters, digits, `_` and `-`";

fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && text.len() <= 128
}

text! {
    /// The name of a Terraform variable.
    Variable, "a variable name", Some("^[A-Za-z_][A-Za-z0-9_-]*$"), |text| rule(is_identifier(text), IDENTIFIER)
}

text! {
    /// The name of a Terraform output.
    OutputName, "an output's name", Some("^[A-Za-z_][A-Za-z0-9_-]*$"), |text| rule(is_identifier(text), IDENTIFIER)
}

text! {
    /// A resource by its address, all its instances together: `aws_db_instance.tenant`, `module.database.aws_db_instance.this`.
    AddressedResource, "a resource's address", Some("^(module\\.[A-Za-z_][A-Za-z0-9_-]*\\.)*[A-Za-z_][A-Za-z0-9_-]*\\.[A-Za-z_][A-Za-z0-9_-]*$"), |text| {
        let mut steps: Vec<&str> = text.split('.').collect();
        while steps.len() > 2 && steps.first() == Some(&"module") {
            steps.drain(..2);
        }
        let holds = matches!(steps.as_slice(), [kind, name] if is_identifier(kind) && is_identifier(name) && *kind != "module")
            && text.split('.').all(is_identifier);
        rule(holds, "a type and a name, like `aws_db_instance.tenant`, without an index")
    }
}

impl AddressedResource {
    /// The module call that it is in; none where the module itself declares it.
    pub fn module_call(&self) -> Option<&str> {
        self.as_str().strip_prefix("module.")?.split('.').next()
    }
}

text! {
    /// The key of a resource's tag.
    TagKey, "a tag's key", Some("^\\S(.{0,126}\\S)?$"), |text| rule(
        (1..=128).contains(&text.len()) && text.trim() == text && !text.contains(char::is_control),
        "1 to 128 characters, no space around them",
    )
}
