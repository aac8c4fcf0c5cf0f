//! What a change comes to.

use serde::Serialize;

/// The rule that a consequence is raised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Rule {
    /// It cannot be rendered any more, or its file is gone: what is there stays as it is.
    #[serde(rename = "FAILS")]
    Fails,
    /// Data is deleted, or nothing guards it any more: a namespace with all in it, a volume, a database, Terraform's destroy.
    #[serde(rename = "DATA-LOSS")]
    DataLoss,
    /// A field that never changes did: the render or the API server refuses it.
    #[serde(rename = "IDENTITY")]
    Identity,
    /// An object is deleted and made anew, or a Job runs again.
    #[serde(rename = "RECREATE")]
    Recreate,
    /// Terraform is told something else.
    #[serde(rename = "TERRAFORM")]
    Terraform,
    /// A secret is made anew.
    #[serde(rename = "ROTATE")]
    Rotate,
    /// Somebody may do more, or reach more.
    #[serde(rename = "ACCESS+")]
    AccessMore,
    /// Somebody may do less, or reach less.
    #[serde(rename = "ACCESS-")]
    AccessLess,
    /// Less room: what runs may not fit.
    #[serde(rename = "QUOTA-")]
    QuotaLess,
    /// Another version of a chart, other values, or another way to sync it.
    #[serde(rename = "RELEASE")]
    Release,
    /// Pods are replaced, or stop.
    #[serde(rename = "RESTART")]
    Restart,
}

impl Rule {
    /// All of them, worst first.
    pub const ALL: [Self; 11] = [
        Self::Fails,
        Self::DataLoss,
        Self::Identity,
        Self::Recreate,
        Self::Terraform,
        Self::Rotate,
        Self::AccessMore,
        Self::AccessLess,
        Self::QuotaLess,
        Self::Release,
        Self::Restart,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fails => "FAILS",
            Self::DataLoss => "DATA-LOSS",
            Self::Identity => "IDENTITY",
            Self::Recreate => "RECREATE",
            Self::Terraform => "TERRAFORM",
            Self::Rotate => "ROTATE",
            Self::AccessMore => "ACCESS+",
            Self::AccessLess => "ACCESS-",
            Self::QuotaLess => "QUOTA-",
            Self::Release => "RELEASE",
            Self::Restart => "RESTART",
        }
    }

    /// Whether a review fails because of it where nothing else is asked for.
    pub fn is_destructive(self) -> bool {
        matches!(self, Self::Fails | Self::DataLoss | Self::Identity)
    }
}

/// What a change comes to, for one tenant or platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Consequence {
    /// The rule.
    pub rule: Rule,
    /// The object that it is about, as `Kind namespace/name`; none where it is about the whole set.
    pub object: Option<String>,
    /// What happens, in a few words.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::Rule;

    /// Consequences are sorted by the enum's order, and people are told that of [`Rule::ALL`].
    #[test]
    fn all_are_in_the_order_of_the_enum() {
        assert!(Rule::ALL.is_sorted_by(|a, b| a < b));
        let words = Rule::ALL.map(|rule| serde_json::to_value(rule).unwrap());
        assert_eq!(words, Rule::ALL.map(|rule| rule.word()));
    }
}
