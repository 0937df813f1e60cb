//! What somebody says is spoken on a port, in place of what its first octets look like (`--decode-as`).

use std::str::FromStr;

use super::desk::Sight;
use super::opening::{self, Decision, Held, Secured};
use super::upper::Upper;
use super::wishes::Wishes;
use crate::base::Side;
use crate::finding::{BlindSpot, BlindSpotKind};
use crate::frame::PREFACE;
use crate::http1::{ClientOpening, Opening, Protocol, ServerOpening};
use crate::tcp::Endpoint;

/// What is spoken on a TCP port, whichever end has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeAs {
    /// The port.
    pub port: u16,
    /// What is spoken there.
    pub stack: Stack,
}

/// What stands directly on TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// HTTP/2 without TLS, from the first octet on, with or without the preface.
    Http2,
    /// TLS, and inside it whatever is found there.
    Tls,
    /// Nothing that is looked at.
    Nothing,
}

impl FromStr for DecodeAs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || "write PORT=http2, PORT=tls or PORT=none, such as 8080=http2".to_owned();
        let (port, word) = text.split_once('=').ok_or_else(usage)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(usage)?;
        let stack = match word {
            "http2" => Stack::Http2,
            "tls" => Stack::Tls,
            "none" => Stack::Nothing,
            _ => return Err(usage()),
        };
        Ok(Self { port, stack })
    }
}

impl Wishes {
    /// What is said to be spoken between these ends; of two entries that mean them, the first one counts.
    #[inline]
    pub(super) fn told(&self, (from, to): (Endpoint, Endpoint)) -> Option<Stack> {
        let means = |told: &&DecodeAs| [from.port, to.port].contains(&told.port);
        self.decode_as.iter().find(means).map(|told| told.stack)
    }
}

/// Connections that were not looked at, as asked.
pub(super) fn passed_by(connections: &str, count: u64, wishes: &Wishes) -> BlindSpot {
    let hidden = wishes.decode_as.iter().filter(|told| told.stack == Stack::Nothing);
    let ports: Vec<String> = hidden.map(|told| told.port.to_string()).collect();
    let (ports, is) = (ports.join(", "), if count == 1 { "is" } else { "are" });
    BlindSpot {
        kind: BlindSpotKind::UnknownProtocol,
        input: None,
        conns: Vec::new(),
        dir: None,
        from_pkt: None,
        effect: format!("{connections} on port {ports} {is} not looked at, as asked"),
    }
}

impl Upper {
    /// What a side's held octets mean.
    pub(super) fn opening(&mut self, side: Side, sight: &Sight<'_>) -> Decision {
        let (held, secured) = (&self.held[side], sight.secured());
        match (self.told, secured) {
            (Some(Stack::Tls), Secured::No) => return Decision::Is(Protocol::Tls, 0),
            (Some(Stack::Http2), Secured::No) => return frames(side, held),
            _ => {}
        }
        match side {
            Side::Client => opening::client(&mut self.http1, held, secured),
            Side::Server => {
                let start = self.start(side);
                opening::server(&mut self.http1, &self.held[side], start, secured)
            }
        }
    }
}

/// Octets that are known to be HTTP/2: a side's first ones, or somewhere in the middle.
fn frames(side: Side, held: &Held) -> Decision {
    let octets = held.octets();
    let waits = match side {
        Side::Client => match ClientOpening::read(octets) {
            Opening::Is(ClientOpening::Preface) => return Decision::Is(Protocol::Http2, PREFACE.len()),
            Opening::Is(ClientOpening::BadPreface { agree }) => return Decision::BadPreface(agree),
            _ => PREFACE.starts_with(octets),
        },
        Side::Server => match ServerOpening::read(octets) {
            Opening::Is(ServerOpening::Settings) => return Decision::Is(Protocol::Http2, 0),
            Opening::NotYet => !held.is_full(),
            Opening::Is(_) => false,
        },
    };
    if waits { Decision::Wait } else { Decision::Search }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Report;
    use crate::pipeline::analyze_octets;
    use crate::script::{Script, Wire, data, get, preface, response, settings, settings_ack};

    fn told(words: &[&str]) -> Wishes {
        let told: Vec<DecodeAs> = words.iter().map(|word| word.parse().unwrap()).collect();
        Wishes { decode_as: Box::leak(told.into_boxed_slice()), ..Wishes::default() }
    }

    fn analyze(script: Script, words: &[&str]) -> Report {
        analyze_octets("told", &script.pcap(), &told(words), &mut |_| {}).unwrap()
    }

    fn port(report: &Report) -> String {
        report.connections[0].server.port.to_string()
    }

    /// A call, with nothing in front of its frames.
    fn bare() -> Script {
        Script::connect()
            .client([get(1)])
            .server([response(1), data(1, b"x").map(Wire::end_stream)])
            .client([get(3)])
            .server([response(3), data(3, b"x").map(Wire::end_stream)])
            .close()
    }

    #[test]
    fn words_are_read() {
        assert_eq!("8080=http2".parse(), Ok(DecodeAs { port: 8080, stack: Stack::Http2 }));
        for word in ["", "8080", "=tls", "0=tls", "65536=tls", "8080=h2", "x=none"] {
            assert!(word.parse::<DecodeAs>().unwrap_err().starts_with("write PORT="), "{word}");
        }
    }

    #[test]
    fn frames_without_a_preface_are_read_when_they_are_said_to_be_frames() {
        let unasked = analyze(bare(), &[]);
        let port = port(&unasked);
        let report = analyze(bare(), &[&format!("{port}=http2")]);
        assert!(report.connections[0].http2 && report.totals.frames == 6, "{:?}", report.totals);
        assert!(
            report.findings.iter().all(|finding| finding.rule.starts_with("CAP")),
            "{:?}",
            report.findings
        );
    }

    #[test]
    fn what_begins_as_it_should_is_read_as_ever() {
        let script = || {
            let script = Script::connect().client([preface(), settings(&[]), get(1)]);
            let script = script.server([
                settings(&[]),
                settings_ack(),
                response(1),
                data(1, b"x").map(Wire::end_stream),
            ]);
            script.client([settings_ack()]).close()
        };
        let unasked = analyze(script(), &[]);
        let report = analyze(script(), &[&format!("{}=http2", port(&unasked))]);
        assert_eq!(serde_json::to_value(&report).unwrap(), serde_json::to_value(&unasked).unwrap());
    }

    #[test]
    fn what_is_said_to_be_tls_is_not_read_as_frames_and_nobody_is_accused() {
        let port = port(&analyze(bare(), &[]));
        let report = analyze(bare(), &[&format!("{port}=tls")]);
        assert!(!report.connections[0].http2 && report.totals.frames == 0);
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }

    #[test]
    fn a_port_that_is_not_looked_at_is_counted_and_said() {
        let port = port(&analyze(bare(), &[]));
        let report = analyze(bare(), &["1=tls", &format!("{port}=none")]);
        assert!(
            report.connections.is_empty() && report.totals.connections == 1 && report.findings.is_empty()
        );
        let spot = &report.coverage.blind_spots[0];
        assert_eq!(spot.kind, BlindSpotKind::UnknownProtocol);
        assert_eq!(spot.effect, format!("1 connection on port {port} is not looked at, as asked"));
    }
}
