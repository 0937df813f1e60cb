//! What a page says where no script runs: verdict, captures, findings with their evidence, connections. All of it is text, fit to be
//! shown.

use minijinja::{Value, context};

use crate::finding::{ConnectionRow, Evidence, EvidenceRole, Finding, Input, Report};
use crate::report::sanitize::clean;

/// The words for the template.
pub(super) fn of(report: &Report) -> Value {
    let title = report.inputs.first().map_or("no capture", |input| input.path.as_str());
    let name = title.rsplit(['/', '\\']).next().unwrap_or(title);
    let shown: Vec<&Finding> = report.counting().collect();
    let blame = report.verdict.culprit.map(|culprit| culprit.word());
    context! {
        status => report.verdict.status.word(),
        title => clean(if report.inputs.len() > 1 { "several captures" } else { name }),
        headline => clean(&report.verdict.headline),
        blame,
        confidence => report.verdict.confidence.map(|confidence| confidence.word()),
        inputs => report.inputs.iter().take(MOST_INPUTS).map(input).collect::<Vec<_>>(),
        more_inputs => report.inputs.len().saturating_sub(MOST_INPUTS),
        findings => shown.iter().take(MOST_FINDINGS).map(|finding| self::finding(finding)).collect::<Vec<_>>(),
        more_findings => shown.len().saturating_sub(MOST_FINDINGS),
        connections => report.connections.iter().take(MOST_CONNECTIONS).map(|row| connection(row)).collect::<Vec<_>>(),
        more_connections => report.connections.len().saturating_sub(MOST_CONNECTIONS),
        blind_spots => report.coverage.blind_spots.iter().take(MOST_SPOTS)
            .map(|spot| format!("{}: {}", spot.kind.word().replace('_', " "), clean(&spot.effect)))
            .collect::<Vec<_>>(),
    }
}

fn input(input: &Input) -> Value {
    let said = input.scan.as_ref().map(|scan| clean(&scan.headline).into_owned());
    context! { path => clean(&input.path), said, error => input.error.as_deref().map(clean) }
}

fn finding(finding: &Finding) -> Value {
    context! {
        rule => finding.rule,
        name => finding.name,
        severity => finding.severity.word(),
        confidence => finding.confidence.word(),
        culprit => finding.culprit.role.word(),
        message => clean(&finding.message),
        why => finding.why,
        evidence => finding.evidence.iter().map(evidence).collect::<Vec<_>>(),
        remedy => finding.remedy.iter().copied().collect::<Vec<_>>(),
    }
}

fn evidence(row: &Evidence) -> Value {
    context! {
        role => match row.role {
            EvidenceRole::Cause => "cause",
            EvidenceRole::Proof => "proof",
            EvidenceRole::Effect => "effect",
            EvidenceRole::Context => "context",
        },
        pkt => row.pkt.number(),
        what => clean(&row.what),
        filter => row.wireshark.to_string(),
    }
}

fn connection(row: &ConnectionRow) -> Value {
    context! {
        id => row.id,
        client => clean(&format!("{}:{}", row.client.addr, row.client.port)),
        server => clean(&format!("{}:{}", row.server.addr, row.server.port)),
        via => row.negotiation.via.replace('_', " "),
        streams => row.streams.opened,
    }
}

/// What is told without a script: enough to work with.
const MOST_FINDINGS: usize = 50;
const MOST_INPUTS: usize = 50;
const MOST_CONNECTIONS: usize = 50;
const MOST_SPOTS: usize = 20;
