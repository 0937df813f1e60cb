//! Whether a TLS connection can be opened, as `h2lint keys` lists it.

use serde::Serialize;

/// A TLS connection and its keys. Nothing in it is secret.
#[derive(Clone, Debug, Serialize)]
pub struct KeyRow {
    /// The connection.
    pub conn: u64,
    /// Address and port of the client.
    pub client: String,
    /// Address and port of the server.
    pub server: String,
    /// The host that the client asked for.
    pub sni: Option<String>,
    /// The version, `1.3`.
    pub version: Option<String>,
    /// The suite.
    pub cipher: Option<String>,
    /// `opened`, `partly_opened`, `missing_lines`, `wrong_secret`, `unsupported`, `handshake_not_seen`, `nothing_sealed`.
    pub state: &'static str,
    /// The source of the secret that opened its first record.
    pub source: Option<String>,
    /// Lines that a key log would need for the rest, without their secrets: label and client random.
    pub missing: Vec<String>,
    /// The lines that open it, in the same form.
    #[serde(skip)]
    pub used: Vec<String>,
}
