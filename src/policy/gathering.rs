//! Equal findings of several captures, gathered and counted: by rule, culprit and server, or by what a person asks for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::base::{to_index, to_u64};
use crate::finding::{Confidence, Culprit, Finding, Peer, Report, Severity};

/// What findings must share to be told in one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// Rule, culprit and server.
    #[default]
    Rule,
    /// Culprit and its address; the rule too.
    Culprit,
    /// Capture, connection and rule.
    Connection,
    /// Capture and rule.
    File,
}

/// Findings that say the same, of several captures.
#[derive(Clone, Debug)]
pub struct Gathered<'a> {
    /// The server that they are about; empty when that is not known.
    pub server: String,
    /// Who is blamed: `client=10.0.0.1`, of clients without the port.
    pub blamed: String,
    /// At least one, the worst first.
    findings: Vec<&'a Finding>,
}

impl<'a> Gathered<'a> {
    /// The worst finding.
    #[must_use]
    pub fn first(&self) -> Option<&'a Finding> {
        self.findings.first().copied()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        to_u64(self.findings.len())
    }

    fn rank(&self) -> (Reverse<Option<(Severity, Confidence)>>, Reverse<u64>) {
        (Reverse(self.first().map(|first| (first.severity, first.confidence))), Reverse(self.count()))
    }
}

/// The findings by rule, culprit and server: grave ones first, then frequent ones.
#[must_use]
pub fn grouped_findings(report: &Report) -> Vec<Gathered<'_>> {
    gather(report, GroupBy::Rule)
}

/// The findings gathered: grave ones first, then frequent ones.
#[must_use]
pub fn gather(report: &Report, by: GroupBy) -> Vec<Gathered<'_>> {
    let servers = servers(report);
    let mut groups: BTreeMap<Key<'_>, Gathered<'_>> = BTreeMap::new();
    for finding in report.counting() {
        let server = server(finding, &servers);
        let key = Key::of(finding, by, &server);
        groups
            .entry(key)
            .or_insert_with(|| Gathered { server, blamed: blamed(finding), findings: Vec::new() })
            .findings
            .push(finding);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(Gathered::rank);
    groups
}

/// What findings of a group share.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    place: (Option<u64>, Option<u64>),
    rule: &'a str,
    culprit: Culprit,
    end: String,
}

impl<'a> Key<'a> {
    fn of(finding: &'a Finding, by: GroupBy, server: &str) -> Self {
        let culprit = finding.culprit.role;
        let (place, end) = match by {
            GroupBy::Rule => ((None, None), server.to_owned()),
            GroupBy::Culprit => ((None, None), blamed(finding)),
            GroupBy::Connection => ((finding.input, finding.conn), String::new()),
            GroupBy::File => ((finding.input, None), String::new()),
        };
        Self { place, rule: finding.rule, culprit, end }
    }
}

/// `client=10.0.0.1`, `server=10.0.0.2:443`, `unknown`: the ports of clients differ.
fn blamed(finding: &Finding) -> String {
    let role = finding.culprit.role;
    let end = finding.culprit.endpoint.as_deref().map(|end| match end.rsplit_once(':') {
        Some((host, _)) if role == Culprit::Client => host,
        _ => end,
    });
    end.map_or_else(|| role.word().to_owned(), |end| format!("{}={end}", role.word()))
}

fn server(finding: &Finding, servers: &BTreeMap<(u64, u64), String>) -> String {
    let known = finding.input.zip(finding.conn).and_then(|key| servers.get(&key));
    let named = finding.culprit.endpoint.as_ref().filter(|_| finding.culprit.role == Culprit::Server);
    known.or(named).cloned().unwrap_or_default()
}

/// The servers by capture and connection: by name where there is one.
fn servers(report: &Report) -> BTreeMap<(u64, u64), String> {
    let mut first = Vec::new();
    for (number, input) in (0_u64..).zip(&report.inputs) {
        let further = input.scan.as_ref().is_some_and(|scan| scan.continues.is_some());
        first.push(if further { first.last().copied().unwrap_or(number) } else { number });
    }
    let name = |Peer { addr, port, name, alias, .. }: &Peer| match alias.as_deref().or(name.as_deref()) {
        Some(_) if alias.is_some() => alias.clone().unwrap_or_default(),
        Some(name) if name.contains(':') => name.to_owned(),
        Some(name) => format!("{name}:{port}"),
        None => format!("{addr}:{port}"),
    };
    let of = |input: u64| first.get(to_index(input)).copied().unwrap_or(input);
    report.connections.iter().map(|row| ((of(row.input), row.id), name(&row.server))).collect()
}
