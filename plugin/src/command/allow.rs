//! What is acknowledged for a tenant, as it is typed: `DATA-LOSS:acme`, or for all tenants `DATA-LOSS:*`.

use std::str::FromStr;

use crate::report::printable;
use crate::review::history::Who;

/// Something that may be acknowledged, by a word.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// All of them.
    fn all() -> &'static [Self];
    /// Its word.
    fn word(self) -> &'static str;
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allow<W> {
    /// Of what.
    pub(super) what: W,
    /// For whom: a tenant's name or folder; `*` for all.
    pub(super) tenant: String,
}

impl<W: Word> Allow<W> {
    /// Whether it is of this, for this one. A name that two have is nobody's: a folder tells them apart.
    pub(super) fn covers(&self, what: W, who: &Who<'_>) -> bool {
        let is_it = self.is_folder(who.folder) || (who.is_only && self.tenant == who.name);
        self.what == what && (self.tenant == "*" || is_it)
    }

    /// Whether it names this folder; the root is `.`.
    pub(super) fn is_folder(&self, folder: &str) -> bool {
        self.tenant == if folder.is_empty() { "." } else { folder }
    }
}

impl<W: Word> FromStr for Allow<W> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example = W::all().first().map_or("", |first| first.word());
        let (word, tenant) = text.split_once(':').ok_or_else(|| format!("wants `WORD:TENANT`, as `{example}:acme`"))?;
        if tenant.is_empty() {
            return Err("wants a tenant after the `:`, or `*` for all".to_owned());
        }
        if tenant != "*" && tenant.contains(|c: char| matches!(c, '*' | ',' | ':') || c.is_whitespace()) {
            return Err(format!(
                "`{}` is no tenant's name or folder; say it once for each, or `*` for all",
                printable(tenant)
            ));
        }
        Ok(Self { what: known(word)?, tenant: tenant.to_owned() })
    }
}

/// What a word stands for.
///
/// # Errors
/// There is no such word; with those that there are.
pub(super) fn known<W: Word>(word: &str) -> Result<W, String> {
    W::all().iter().copied().find(|known| known.word() == word).ok_or_else(|| {
        let words: Vec<&str> = W::all().iter().map(|known| known.word()).collect();
        format!("unknown word `{}`; there are {}", printable(word), words.join(", "))
    })
}
