//! Calls as they should be, of which the capture lacks packets: nobody is accused.

use crate::base::Side;
use crate::finding::Severity;
use crate::rules::tests::report_on;
use crate::script::{Script, Wire, answer, call, capture, data, finish, message};

/// Three calls at once: messages over several frames, padding, an error, a Trailers-Only answer.
fn healthy() -> Script {
    let long = message(&[7; 300]);
    Script::open()
        .client([call(1, &[("grpc-timeout", "5S"), ("grpc-encoding", "gzip")]), data(1, &long[..4])])
        .client([call(3, &[("key-bin", "YWJj")]), data(3, &message(b"hi")).map(Wire::end_stream)])
        .client([data(1, &long[4..200]).map(|frame| frame.padded(40, 0))])
        .server([answer(3, &[]), data(3, &message(b"ho"))])
        .client([data(1, &long[200..]).map(Wire::end_stream), call(5, &[]).map(Wire::end_stream)])
        .server([answer(1, &[("grpc-encoding", "gzip")]), data(1, &[1, 0, 0])])
        .server([answer(5, &[("grpc-status", "12")]).map(Wire::end_stream), data(1, &[0, 2, 7])])
        .server([data(1, &[7]), finish(3, "5", &[("grpc-message", "no%20such")])])
        .server([finish(1, "0", &[])])
        .ack(Side::Client)
        .close()
}

fn accusations(file: &[u8]) -> Vec<String> {
    let report = report_on(file);
    let of_grpc = report.findings.iter().filter(|finding| finding.rule.starts_with("GRP"));
    of_grpc
        .filter(|finding| finding.severity != Severity::Info)
        .map(|finding| format!("{} {}", finding.name, finding.message))
        .collect()
}

#[test]
fn whatever_packets_are_lost_of_calls_as_they_should_be_nobody_is_accused() {
    let script = healthy();
    let packets = script.packets();
    assert_eq!(accusations(&script.pcap()), Vec::<String>::new());
    for first in 0..packets.len() {
        for lost in 1..=4 {
            let kept: Vec<_> = packets
                .iter()
                .enumerate()
                .filter(|(at, _)| !(first..first + lost).contains(at))
                .map(|(_, p)| p.clone())
                .collect();
            assert_eq!(accusations(&capture(&kept)), Vec::<String>::new(), "without {lost} from {first}");
        }
    }
}

#[test]
fn whatever_is_cut_from_packets_of_calls_as_they_should_be_nobody_is_accused() {
    for snaplen in 54..400 {
        assert_eq!(accusations(&healthy().cut(snaplen).pcap()), Vec::<String>::new(), "cut to {snaplen}");
    }
}

#[test]
fn one_direction_alone_accuses_nobody() {
    for side in Side::BOTH {
        assert_eq!(accusations(&healthy().only(side).pcap()), Vec::<String>::new(), "{side:?}");
    }
}
