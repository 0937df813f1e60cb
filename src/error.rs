//! The tool's own failures: what the machine refuses. Traffic never causes one.

use std::path::PathBuf;

/// A failure of the tool or of its input, one line each, with the path in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened or read.
    #[error("{path}: {source}")]
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
    #[error("{path}: cannot write: {source}")]
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
