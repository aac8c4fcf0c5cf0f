//! The codes that a run ends with. A Job's `podFailurePolicy` reads them.

use std::process::ExitCode;

use serde::Serialize;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Exit {
    /// All done.
    Done,
    /// The plan needs a person's approval; the log and the termination message say which hash to write.
    ApprovalNeeded,
    /// The command line is wrong.
    Usage,
    /// Trying again will not help.
    Permanent,
    /// Trying again may help.
    Temporary,
    /// The state's lock is held by somebody who may be alive.
    LockHeld,
    /// Told to stop, and stopped.
    Interrupted,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::ApprovalNeeded => 3,
            Self::Usage => 64,
            Self::Permanent => 65,
            Self::Temporary => 75,
            Self::LockHeld => 76,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
