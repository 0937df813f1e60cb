//! The names of the servers that findings are about: as fingerprints, suppressions and baselines know them.

use std::collections::BTreeMap;

use crate::finding::{Finding, Peer, Report};

/// The servers of a report's connections.
pub(super) struct Servers(BTreeMap<u64, Peer>);

impl Servers {
    pub(super) fn of(report: &Report) -> Self {
        Self(report.connections.iter().map(|row| (row.id, row.server.clone())).collect())
    }

    /// Every name of the server that a finding is about.
    pub(super) fn names(&self, finding: &Finding) -> Vec<String> {
        let conns = finding.conn.iter().chain(&finding.conns);
        let peers = conns.filter_map(|conn| self.0.get(conn));
        let mut names: Vec<String> = finding.culprit.endpoint.iter().cloned().collect();
        for Peer { addr, port, name, alias, .. } in peers {
            names.push(if addr.is_ipv6() { format!("[{addr}]:{port}") } else { format!("{addr}:{port}") });
            names.extend(name.iter().flat_map(|name| [format!("{name}:{port}"), name.clone()]));
            names.push(addr.to_string());
            names.extend(alias.clone());
        }
        names
    }

    /// The name by which a fingerprint knows the server: its alias, else SNI or :authority, else its port.
    pub(super) fn key(&self, finding: &Finding) -> String {
        let first = finding.conn.iter().chain(&finding.conns).find_map(|conn| self.0.get(conn));
        first.map_or_else(String::new, |Peer { port, name, alias, .. }| {
            alias.as_ref().or(name.as_ref()).cloned().unwrap_or_else(|| port.to_string())
        })
    }
}
