//! TLS: pieces of a TCP stream become plaintext, and what was negotiated becomes facts. With a key log records are opened; without one
//! the negotiation is read as far as it is in clear, and nothing is kept of the rest.
//!
//! [`Session`] is the door: one for each connection. [`KeyLog`] holds the secrets of the whole run, [`Shared`] what the sessions of a
//! capture share, [`Negotiation`] what rules and reports read, [`looks_like_tls`] tells TLS by its first octets.

mod alpn;
mod certificate;
mod client_hello;
mod crypt;
mod extension;
mod fact;
mod grammar;
mod half;
mod handshake;
mod infer;
mod keylog;
mod keys;
mod messages;
mod names;
mod negotiation;
mod opening;
mod records;
mod resumptions;
mod seal;
mod search;
mod server_hello;
mod session;
mod shared;
mod suite;
mod suite_table;
mod verdict;

pub use alpn::{Alpn, ProtocolName};
pub use certificate::{Certificate, CertificateNames};
pub use client_hello::{ClientHello, Ech, HelloForm, ServerName};
pub use fact::{AlpnAnswer, AlpnSource, Fact, Output, Turn, When};
pub use keylog::{BadLine, BadLineKind, KeyLines, KeyLog, Label, Random, Source};
pub use keys::{MissingLine, Openable};
pub use names::{Alert, AlertDescription, AlertLevel, ContentType, Group, HandshakeType, Version};
pub use negotiation::{EarlyData, Negotiation, SeenAlert};
pub use records::Stretch;
pub use seal::Sealer;
pub use server_hello::{EncryptedExtensions, EphemeralKey, ServerHello};
pub use session::Session;
pub use shared::Shared;
pub use suite::{Aead, Cbc, CipherSuite, Hash, Mac};
pub use verdict::{Verdict, looks_like_tls};

#[cfg(test)]
mod driver;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
