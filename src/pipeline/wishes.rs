//! What the caller of an analysis wants: the numbers to judge by, what is listed, and how much the analysis may take.

use super::decode::DecodeAs;
use crate::base::Span;
use crate::conn::Interest;
use crate::limits;
use crate::rules::Options;
use crate::tcp::Endpoint;

/// What the caller wants.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// The numbers to judge by.
    pub options: Options,
    /// Connections listed in the report.
    pub limit_connections: usize,
    /// Streams listed in the report.
    pub limit_streams: usize,
    /// Which ones.
    pub streams: StreamsListed,
    /// Connections whose keys are listed.
    pub limit_keys: usize,
    /// True when evidence tells how long its records are, which are read again for that.
    pub measures: bool,
    /// Packets with fragments whose connections are listed.
    pub limit_fragments: usize,
    /// Names of servers, for reports and fingerprints.
    pub aliases: &'static [Alias],
    /// What is spoken on ports, in place of what it looks like.
    pub decode_as: &'static [DecodeAs],
    /// Octets that live connections may hold together.
    pub max_memory: u64,
    /// How long a capture is read at most, by the clock on the wall.
    pub timeout: Option<Span>,
    /// Threads that judge one capture where nobody observes; below two, the one that reads judges as well. The report is the same.
    pub threads: usize,
    /// The kinds of facts that the observer hears. Fewer are faster.
    pub interest: Interest,
}

/// Which streams the report lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamsListed {
    /// Those that findings name.
    Named,
    /// Behind them, as far as there is room, the slowest.
    Slowest,
}

/// The name that somebody gives a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// `address:port`, `name:port` or `name`, the name being SNI or :authority.
    pub endpoint: String,
    /// What it is called.
    pub name: String,
}

impl Wishes {
    /// Streams listed at most though no finding names them.
    pub(super) const fn limit_slowest(&self) -> usize {
        match self.streams {
            StreamsListed::Named => 0,
            StreamsListed::Slowest => self.limit_streams,
        }
    }

    /// The name that was given to this server, whose SNI or :authority is `name`.
    pub(super) fn alias(&self, server: Endpoint, name: Option<&str>) -> Option<&'static str> {
        if self.aliases.is_empty() {
            return None;
        }
        let (address, host, port) =
            (server.to_string(), server.address.to_string(), format!(":{}", server.port));
        let of_name = |endpoint: &str| {
            name.is_some_and(|name| endpoint == name || endpoint.strip_suffix(&port) == Some(name))
        };
        let means = |endpoint: &str| endpoint == address || endpoint == host || of_name(endpoint);
        let found = self.aliases.iter().find(|alias| means(&alias.endpoint));
        found.map(|alias| alias.name.as_str())
    }
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            options: Options::default(),
            limit_connections: limits::MAX_CONNECTIONS_LISTED,
            limit_streams: limits::MAX_STREAMS_LISTED,
            streams: StreamsListed::Slowest,
            limit_keys: 0,
            measures: true,
            limit_fragments: 0,
            aliases: &[],
            decode_as: &[],
            max_memory: limits::MAX_MEMORY,
            timeout: None,
            threads: 1,
            interest: Interest::ALL,
        }
    }
}
