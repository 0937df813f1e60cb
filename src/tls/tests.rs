//! Sessions as a whole: the traces of RFC 8448, and real captures.

use super::driver::{Cut, Seen, replay};
use super::sample::{client_hello, hex, message, record, server_hello};
use super::*;
use crate::base::{Origin, Side};

/// The records of a trace, and its secrets.
fn trace(text: &str) -> (Vec<(Side, Cut)>, KeyLog) {
    let mut keys = KeyLog::new();
    assert_eq!(keys.add("trace", text.as_bytes()).len(), text.lines().filter(|line| is_record(line)).count());
    let mut ends = [0, 0];
    let mut pieces = Vec::new();
    for line in text.lines().filter(|line| is_record(line)) {
        let (who, digits) = line.split_once(' ').unwrap();
        let side = if who == "client" { Side::Client } else { Side::Server };
        pieces.push(piece(side, hex(digits), &mut ends));
    }
    (pieces, keys)
}

fn is_record(line: &str) -> bool {
    line.starts_with("client ") || line.starts_with("server ")
}

/// The next piece of a side; each side has acknowledged all of the other one's.
fn piece(side: Side, octets: Vec<u8>, ends: &mut [u64; 2]) -> (Side, Cut) {
    let at = super::driver::at(side);
    ends[at] += octets.len() as u64;
    (side, Cut::Chunk(octets, Origin { tcp_end: ends[at], peer_acked: ends[1 - at], ..Origin::default() }))
}

fn run(pieces: &[(Side, Vec<u8>)]) -> Seen {
    let mut ends = [0, 0];
    let pieces: Vec<_> =
        pieces.iter().map(|(side, octets)| piece(*side, octets.clone(), &mut ends)).collect();
    replay(&pieces, &KeyLog::new())
}

fn facts(seen: &Seen) -> Vec<Fact> {
    seen.facts.iter().map(|(.., fact)| *fact).collect()
}

const SIMPLE: &str = include_str!("../../testdata/tls/rfc8448-simple-1rtt.txt");
const RESUMED: &str = include_str!("../../testdata/tls/rfc8448-resumed-0rtt.txt");
const RETRY: &str = include_str!("../../testdata/tls/rfc8448-hello-retry-request.txt");

#[cfg(feature = "decrypt")]
mod opened {
    use super::*;

    fn octets_0_to(length: u8) -> Vec<u8> {
        (0..length).collect()
    }

    #[test]
    fn the_simple_handshake_of_rfc_8448_is_opened() {
        let (pieces, keys) = trace(SIMPLE);
        let seen = replay(&pieces, &keys);
        assert_eq!(seen.plain, [octets_0_to(50), octets_0_to(50)]);
        assert!(seen.gaps.concat().is_empty());
        let negotiation = seen.session.negotiation();
        assert_eq!(negotiation.version(), Some(Version::TLS13));
        assert_eq!(negotiation.suite(), Some(CipherSuite(0x1301)));
        assert_eq!(negotiation.server_name(), Some("server"));
        assert_eq!((negotiation.tickets, negotiation.resumed), (1, Some(false)));
        assert_eq!(negotiation.alpn().source, AlpnSource::None);
        assert!(negotiation.close_notify.client.is_some() && negotiation.close_notify.server.is_some());
        assert_eq!(seen.session.opened_by(Side::Server).map(|source| keys.source(source)), Some("trace"));
        assert_eq!(seen.session.openable(&keys, &Shared::default()), Openable::Yes);
    }

    #[test]
    fn the_resumed_handshake_of_rfc_8448_gives_its_early_data() {
        let (pieces, keys) = trace(RESUMED);
        let seen = replay(&pieces, &keys);
        assert_eq!(seen.plain[0], [b"ABCDEF".to_vec(), octets_0_to(50)].concat());
        assert_eq!(seen.plain[1], octets_0_to(50));
        let negotiation = seen.session.negotiation();
        assert_eq!((negotiation.resumed, negotiation.early_data), (Some(true), EarlyData::Accepted));
        assert!(seen.has(Side::Client, Fact::EndOfEarlyData));
        assert!(seen.gaps.concat().is_empty());
    }

    #[test]
    fn the_retried_handshake_of_rfc_8448_is_opened() {
        let (pieces, keys) = trace(RETRY);
        let seen = replay(&pieces, &keys);
        let negotiation = seen.session.negotiation();
        assert_eq!(negotiation.retry.as_ref().and_then(|retry| retry.group), Some(Group::SECP256R1));
        assert!(negotiation.second_client_hello.is_some() && negotiation.finished.client.is_some());
        assert!(negotiation.close_notify.client.is_some() && negotiation.close_notify.server.is_some());
        assert_eq!(
            negotiation.certificate.as_ref().and_then(|read| read.common_name.as_deref()),
            Some("rsa")
        );
    }

    #[test]
    fn plaintext_knows_the_end_of_its_record_and_what_was_acknowledged_at_its_begin() {
        let (pieces, keys) = trace(SIMPLE);
        let ends: Vec<_> = pieces
            .iter()
            .map(|(_, cut)| match cut {
                Cut::Chunk(_, origin) => *origin,
                _ => Origin::default(),
            })
            .collect();
        let seen = replay(&pieces, &keys);
        assert_eq!(seen.origins, [(Side::Client, ends[5]), (Side::Server, ends[6])]);
        let split: Vec<_> = pieces.iter().flat_map(|(side, cut)| late_ack(*side, cut)).collect();
        assert_eq!(replay(&split, &keys).origins, seen.origins);
    }

    /// The same octets, the last of them in a packet that acknowledges more.
    fn late_ack(side: Side, cut: &Cut) -> Vec<(Side, Cut)> {
        let Cut::Chunk(octets, origin) = cut else { return Vec::new() };
        let (first, last) = octets.split_at(octets.len() - 1);
        let later = Origin { peer_acked: origin.peer_acked + 9, ..*origin };
        vec![(side, Cut::Chunk(first.to_vec(), origin.before(1))), (side, Cut::Chunk(last.to_vec(), later))]
    }

    #[test]
    fn without_a_line_the_rest_is_opened_and_the_line_is_named() {
        for (line, plain) in [
            ("SERVER_HANDSHAKE", [50, 50]),
            ("CLIENT_HANDSHAKE", [50, 50]),
            ("SERVER_TRAFFIC", [50, 0]),
            ("CLIENT_TRAFFIC", [0, 50]),
        ] {
            let text: Vec<&str> = SIMPLE.lines().filter(|text| !text.starts_with(line)).collect();
            let (pieces, keys) = trace(&text.join("\n"));
            let seen = replay(&pieces, &keys);
            assert_eq!([seen.plain[0].len(), seen.plain[1].len()], plain, "{line}");
            assert!(seen.gaps.concat().is_empty(), "{line}");
            let openable = seen.session.openable(&keys, &Shared::default());
            let Openable::Missing(missing) = openable else { panic!("{line}: {openable:?}") };
            assert!(missing.len() == 1 && missing[0].to_string().starts_with(line), "{line}: {missing:?}");
        }
    }

    #[test]
    fn secrets_of_another_session_open_nothing_and_are_said_to_be_wrong() {
        let wrong =
            SIMPLE.replace(" b3eddb", " b3eddc").replace(" b67b7d", " b67b7e").replace(" 9e4064", " 9e4065");
        let (pieces, keys) = trace(&wrong.replace(" a11af9", " a11afa"));
        let seen = replay(&pieces, &keys);
        assert!(seen.plain.concat().is_empty());
        assert!(seen.has(Side::Server, Fact::NotOpened));
        assert_eq!(seen.session.openable(&keys, &Shared::default()), Openable::WrongSecret);
    }

    #[test]
    fn early_data_that_cannot_be_opened_leave_a_gap() {
        let text: Vec<&str> = RESUMED.lines().filter(|text| !text.starts_with("CLIENT_EARLY")).collect();
        let (pieces, keys) = trace(&text.join("\n"));
        let seen = replay(&pieces, &keys);
        assert_eq!(seen.plain[0], octets_0_to(50));
        assert_eq!(seen.gaps[0], [0]);
        assert!(seen.has(Side::Client, Fact::KeyMissing(Label::ClientEarlyTrafficSecret)));
    }

    #[test]
    fn without_the_server_flight_early_data_are_not_handed_on() {
        let (pieces, keys) = trace(RESUMED);
        let client: Vec<_> = pieces.into_iter().filter(|(side, _)| *side == Side::Client).take(2).collect();
        let seen = replay(&client, &keys);
        assert_eq!((seen.plain[0].len(), seen.gaps[0].as_slice()), (0, &[0][..]));
    }
}

#[test]
fn without_keys_the_negotiation_is_known_and_nothing_is_held() {
    let (pieces, _) = trace(SIMPLE);
    let keys = KeyLog::new();
    let seen = replay(&pieces, &keys);
    assert!(seen.plain.concat().is_empty());
    assert!(
        seen.has(Side::Client, Fact::KeyMissing(Label::ClientHandshakeTrafficSecret))
            || cfg!(not(feature = "decrypt"))
    );
    assert!(seen.session.is_hidden(Side::Client) && seen.session.is_hidden(Side::Server));
    assert_eq!(seen.session.negotiation().first_sealed, Some(674));
    assert_eq!(seen.session.negotiation().sealed_records.client, 3);
    assert!(seen.has(Side::Client, Fact::SealedAlert) && seen.has(Side::Server, Fact::Answered));
    assert_eq!(seen.session.negotiation().alpn(), AlpnAnswer::default());
}

#[test]
fn an_alert_in_answer_to_a_hello_is_named() {
    let hello = client_hello(&[1; 32], &[0x1301], &[(16, b"\x00\x03\x02h2")]);
    let seen = run(&[(Side::Client, record(22, &hello)), (Side::Server, record(21, &[2, 120]))]);
    let negotiation = seen.session.negotiation();
    assert!(negotiation.alerted(Side::Server, AlertDescription::NO_APPLICATION_PROTOCOL));
    assert_eq!(negotiation.failure().map(|seen| seen.at.end.tcp_end), Some(7));
    assert_eq!(seen.session.openable(&KeyLog::new(), &Shared::default()), Openable::NothingSealed);
}

#[test]
fn an_answer_without_alpn_up_to_tls12_is_certain() {
    let hello = client_hello(&[1; 32], &[0xc02f], &[(16, b"\x00\x03\x02h2")]);
    let answer = server_hello(&[2; 32], 0xc02f, &[]);
    let seen = run(&[(Side::Client, record(22, &hello)), (Side::Server, record(22, &answer))]);
    assert_eq!(seen.session.negotiation().alpn().source, AlpnSource::None);
    let answer = server_hello(&[2; 32], 0xc02f, &[(16, b"\x00\x03\x02h2")]);
    let seen = run(&[(Side::Client, record(22, &hello)), (Side::Server, record(22, &answer))]);
    assert_eq!(seen.session.negotiation().alpn().source, AlpnSource::ServerHello);
    assert!(seen.session.negotiation().alpn().selected.is_some_and(|name| name.is("h2")));
}

#[test]
fn what_is_no_tls_is_said_and_not_read() {
    let hello = record(22, &client_hello(&[1; 32], &[0x1301], &[]));
    let seen = run(&[(Side::Client, hello), (Side::Server, b"HTTP/1.1 400 Bad Request\r\n".to_vec())]);
    assert_eq!(facts(&seen), [Fact::ClientHello(Turn::First), Fact::NotTls(*b"HTTP/")]);
    let settings = run(&[(Side::Server, b"\x00\x00\x06\x04\x00\x00\x00\x00\x00".to_vec())]);
    assert!(settings.has(Side::Server, Fact::NotTls([0, 0, 6, 4, 0])));
}

#[test]
fn messages_that_cannot_be_read_are_facts() {
    let bad = record(22, &message(1, &[3, 3, 1]));
    assert_eq!(facts(&run(&[(Side::Client, bad)])), [Fact::BadMessage(HandshakeType::CLIENT_HELLO)]);
    let long = record(22, &[1, 0x20, 0, 0, 3, 3]);
    let expected = [Fact::LongMessage(HandshakeType::CLIENT_HELLO, 0x20_0000)];
    assert_eq!(facts(&run(&[(Side::Client, long)])), expected);
    let empty = run(&[(Side::Client, record(21, &[2]))]);
    assert_eq!(facts(&empty), [Fact::BadRecord]);
    let cut = run(&[(Side::Client, record(22, &client_hello(&[1; 32], &[0x1301], &[]))[..30].to_vec())]);
    assert_eq!(facts(&cut), [Fact::Truncated]);
}

#[test]
fn octets_that_are_no_record_are_passed_over() {
    let hello = record(22, &client_hello(&[1; 32], &[0xc02f], &[]));
    let answer = record(22, &server_hello(&[2; 32], 0xc02f, &[]));
    let alert = record(21, &[2, 40]);
    let junk = [b"not a record at all".to_vec(), alert].concat();
    let seen = run(&[(Side::Client, hello), (Side::Server, answer), (Side::Server, junk)]);
    assert!(seen.has(Side::Server, Fact::NoRecord(*b"not a")));
    assert!(seen.has(Side::Server, Fact::Resynchronised { skipped: 14 }));
    assert!(seen.session.negotiation().alerted(Side::Server, AlertDescription(40)));
}

#[test]
fn a_hello_of_ssl2_form_is_answered_in_tls() {
    let mut hello = b"\x80\x1c\x01\x03\x03\x00\x03\x00\x00\x00\x10\x00\x00\x2f".to_vec();
    hello.extend([7; 16]);
    let answer = record(22, &server_hello(&[2; 32], 0x2f, &[]));
    let seen = run(&[(Side::Client, hello), (Side::Server, answer)]);
    let expected = [Fact::ClientHello(Turn::First), Fact::ServerHello(Turn::First), Fact::Answered];
    assert_eq!(facts(&seen), expected);
    assert_eq!(seen.session.negotiation().client_hello.as_ref().unwrap().form, HelloForm::Sslv2);
}

#[test]
fn a_handshake_behind_data_up_to_tls12_is_a_renegotiation_that_cannot_be_read() {
    let hello = record(22, &client_hello(&[1; 32], &[0xc02f], &[]));
    let answer = record(22, &server_hello(&[2; 32], 0xc02f, &[]));
    let change = record(20, &[1]);
    let sealed = |kind| record(kind, &[9; 40]);
    let seen = run(&[
        (Side::Client, hello),
        (Side::Server, answer),
        (Side::Client, [change.clone(), sealed(22)].concat()),
        (Side::Server, [change, sealed(22)].concat()),
        (Side::Client, sealed(23)),
        (Side::Server, [sealed(22), sealed(21)].concat()),
    ]);
    let negotiation = seen.session.negotiation();
    assert_eq!(negotiation.resumed, Some(false));
    assert!(negotiation.application_data.client.is_some());
    assert!(seen.has(Side::Server, Fact::SealedHandshake) || negotiation.application_data.server.is_none());
    assert!(seen.has(Side::Server, Fact::SealedAlert));
}

#[test]
fn an_alert_of_many_octets_is_a_sealed_one() {
    let hello = record(22, &client_hello(&[1; 32], &[0xc02f], &[]));
    let change = record(20, &[1]);
    let seen = run(&[(Side::Client, [hello, change, record(21, &[248; 26])].concat())]);
    assert!(
        seen.has(Side::Client, Fact::SealedAlert),
        "the ServerHello is lost, and with it what the change means"
    );
    assert!(seen.session.negotiation().alerts.is_empty());
}
