//! A tenant's own names, taken out of what is said of its changes: two tenants to which the same happens say the same then.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::change::FieldChange;
use crate::names;
use crate::render::Manifest;
use crate::resolve::Plan;
use crate::seal::is_sealed;

/// The names of a tenant at one side.
#[derive(Clone, Debug, Default)]
pub struct Names {
    id: Option<String>,
    namespace: Option<String>,
    host: Option<String>,
    role: Option<String>,
}

impl Names {
    /// Those of a plan.
    pub fn of_plan(Plan { tenant, .. }: &Plan) -> Self {
        Self {
            id: Some(tenant.id.clone()),
            namespace: Some(tenant.namespace.clone()),
            host: Some(tenant.host.clone()),
            role: tenant.identity.role_name.clone(),
        }
    }

    /// Those of a record, where there is no plan: what was rendered before.
    pub fn of_record(record: &Manifest) -> Self {
        let at = |key| record.object.text_at(&["data", key]).map(str::to_owned);
        let role = at("role").and_then(|arn| Some(arn.rsplit_once('/')?.1.to_owned()));
        Self { id: at("id"), namespace: at("namespace"), host: at("host"), role }
    }

    /// Each with the word that stands for it.
    fn all(&self) -> [(Option<&String>, &'static str); 4] {
        [
            (self.id.as_ref(), "{ID}"),
            (self.namespace.as_ref(), "{NAMESPACE}"),
            (self.host.as_ref(), "{HOST}"),
            (self.role.as_ref(), "{ROLE}"),
        ]
    }
}

/// What stands for a tenant's name and for its id: most tenants have one text for both. No name has capitals.
const OWN: &str = "{OWN}";
/// What the CronJob is called that looks for drift, after the tenant. Its minute and hour are jitter.
const DRIFT: &str = "terraform-drift";

/// The names of one tenant.
#[derive(Clone, Debug, Default)]
pub struct Own {
    tenant: String,
    words: Vec<Word>,
    /// Names with a hash of their content, without it.
    sealed: HashMap<String, String>,
}

/// A text, the longest first, and what stands in its place.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    /// With one word for the tenant's name and for its id.
    word: &'static str,
    /// With a word of its own for each.
    apart: &'static str,
}

impl Own {
    /// Those of both sides of a tenant, and the names that Tenantry made of the content of both sides' objects.
    ///
    /// What is the same on both sides is neutral as a whole. What is new is neutral as far as it is derived: the tenant's
    /// name or id in it. A role that somebody wrote into a file would look like that which every tenant has.
    pub fn between<'a>(
        tenant: &str,
        before: Option<&Names>,
        after: Option<&Names>,
        objects: impl Iterator<Item = &'a Manifest>,
    ) -> Self {
        let (old, new) = (before.map(Names::all).unwrap_or_default(), after.map(Names::all).unwrap_or_default());
        // An id is the tenant's own wherever it is from, but not the one that it takes in place of another.
        let id = match (old[0].0, new[0].0) {
            (Some(old), Some(new)) if old != new => None,
            (old, new) => new.or(old),
        };
        let mut own =
            Self { tenant: tenant.to_owned(), words: Vec::new(), sealed: objects.filter_map(sealed).collect() };
        own.words.extend([(tenant, "{TENANT}"), (id.map_or("", String::as_str), "{ID}")].map(|(text, apart)| Word {
            text: text.to_owned(),
            word: OWN,
            apart,
        }));
        for ((old, word), (new, _)) in old.into_iter().zip(new) {
            let text = old.filter(|_| after.is_none() || old == new);
            own.words.extend(text.map(|text| Word { text: text.clone(), word, apart: word }));
        }
        // A tenant whose id is its name has one word for both.
        own.words.sort_by(|a, b| b.text.len().cmp(&a.text.len()).then_with(|| a.text.cmp(&b.text)));
        own.words.dedup_by(|a, b| a.text == b.text);
        own.words.retain(|word| !word.text.is_empty());
        own
    }

    /// A text without them, and without hashes of contents.
    pub fn neutral(&self, text: &str) -> String {
        self.replaced(text, |word| word.word)
    }

    fn replaced(&self, text: &str, by: fn(&Word) -> &'static str) -> String {
        let mut text = self.shared(text);
        for word in &self.words {
            if text.contains(&word.text) {
                text = replace(&text, &word.text, by(word));
            }
        }
        text
    }

    /// A value without them.
    pub fn neutral_json(&self, value: &Json) -> Json {
        self.json(value, |word| word.word)
    }

    fn json(&self, value: &Json, by: fn(&Word) -> &'static str) -> Json {
        match value {
            Json::String(text) => Json::String(self.replaced(text, by)),
            Json::Array(items) => Json::Array(items.iter().map(|item| self.json(item, by)).collect()),
            Json::Object(map) => {
                Json::Object(map.iter().map(|(key, value)| (self.replaced(key, by), self.json(value, by))).collect())
            }
            other => other.clone(),
        }
    }

    /// A field's change without them. From a tenant's name to its id is a change like any other.
    pub fn neutral_field(&self, field: &FieldChange) -> FieldChange {
        let both = |by| [&field.before, &field.after].map(|value| value.as_ref().map(|value| self.json(value, by)));
        let [mut before, mut after] = both(|word: &Word| word.word);
        if before == after {
            [before, after] = both(|word: &Word| word.apart);
        }
        FieldChange { path: self.neutral(&field.path), before, after }
    }

    /// Whether an object is the tenant's CronJob that looks for drift.
    pub fn is_drift(&self, kind: &str, name: &str) -> bool {
        kind == "CronJob" && names::is_of(&self.tenant, name) && names::part_of(name) == Some(DRIFT)
    }

    /// A problem without them, and without the place in the tenant's own folder: where a line stands in a file is its
    /// author's, and how long the names before it are.
    pub fn neutral_problem(&self, problem: &str, folder: &str) -> String {
        let place = problem.split_once(": ").and_then(|(place, message)| {
            let (place, column) = place.rsplit_once(':')?;
            let (path, line) = place.rsplit_once(':')?;
            let (_, file) = path.split_once(folder)?;
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            (is_number(line) && is_number(column)).then(|| format!("{{FOLDER}}{file}: {message}"))
        });
        self.neutral(place.as_deref().unwrap_or(problem))
    }

    /// Names in namespaces that tenants share, which may be shortened, and names that are sealed.
    fn shared(&self, text: &str) -> String {
        // Either has one.
        if !text.contains('-') {
            return text.to_owned();
        }
        let mut neutral = String::with_capacity(text.len());
        for token in text.split_inclusive(|c: char| !is_part(c)) {
            let name = token.trim_end_matches(|c: char| !is_part(c));
            let rest = &token[name.len()..];
            // What does not look sealed need not be looked for.
            let unsealed = names::unsealed(name).and_then(|_| self.sealed.get(name));
            let plain = unsealed.map_or(name, String::as_str);
            match names::is_of(&self.tenant, plain).then(|| plain.rsplit_once("--")).flatten() {
                Some((_, part)) => {
                    neutral.push_str(OWN);
                    neutral.push_str("--");
                    neutral.push_str(part);
                }
                None => neutral.push_str(plain),
            }
            if unsealed.is_some() {
                neutral.push_str("-{HASH}");
            }
            neutral.push_str(rest);
        }
        neutral
    }
}

/// The last part of a name that was sealed, with and without its hash.
fn sealed(object: &Manifest) -> Option<(String, String)> {
    let name = object.name().rsplit(|c: char| !is_part(c)).next()?;
    let plain = names::unsealed(name).filter(|_| is_sealed(object))?;
    Some((name.to_owned(), plain.to_owned()))
}

/// When scheduled work is done, without the minute, hour and day that are a tenant's own.
pub fn neutral_schedule(schedule: &str) -> String {
    let field = |field: &'_ str| if field.bytes().all(|byte| byte.is_ascii_digit()) { "N" } else { field }.to_owned();
    schedule.split(' ').map(field).collect::<Vec<_>>().join(" ")
}

/// Whether a character may be in a name of Kubernetes.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// Replaces a name where it is not part of a longer word: `acme` in `zenml-acme`, and not in `acmeville`.
fn replace(text: &str, name: &str, word: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let alone = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        replaced.push_str(before);
        replaced.push_str(if alone { word } else { name });
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Names, Own, neutral_schedule};
    use crate::review::change::FieldChange;

    fn names(id: &str, namespace: &str, role: &str) -> Names {
        let text = |text: &str| Some(text.to_owned());
        Names { id: text(id), namespace: text(namespace), host: text("ml.acme.example"), role: text(role) }
    }

    fn own(before: Option<&Names>, after: Option<&Names>) -> Own {
        Own::between("acme", before, after, std::iter::empty())
    }

    #[test]
    fn what_stays_is_neutral_and_what_is_new_as_far_as_it_is_derived() {
        let before = names("acme", "t-acme", "legacy");
        let own = own(Some(&before), Some(&names("acme", "t-acme", "acme-rw")));
        let neutral = |text| own.neutral(text);
        assert_eq!(
            neutral("t-acme/x of acme at https://ml.acme.example/"),
            "{NAMESPACE}/x of {OWN} at https://{HOST}/"
        );
        assert_eq!(neutral("role/legacy → role/acme-rw"), "role/legacy → role/{OWN}-rw");
        assert_eq!(neutral("acme--zenml, acme-dev--zenml, acmeville"), "{OWN}--zenml, {OWN}-dev--zenml, acmeville");
        let other =
            Own::between("acme", Some(&before), Some(&names("acme", "t-acme", "administrator")), [].into_iter());
        assert_eq!(other.neutral("role/administrator"), "role/administrator");
        // Of what is new nothing was there before; of what is gone all was.
        let created = self::own(None, Some(&names("7c9e", "other", "zenml-7c9e")));
        assert_eq!(created.neutral("7c9e other zenml-7c9e"), "{OWN} other zenml-{OWN}");
        let gone = self::own(Some(&names("7c9e", "other", "r")), None);
        assert_eq!(gone.neutral("7c9e other r"), "{OWN} {NAMESPACE} {ROLE}");
        // Another id.
        let moved = self::own(Some(&names("acme", "n", "r")), Some(&names("acme-2", "n", "r")));
        assert_eq!(moved.neutral("acme acme-2"), "{OWN} {OWN}-2");
    }

    /// Name and id are one word, unless that would hide what changed.
    #[test]
    fn a_name_that_becomes_an_id() {
        let names = names("7c9e", "t-acme", "r");
        let own = own(Some(&names), Some(&names));
        let field = |before: &str, after: &str| {
            let field = FieldChange { path: "a".to_owned(), before: Some(json!(before)), after: Some(json!(after)) };
            let field = own.neutral_field(&field);
            (field.before.unwrap(), field.after.unwrap())
        };
        assert_eq!(field("acme", "x"), (json!("{OWN}"), json!("x")));
        assert_eq!(field("7c9e", "x"), (json!("{OWN}"), json!("x")));
        assert_eq!(field("acme", "7c9e"), (json!("{TENANT}"), json!("{ID}")));
        assert_eq!(field("7c9e", "acme"), (json!("{ID}"), json!("{TENANT}")));
    }

    #[test]
    fn places_and_hours() {
        let own = own(None, None);
        let problem = |text| own.neutral_problem(text, "tenants/acme");
        assert_eq!(problem("tenants/acme/tenant.yaml:3:22: unknown `x`"), "{FOLDER}/tenant.yaml: unknown `x`");
        assert_eq!(problem("tenants/acme: no file"), "tenants/{OWN}: no file");
        assert_eq!(problem("platform.yaml:3:22: unknown `x`"), "platform.yaml:3:22: unknown `x`");
        assert_eq!(neutral_schedule("17 3 * * 1"), "N N * * N");
        assert_eq!(neutral_schedule("@daily"), "@daily");
    }
}
