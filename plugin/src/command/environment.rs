//! What Argo CD tells a plugin by environment variables. None of it is an input: it is compared, or refused.

use std::collections::BTreeMap;

/// The variables that begin with `ARGOCD_`.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// This process's.
    pub fn of_process() -> Self {
        let ours = std::env::vars_os().filter_map(|(key, value)| {
            let key = key.into_string().ok().filter(|key| key.starts_with("ARGOCD_"))?;
            Some((key, value.to_string_lossy().into_owned()))
        });
        Self(ours.collect())
    }

    /// These.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(variables.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    /// A variable that is set and not empty.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What was given as a parameter: whoever may write to a tenant's folder can give some, by
    /// `.argocd-source.yaml`.
    pub(super) fn parameters(&self) -> Vec<String> {
        let mut given: Vec<String> = self
            .0
            .keys()
            .filter_map(|key| key.strip_prefix("ARGOCD_ENV_"))
            .map(|name| format!("plugin.env `{name}`"))
            .collect();
        match self.get("ARGOCD_APP_PARAMETERS").map(str::trim) {
            None | Some("null" | "[]") => {}
            Some(_) => given.push("plugin.parameters".to_owned()),
        }
        given
    }
}
