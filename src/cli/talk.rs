//! How much is said on standard error.

use crate::error::Error;

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Talk {
    /// What went wrong.
    Errors,
    /// What the user may want to know of the run.
    Notices,
    /// What was read, and what is not shown.
    Everything,
}

impl Talk {
    /// What H2LINT_LOG asks for, where no flag does.
    ///
    /// # Errors
    /// When it holds another word.
    pub(super) fn of_environment() -> Result<Self, Error> {
        let word = std::env::var("H2LINT_LOG").unwrap_or_default();
        match word.as_str() {
            "error" => Ok(Self::Errors),
            "" | "warn" => Ok(Self::Notices),
            "info" => Ok(Self::Everything),
            _ => Err(Error::Usage(format!("H2LINT_LOG={word}: write error, warn or info"))),
        }
    }
}
