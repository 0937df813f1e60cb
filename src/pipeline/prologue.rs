//! What stands before a connection's own protocol is taken away, and both sides begin anew behind it.

use super::upper::Upper;
use crate::base::{PerSide, Side};
use crate::http1::{Prologue, Protocol, Step};
use crate::limits;

/// What the first octets are, once prologues are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Front {
    /// More octets are needed to tell.
    NotYet,
    /// A prologue was taken away: what is held is to be looked at anew.
    Taken,
    /// The connection's own protocol.
    Own,
}

impl Upper {
    /// Takes a prologue away, if the octets held begin with one.
    pub(super) fn take_prologue(&mut self) -> Front {
        let whole = !self.ears.coverage.sides.client.start_missing;
        let opening = self.http1.protocols.client == Protocol::Unknown
            && (whole || Prologue::is_proxy(self.held.client.octets()));
        if !opening || self.prologues.len() >= limits::MAX_PROLOGUES || self.held.client.is_full() {
            return Front::Own;
        }
        let answers = self.http1.protocols.server == Protocol::Unknown;
        let server = if answers { self.held.server.octets() } else { &[] };
        match Prologue::read(self.held.client.octets(), server) {
            Step::None => Front::Own,
            Step::NotYet if answers || matches!(self.held.client.octets(), [b'P' | b'\r', ..]) => {
                Front::NotYet
            }
            Step::NotYet => Front::Own,
            Step::Is(prologue, client, server) => {
                self.prologues.push(prologue);
                for (side, length) in [(Side::Client, client), (Side::Server, server)] {
                    if length > 0 {
                        self.begin_anew(side, length);
                    }
                }
                Front::Taken
            }
        }
    }

    /// The first `length` octets of a side were not its own: it speaks from behind them on.
    fn begin_anew(&mut self, side: Side, length: usize) {
        self.held[side].drop_front(length);
        let held = &self.held[side];
        self.conn.spoke[side] = (!held.octets().is_empty()).then(|| held.origin(1));
    }

    /// The sides that wait with octets in hand.
    pub(super) fn waiting(&self) -> PerSide<bool> {
        PerSide::from_fn(|side| {
            self.http1.protocols[side] == Protocol::Unknown && !self.held[side].octets().is_empty()
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::Side;
    use crate::finding::{Report, Severity};
    use crate::pipeline::{Wishes, analyze_octets};
    use crate::script::{Script, Wire, data, get, http1, preface, response, settings, settings_ack};

    fn call(script: Script) -> Report {
        let script = script
            .client([preface(), settings(&[]), get(1)])
            .server([settings(&[]), settings_ack(), response(1), data(1, b"x").map(Wire::end_stream)])
            .client([settings_ack()])
            .close();
        analyze_octets("prologue", &script.pcap(), &Wishes::default(), &mut |_| {}).unwrap()
    }

    fn encapsulations(report: &Report) -> &[&'static str] {
        &report.connections[0].encapsulation[3..]
    }

    #[test]
    fn http2_is_found_behind_each_prologue() {
        let open = Script::connect;
        let proxied = open().client([http1("PROXY TCP4 192.0.2.1 192.0.2.2 50000 80\r\n")]);
        let socks = open()
            .client([http1([5, 1, 0])])
            .server([http1([5, 0])])
            .client([http1([5, 1, 0, 1, 10, 0, 0, 1, 0, 80])])
            .server([http1([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])]);
        let connect = open()
            .client([http1("CONNECT a.example:80 HTTP/1.1\r\nHost: a.example\r\n\r\n")])
            .server([http1("HTTP/1.1 200 OK\r\n\r\n")]);
        for (script, words) in [(proxied, "proxy_v1"), (socks, "socks5"), (connect.clone(), "http_connect")] {
            let report = call(script);
            assert_eq!(encapsulations(&report), [words]);
            assert_eq!((report.totals.http2_connections, report.totals.streams), (1, 1), "{words}");
            let accused = report.findings.iter().any(|finding| finding.severity > Severity::Info);
            assert!(!accused, "{words}: {:?}", report.findings);
            assert!(report.coverage.blind_spots.is_empty(), "{words}: {:?}", report.coverage.blind_spots);
        }
        let inside = connect.client([http1("PROXY UNKNOWN\r\n")]);
        assert_eq!(encapsulations(&call(inside)), ["http_connect", "proxy_v1"]);
    }

    #[test]
    fn a_server_that_is_silent_behind_a_prologue_is_found_as_without_one() {
        let script = Script::connect()
            .client([http1("PROXY TCP4 192.0.2.1 192.0.2.2 50000 80\r\n"), preface(), settings(&[])])
            .ack(Side::Server)
            .wait(crate::base::Span::seconds(6))
            .fin(Side::Client);
        let report = analyze_octets("silent", &script.pcap(), &Wishes::default(), &mut |_| {}).unwrap();
        assert!(report.findings.iter().any(|finding| finding.rule == "PRE001"), "{:?}", report.findings);
    }

    #[test]
    fn a_refused_connect_is_http1() {
        let script = Script::connect()
            .client([http1("CONNECT a.example:80 HTTP/1.1\r\n\r\n")])
            .server([http1("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")])
            .close();
        let report = analyze_octets("refused", &script.pcap(), &Wishes::default(), &mut |_| {}).unwrap();
        assert_eq!(report.connections[0].negotiation.via, "http1");
    }
}
