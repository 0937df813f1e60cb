//! SARIF 2.1.0: one run, a rule list from the catalogue, a result a finding. The line of a place is the packet's number, since
//! viewers want a line; the octets of its record stand beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::captures::{packet, path, thing};
use super::sanitize::clean;
use crate::finding::{Evidence, Finding, Reference, Report, Severity};
use crate::rules::{Rule, catalog};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    artifacts: Vec<Artifact>,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<ResultRow>,
    taxonomies: Vec<Taxonomy>,
    properties: Known,
}

/// Findings that are known and do not count, whether or not they are listed.
#[derive(Serialize)]
struct Known {
    suppressed: u64,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<RuleRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRow {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: Text,
    default_configuration: Configuration,
    properties: Tags,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Tags {
    tags: &'static [&'static str],
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Artifact {
    location: Uri,
}

#[derive(Serialize)]
struct Uri {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow {
    rule_id: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    suppressions: Vec<Suppression>,
    taxa: Vec<Taxon>,
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Uri,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_length: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    thread_flows: [ThreadFlow; 1],
}

#[derive(Serialize)]
struct ThreadFlow {
    locations: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    location: Location,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taxon {
    id: &'static str,
    tool_component: Component,
}

#[derive(Serialize)]
struct Component {
    name: &'static str,
}

#[derive(Serialize)]
struct Taxonomy {
    name: &'static str,
    taxa: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    id: &'static str,
}

#[derive(Serialize)]
struct Properties {
    confidence: &'static str,
    culprit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
}

/// The log.
#[must_use]
pub(super) fn report(report: &Report) -> String {
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: report.tool.name,
                version: report.tool.version,
                semantic_version: report.tool.version,
                rules: catalog().iter().map(|known| rule(known)).collect(),
            },
        },
        artifacts: report.inputs.iter().map(|input| Artifact { location: uri(&input.path) }).collect(),
        invocations: [invocation(report)],
        column_kind: "utf16CodeUnits",
        results: report.findings.iter().map(|finding| result(report, finding)).collect(),
        taxonomies: taxonomies(report),
        properties: Known { suppressed: report.verdict.counts.suppressed },
    };
    super::json::element(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }) + "\n"
}

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

fn rule(rule: &Rule) -> RuleRow {
    let next: Vec<String> = rule.remedy.iter().map(|remedy| format!("- {remedy}")).collect();
    RuleRow {
        id: rule.code,
        name: rule.name,
        short_description: text(rule.summary),
        full_description: text(rule.meaning),
        help_uri: rule.rfc.first().and_then(link),
        help: text(&format!("{}\n{}", rule.why, next.join("\n"))),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: Tags { tags: rule.tags },
    }
}

/// The section on the web.
fn link(reference: &Reference) -> Option<String> {
    let number = reference.doc.strip_prefix("RFC ")?;
    Some(format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{}", reference.section))
}

fn invocation(report: &Report) -> Invocation {
    let bad = report.inputs.iter().filter_map(|input| Some((&input.path, input.error.as_ref()?)));
    let said = bad.map(|(path, error)| Notification {
        level: "error",
        message: Text { text: clean(&format!("{path}: {error}")).into_owned() },
    });
    let said: Vec<_> = said.collect();
    Invocation { execution_successful: said.is_empty(), tool_execution_notifications: said }
}

fn result(report: &Report, finding: &Finding) -> ResultRow {
    let steps: Vec<Step> = finding.evidence.iter().map(|shown| step(report, finding, shown)).collect();
    let flow = (!steps.is_empty()).then_some(CodeFlow { thread_flows: [ThreadFlow { locations: steps }] });
    let suppression = finding.suppressed.as_ref().map(|suppressed| Suppression {
        kind: "external",
        justification: suppressed.reason.as_deref().map(|reason| clean(reason).into_owned()),
    });
    ResultRow {
        rule_id: finding.rule,
        level: level(finding.severity),
        message: text(&finding.message),
        locations: [Location {
            physical_location: Physical {
                artifact_location: uri(path(report, finding)),
                region: Region {
                    start_line: packet(finding),
                    byte_offset: finding.evidence.first().and_then(|shown| shown.file_offset),
                    byte_length: finding.evidence.first().and_then(|shown| shown.file_length),
                },
            },
            logical_locations: logical(finding),
            message: None,
        }],
        code_flows: flow.into_iter().collect(),
        partial_fingerprints: [("h2lint/1", finding.fingerprint.clone())].into(),
        suppressions: suppression.into_iter().collect(),
        taxa: finding
            .rfc
            .iter()
            .map(|reference| Taxon {
                id: reference.section,
                tool_component: Component { name: reference.doc },
            })
            .collect(),
        properties: Properties {
            confidence: finding.confidence.word(),
            culprit: finding.culprit.role.word(),
            endpoint: finding.culprit.endpoint.as_deref().map(|endpoint| clean(endpoint).into_owned()),
        },
    }
}

fn step(report: &Report, finding: &Finding, shown: &Evidence) -> Step {
    let input = shown.input.and_then(|input| report.inputs.get(crate::base::to_index(input)));
    let path = input.map_or_else(|| path(report, finding), |input| input.path.as_str());
    let region = Region {
        start_line: shown.pkt.number().max(1),
        byte_offset: shown.file_offset,
        byte_length: shown.file_length,
    };
    Step {
        location: Location {
            physical_location: Physical { artifact_location: uri(path), region },
            logical_locations: Vec::new(),
            message: Some(text(&format!("{} {}", shown.dir.arrow(), shown.what))),
        },
    }
}

fn logical(finding: &Finding) -> Vec<Logical> {
    let kind = if finding.stream.is_some() { "stream" } else { "connection" };
    thing(finding).map(|thing| Logical { fully_qualified_name: thing, kind }).into_iter().collect()
}

fn taxonomies(report: &Report) -> Vec<Taxonomy> {
    let mut documents: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    for reference in report.findings.iter().flat_map(|finding| finding.rfc.iter()) {
        documents.entry(reference.doc).or_default().insert(reference.section);
    }
    let section = |id| Section { id };
    let taxonomy = |(name, sections): (_, BTreeSet<_>)| Taxonomy {
        name,
        taxa: sections.into_iter().map(section).collect(),
    };
    documents.into_iter().map(taxonomy).collect()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn text(text: &str) -> Text {
    Text { text: clean(text).into_owned() }
}

/// A path as a URI reference: what is no part of one is escaped.
fn uri(path: &str) -> Uri {
    let mut uri = String::with_capacity(path.len());
    for octet in path.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet) {
            uri.push(char::from(octet));
        } else {
            uri.push_str(&format!("%{octet:02X}"));
        }
    }
    Uri { uri }
}
