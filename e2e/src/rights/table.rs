//! The rows of `terraform/rights.md`.

use std::fmt;

use anyhow::{Context as _, Result, bail, ensure};

use super::{Bucket, Identity, Platform, Secrets, Tenant};

/// How a table of rights begins. The page has other tables as well.
const HEADER: &str = "| who | action | on | with | answer | what it is about |";
/// How the line begins that says which tenants the tables under it are about.
const MARKER: &str = "Only for: ";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The tenant's role, with its own policies.
    Tenant,
    /// The tenant's role, with a policy in their place that allows everything.
    TenantAny,
    /// The provider's role.
    Terraform,
    /// The provider's role, with a policy in its own's place that allows everything.
    TerraformAny,
    /// The states' role.
    States,
    /// The states' role, with the session policy of a run for the tenant.
    StatesInRun,
    /// The token of a ServiceAccount.
    Token,
    /// The service that gives pods their associations' roles.
    PodIdentity,
    /// A role of the own account that may do everything.
    AnotherRole,
}

impl Who {
    const ALL: [Self; 9] = [
        Self::Tenant,
        Self::TenantAny,
        Self::Terraform,
        Self::TerraformAny,
        Self::States,
        Self::StatesInRun,
        Self::Token,
        Self::PodIdentity,
        Self::AnotherRole,
    ];

    /// As the page has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::TenantAny => "tenant, any policy",
            Self::Terraform => "terraform",
            Self::TerraformAny => "terraform, any policy",
            Self::States => "states",
            Self::StatesInRun => "states, in a run",
            Self::Token => "token",
            Self::PodIdentity => "pod identity",
            Self::AnotherRole => "another role",
        }
    }
}

/// What is expected, or what came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// May do it.
    Allowed,
    /// May not.
    Denied,
}

impl Answer {
    /// As the page has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        }
    }
}

/// Which tenants a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Those whose pods have tokens.
    Irsa,
    /// Those whose pods have associations.
    PodIdentity,
    /// Those whose trust names the cluster.
    Cluster,
    /// Those with a bucket of their own.
    DedicatedBucket,
    /// Those with a part of the shared one.
    SharedBucket,
    /// Those with a database of their own.
    Database,
    /// Those that read their secrets.
    ReadSecrets,
    /// Those that make secrets.
    WriteSecrets,
    /// Those that do not make any.
    NoWriteSecrets,
    /// Those that may take a customer's role.
    CustomersRole,
    /// Those that may take none.
    NoCustomersRole,
    /// All, where the platform has a key of its own.
    Key,
}

impl Kind {
    const WORDS: [(Self, &str); 12] = [
        (Self::Irsa, "irsa"),
        (Self::PodIdentity, "pod identity"),
        (Self::Cluster, "cluster"),
        (Self::DedicatedBucket, "dedicated bucket"),
        (Self::SharedBucket, "shared bucket"),
        (Self::Database, "database"),
        (Self::ReadSecrets, "secrets read"),
        (Self::WriteSecrets, "secrets written"),
        (Self::NoWriteSecrets, "no secrets written"),
        (Self::CustomersRole, "customer's role"),
        (Self::NoCustomersRole, "no customer's role"),
        (Self::Key, "key"),
    ];

    fn has(self, tenant: &Tenant, platform: &Platform) -> bool {
        match self {
            Self::Irsa => tenant.identity == Identity::Irsa,
            Self::PodIdentity => tenant.identity == Identity::PodIdentity,
            Self::Cluster => tenant.cluster,
            Self::DedicatedBucket => tenant.bucket == Bucket::Dedicated,
            Self::SharedBucket => tenant.bucket == Bucket::Shared,
            Self::Database => tenant.database,
            Self::ReadSecrets => tenant.secrets != Secrets::None,
            Self::WriteSecrets => tenant.secrets == Secrets::Write,
            Self::NoWriteSecrets => tenant.secrets != Secrets::Write,
            Self::CustomersRole => tenant.customers_role.is_some(),
            Self::NoCustomersRole => tenant.customers_role.is_none(),
            Self::Key => platform.kms_key.is_some(),
        }
    }
}

/// What a request has beside its action and resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum With {
    /// A condition key and its value; an empty one takes away what stands.
    Key(String, String),
    /// The trust or the bucket's policy lets in everybody, beside what it says.
    Opened,
}

impl fmt::Display for With {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key, value) => write!(f, "{key}={value}"),
            Self::Opened => f.write_str("opened"),
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line of the page, from 1.
    pub line: usize,
    /// Which tenants it is about: those that are all of these.
    pub kinds: Vec<Kind>,
    /// Who asks.
    pub who: Who,
    /// The action: `service:Name`.
    pub action: String,
    /// The resource, with placeholders.
    pub on: String,
    /// Condition keys, with placeholders.
    pub with: Vec<With>,
    /// What has to come out.
    pub answer: Answer,
    /// For people.
    pub about: String,
}

impl Row {
    /// Whether the row is about a tenant.
    pub fn is_for(&self, tenant: &Tenant, platform: &Platform) -> bool {
        self.kinds.iter().all(|kind| kind.has(tenant, platform))
    }

    /// Whether a placeholder, without its braces, is in it.
    pub fn names(&self, placeholder: &str) -> bool {
        let placeholder = format!("{{{placeholder}}}");
        self.texts().any(|text| text.contains(&placeholder))
    }

    /// What may have placeholders in it.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let with = self.with.iter().flat_map(|with| match with {
            With::Key(key, value) => vec![key.as_str(), value.as_str()],
            With::Opened => Vec::new(),
        });
        [self.on.as_str()].into_iter().chain(with)
    }
}

/// All rows of a page.
///
/// # Errors
/// A row cannot be read: with its line.
pub fn rows(page: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut kinds = Vec::new();
    let mut inside = false;
    for (line, text) in page.lines().enumerate().map(|(index, text)| (index + 1, text.trim_end())) {
        let read = || -> Result<Option<Row>> {
            let cells = cells(text).filter(|_| inside && !text.starts_with("| --- "));
            cells.map(|cells| row(line, &kinds, &cells)).transpose()
        };
        rows.extend(read().with_context(|| format!("line {line}"))?);
        if text.starts_with('#') {
            kinds = Vec::new();
        }
        if let Some(words) = text.strip_prefix(MARKER) {
            kinds = marked(words).with_context(|| format!("line {line}"))?;
        }
        // A heading that is spelled in another way would turn tests into prose.
        ensure!(!text.starts_with("| who |") || text == HEADER, "line {line}: not `{HEADER}`");
        inside = text == HEADER || (inside && text.starts_with('|'));
    }
    Ok(rows)
}

/// A table's cells; none where the line is no row.
fn cells(text: &str) -> Option<Vec<&str>> {
    Some(text.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect())
}

fn marked(words: &str) -> Result<Vec<Kind>> {
    let words = words.trim_end_matches('.').split(", ").map(|word| word.trim_matches('`'));
    words
        .map(|word| {
            let kind = Kind::WORDS.iter().find(|(_, known)| *known == word);
            kind.map(|(kind, _)| *kind).with_context(|| format!("no kind of tenants is called `{word}`"))
        })
        .collect()
}

fn row(line: usize, kinds: &[Kind], cells: &[&str]) -> Result<Row> {
    let [who, action, on, with, answer, about] = cells else { bail!("{} cells, and not six", cells.len()) };
    let code = |cell: &str| cell.replace('`', "");
    let who = Who::ALL.into_iter().find(|known| known.word() == *who).with_context(|| format!("nobody is `{who}`"))?;
    let action = code(action);
    ensure!(action.split(':').count() == 2 && !action.contains('*'), "`{action}` is no action");
    let with = code(with);
    let with = with.split(", ").filter(|pair| !pair.is_empty()).map(condition).collect::<Result<_>>()?;
    let answer = match *answer {
        "allowed" => Answer::Allowed,
        "denied" => Answer::Denied,
        _ => bail!("`{answer}` is no answer"),
    };
    let on = code(on);
    ensure!(!on.is_empty(), "no resource");
    ensure!(!about.is_empty(), "nothing says what it is about");
    Ok(Row { line, kinds: kinds.to_vec(), who, action, on, with, answer, about: (*about).to_owned() })
}

fn condition(pair: &str) -> Result<With> {
    if pair == "opened" {
        return Ok(With::Opened);
    }
    let (key, value) = pair.split_once('=').with_context(|| format!("`{pair}` is no condition"))?;
    ensure!(!key.is_empty(), "`{pair}` has no key");
    Ok(With::Key(key.to_owned(), value.to_owned()))
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
