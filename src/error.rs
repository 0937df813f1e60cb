//! The tool's own failures: what the machine refuses. Traffic never causes one.

use std::path::PathBuf;

/// A failure of the tool or of its input, one line each, with the path in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened or read.
    #[error("{path}: {}", words(source))]
    Read {
        /// The file as the user named it.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A file is no capture.
    #[error("{path}: not a packet capture: {found}; h2lint reads pcap and pcapng")]
    NotACapture {
        /// The file as the user named it.
        path: PathBuf,
        /// What its first octets look like.
        found: String,
    },
    /// Output cannot be written.
    #[error("{path}: cannot write: {}", words(source))]
    Write {
        /// The file, or `standard output`.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Something that was to be read is not what it should be.
    #[error("{0}")]
    Bad(String),
    /// The command line or a configuration asks for something that does not exist.
    #[error("{0}")]
    Usage(String),
}

impl Error {
    /// What went wrong, without the path in front: for a place that names the file already.
    #[must_use]
    pub fn cause(&self) -> String {
        let said = self.to_string();
        match self {
            Self::Read { path, .. } | Self::NotACapture { path, .. } | Self::Write { path, .. } => {
                let lead = format!("{}: ", path.display());
                said.strip_prefix(&lead).unwrap_or(&said).to_owned()
            }
            Self::Bad(_) | Self::Usage(_) => said,
        }
    }
}

/// What the operating system says, without its number.
fn words(source: &std::io::Error) -> String {
    let said = source.to_string();
    said.split(" (os error").next().unwrap_or(&said).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_machine_is_left_out_and_the_path_is_said_once() {
        let source = std::io::Error::from_raw_os_error(2);
        let error = Error::Read { path: "a.pcap".into(), source };
        assert_eq!(error.to_string(), "a.pcap: No such file or directory");
        assert_eq!(error.cause(), "No such file or directory");
    }
}
