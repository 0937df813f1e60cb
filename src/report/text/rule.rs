//! The words of rules: a page for one, a list of all.

use crate::finding::{Culprit, Reference};
use crate::report::look::Look;
use crate::report::rules::sections;
use crate::rules::Rule;

use super::page::{Ink, Page, Part};
use super::table::{Column, table};

/// Everything that is known about a rule.
#[must_use]
pub fn rule_page(rule: &Rule, look: &Look) -> String {
    let mut page = Page::new(look);
    let title = [Part(Ink::Strong, rule.code), Part(Ink::Plain, " "), Part(Ink::Strong, rule.name)];
    page.spread(&title, Part(Ink::Plain, &grade(rule)));
    page.paragraph(&[Part(Ink::Plain, "  ")], 2, Part(Ink::Plain, rule.summary));
    page.gap();
    facts(&mut page, rule);
    for (label, text) in [
        ("requires", rule.why),
        ("fires", rule.meaning),
        ("harm", rule.harm),
        ("doubt", rule.doubt),
        ("acquits", rule.not_blamed),
    ] {
        paragraph(&mut page, label, &[text]);
    }
    paragraph(&mut page, "next", rule.remedy);
    paragraph(&mut page, "symptoms", rule.symptoms);
    page.gap();
    line(&mut page, "see also", &rule.refs.join(", "));
    line(&mut page, "h2spec", &rule.h2spec.join(", "));
    page.finish()
}

/// All rules, two lines each.
#[must_use]
pub fn rule_table(rules: &[&Rule], look: &Look) -> String {
    let columns =
        [Column::left("code"), Column::left("name"), Column::left("severity"), Column::left("blames")];
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| {
            vec![
                rule.code.to_owned(),
                rule.name.to_owned(),
                rule.severity.word().to_owned(),
                usual_culprits(rule.culprits),
            ]
        })
        .collect();
    let mut lines = table(&columns, &rows, look).into_iter();
    let mut page = Page::new(look);
    page.lines(lines.next());
    for (line, rule) in lines.zip(rules) {
        page.lines([line]);
        let said = match numbers(rule.rfc) {
            none if none.is_empty() => rule.summary.to_owned(),
            sections => format!("{} ({sections})", rule.summary),
        };
        page.paragraph(&[Part(Ink::Plain, SUMMARY)], SUMMARY.len(), Part(Ink::Faint, &said));
    }
    page.finish()
}

fn grade(rule: &Rule) -> String {
    match rule.severity_rfc7540 {
        Some(other) => format!("{} ({} by RFC 7540)", rule.severity.word(), other.word()),
        None => rule.severity.word().to_owned(),
    }
}

fn facts(page: &mut Page, rule: &Rule) {
    line(page, "sections", &sections(rule.rfc));
    line(page, "area", &format!("{}: {}", rule.area.code, rule.area.words));
    line(page, "blames", &culprits(rule.culprits));
    line(page, "about", &format!("one finding for each {}", rule.scope.word()));
    line(page, "error", rule.error_code);
    line(page, "rests on", view(rule.view));
    let needs: Vec<_> = rule.needs.iter().map(|need| need.word()).collect();
    line(page, "needs", &needs.join(", "));
    line(page, "tags", &rule.tags.join(", "));
    line(page, "options", &rule.options.join(", "));
    line(page, "folds into", &rule.folds_into.join(", "));
    line(page, "since", rule.since);
}

/// On what a judgement rests, in words.
const fn view(view: crate::rules::View) -> &'static str {
    use crate::rules::View;
    match view {
        View::Wire => "the octets of one frame, record or message head",
        View::Own => "what the party itself sent, in its own order",
        View::Permissive => "limits counted in favour of the party",
        View::Processed => "proof that the party had read a frame of its peer",
        View::Reaction => "something owed after a frame that the party's TCP acknowledged",
        View::Timer => "elapsed time, or the end of the connection",
        View::Handshake => "TLS handshake messages",
    }
}

/// The usual culprits in a narrow column: two by name, more as a number.
fn usual_culprits(culprits: &[Culprit]) -> String {
    match culprits {
        [usual, _, others @ ..] if !others.is_empty() => {
            format!("{} +{}", usual.word(), others.len().saturating_add(1))
        }
        few => few.iter().map(|culprit| culprit.word()).collect::<Vec<_>>().join(" "),
    }
}

fn culprits(culprits: &[Culprit]) -> String {
    culprits.iter().map(|culprit| culprit.word()).collect::<Vec<_>>().join(", ")
}

/// Sections of RFC 9113, or of the first document named.
fn numbers(references: &[Reference]) -> String {
    let doc = references.iter().map(|reference| reference.doc).find(|doc| *doc == "RFC 9113");
    let doc = doc.or_else(|| references.first().map(|reference| reference.doc));
    let named = references.iter().filter(|reference| Some(reference.doc) == doc);
    let numbers: Vec<_> = named.map(|reference| format!("§{}", reference.section)).collect();
    let other = doc.filter(|doc| *doc != "RFC 9113").map_or(String::new(), |doc| format!("{doc} "));
    format!("{other}{}", numbers.join(", "))
}

fn line(page: &mut Page, label: &str, text: &str) {
    if !text.is_empty() {
        let lead = format!("  {label:<LABEL$} ");
        page.paragraph(&[Part(Ink::Faint, &lead)], lead.len(), Part(Ink::Plain, text));
    }
}

fn paragraph(page: &mut Page, label: &str, texts: &[&str]) {
    let mut label = label;
    if texts.iter().any(|text| !text.is_empty()) {
        page.gap();
    }
    for text in texts {
        line(page, label, text);
        label = "";
    }
}

/// Columns of a label.
const LABEL: usize = 10;

/// In front of a summary.
const SUMMARY: &str = "        ";
