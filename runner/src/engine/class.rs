//! What Terraform's errors mean for the run. Terraform ends with 1 for every kind of failure, so its words are all there is.

use super::events::Diagnostic;
use crate::exit::Exit;

/// What an error means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It passes: too many requests, a timeout, a crash. The run tries again itself.
    Passing,
    /// Nobody knows. The Job tries again.
    Unknown,
    /// It stays until a person mends it.
    Permanent,
    /// The plan was made of a state that has moved on; a new plan helps.
    StalePlan,
    /// The thing exists in the cloud and not in the state.
    Exists,
    /// Somebody holds the state's lock.
    Locked,
}

impl Class {
    /// The code that a run with this error ends with.
    pub fn exit(self) -> Exit {
        match self {
            Self::Permanent | Self::Exists => Exit::Permanent,
            Self::Locked => Exit::LockHeld,
            Self::Passing | Self::Unknown | Self::StalePlan => Exit::Temporary,
        }
    }

    /// The class of one error.
    pub fn of(diagnostic: &Diagnostic) -> Self {
        let text = format!("{}\n{}", diagnostic.summary, diagnostic.detail);
        // Where the lock's own text cannot be read, there is a lock all the same.
        let taken = diagnostic.summary == "Error acquiring the state lock" && text.contains("PreconditionFailed");
        if taken || super::lock::Lock::parse(&text).is_some() {
            return Self::Locked;
        }
        Self::of_text(&text)
    }

    /// The class of an error's text, where there is no more of it.
    pub fn of_text(text: &str) -> Self {
        let text = text.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // In this order: an `AccessDenied` may come with a status of 403 and the words `after 3 attempts`; a request that
        // was throttled may name what already exists.
        match () {
            () if says(STALE) => Self::StalePlan,
            () if says(PASSING) || server_error(&text) => Self::Passing,
            () if says(EXISTS) => Self::Exists,
            () if says(PERMANENT) => Self::Permanent,
            () => Self::Unknown,
        }
    }

    /// The class of all errors of a run: the one that decides what comes next. `None` where there is no error.
    pub fn of_all(diagnostics: &[Diagnostic]) -> Option<Self> {
        diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(Self::of).max()
    }
}

const STALE: &[&str] = &["saved plan is stale"];

/// Names of AWS's errors for what passes are those of its own retry tables (`aws-sdk-go-v2/aws/retry/standard.go`), and more
/// that its providers pass on.
const PASSING: &[&str] = &[
    "throttl",
    "toomanyrequests",
    "too many requests",
    "requestlimitexceeded",
    "rate exceeded",
    "slowdown",
    "slow down",
    "bandwidthlimitexceeded",
    "priorrequestnotcomplete",
    "transactioninprogress",
    "provisionedthroughputexceeded",
    "operationaborted",
    "concurrentmodification",
    // A new process asks for a new session.
    "expiredtoken",
    "invalid principal in policy",
    "internalerror",
    "internalfailure",
    "serviceunavailable",
    "service unavailable",
    "requesttimeout",
    "timeout while waiting",
    "i/o timeout",
    "handshake timeout",
    "deadline exceeded",
    "connection refused",
    "connection reset",
    "connection timed out",
    "broken pipe",
    "no such host",
    "server misbehaving",
    "network is unreachable",
    "unexpected eof",
    // A provider that ended at once. Which of the two Terraform says is a race (`internal/plugin/grpc_error.go`); a run that
    // was told to stop, after which it says the second as well, is known as one before its words are read.
    "plugin did not respond",
    "request cancelled",
    "plugin crashed",
    "plugin exited before",
];

const EXISTS: &[&str] =
    &["alreadyexists", "already exists", "alreadyownedbyyou", "resourceexistsexception", "alreadyinuse"];

const PERMANENT: &[&str] = &[
    "accessdenied",
    "access denied",
    "forbidden",
    "unauthorizedoperation",
    "not authorized",
    "invalidclienttokenid",
    "malformedpolicydocument",
    "validationerror",
    "validationexception",
    "invalidparameter",
    "limitexceeded",
    "quotaexceeded",
    "nosuchbucket",
    "deletionprotect",
    "deletion protection",
    "instance cannot be destroyed",
    "invalid value for",
    "invalid index",
    "invalid function argument",
    "invalid reference",
    "invalid expression",
    "invalid for_each",
    "invalid count",
    "unsupported attribute",
    "unsupported argument",
    "unsupported block type",
    "unsupported terraform core version",
    "missing required argument",
    "missing required provider",
    "no value for required variable",
    "reference to undeclared",
    "incorrect attribute value type",
    "inconsistent dependency lock file",
    "failed to install provider",
    "failed to query available provider packages",
    "does not match any of the checksums",
    "backend configuration changed",
    "module not installed",
];

/// An answer of a server that says by its number that the fault is its own.
fn server_error(text: &str) -> bool {
    ["statuscode: 5", "status code: 5", "status code 5", "http status 5", "http 5"]
        .iter()
        .flat_map(|words| text.match_indices(words).map(|(at, words)| at + words.len()))
        .any(|end| text.get(end..end + 2).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_decide() {
        for (text, class) in [
            (
                "creating IAM Role (zenml-1): operation error IAM: CreateRole, StatusCode: 409, EntityAlreadyExists: Role",
                Class::Exists,
            ),
            ("creating S3 Bucket: BucketAlreadyOwnedByYou: Your previous request", Class::Exists),
            ("creating thing acme/bucket: AlreadyExistsException: thing \"acme/bucket\" already exists", Class::Exists),
            ("operation error S3: PutObject, StatusCode: 503, SlowDown", Class::Passing),
            (
                "operation error STS: AssumeRole, exceeded maximum number of attempts, StatusCode: 500, whatever",
                Class::Passing,
            ),
            ("ThrottlingException: Rate exceeded", Class::Passing),
            ("dial tcp 10.0.0.1:443: connect: connection refused", Class::Passing),
            ("Plugin did not respond", Class::Passing),
            ("Request cancelled\nThe ApplyResourceChange request was cancelled.", Class::Passing),
            ("User: arn is not authorized to perform: iam:CreateRole, StatusCode: 403, AccessDenied", Class::Permanent),
            ("No value for required variable", Class::Permanent),
            ("Inconsistent dependency lock file", Class::Permanent),
            ("LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000", Class::Permanent),
            ("Saved plan is stale", Class::StalePlan),
            ("something that nobody has seen before", Class::Unknown),
            ("http 5xx in a text, port 5000 of status code: 5", Class::Unknown),
        ] {
            assert_eq!(Class::of_text(text), class, "{text}");
        }
    }

    #[test]
    fn the_one_that_decides() {
        let error = |summary: &str| Diagnostic {
            severity: "error".to_owned(),
            summary: summary.to_owned(),
            ..Diagnostic::default()
        };
        assert_eq!(Class::of_all(&[]), None);
        assert_eq!(Class::of_all(&[Diagnostic { severity: "warning".to_owned(), ..error("AccessDenied") }]), None);
        assert_eq!(Class::of_all(&[error("timeout while waiting"), error("AccessDenied")]), Some(Class::Permanent));
        assert_eq!(Class::of_all(&[error("AccessDenied"), error("already exists")]), Some(Class::Exists));
        let detail = "Error message: operation error S3: PutObject, StatusCode: 412, PreconditionFailed".to_owned();
        let taken = Diagnostic { detail, ..error("Error acquiring the state lock") };
        assert_eq!(Class::of_all(&[taken, error("AccessDenied")]), Some(Class::Locked));
    }
}
