//! `h2lint explain WHAT`: a rule's words and what it prints on its own example, run at this moment; a topic; or what a pasted error
//! text may come from.

use clap::ValueEnum;

use super::flags::Looking;
use super::terminal::Terminal;
use crate::error::Error;
use crate::finding::{Confidence, Finding};
use crate::pipeline::{self, Wishes};
use crate::policy::{Library, Policy, Strictness, is_slip, meant};
use crate::report::{
    Detail, Look, example, found_as_json, found_page, rule_page, rule_table, rules_as_json, topic_as_json,
    topic_page, topic_table,
};
use crate::rules::{Rule, catalog, find, topic, topics};

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Code or name of a rule, letters of an area, a topic (`topics` lists them), or an error text as it stands in a log
    #[arg(value_name = "WHAT", required = true)]
    what: Vec<String>,
    /// text, or the same as data
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    #[command(flatten)]
    looking: Looking,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shape {
    Text,
    Json,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let look = args.looking.look(Detail::Normal);
    terminal.print(&answer(args.what.join(" ").trim(), args.format, &look)?)?;
    Ok(0)
}

/// What is known about this: a rule, a topic, an area, and else what looks like it.
fn answer(what: &str, shape: Shape, look: &Look) -> Result<String, Error> {
    let upper = what.to_ascii_uppercase();
    let area: Vec<&Rule> = catalog().iter().copied().filter(|rule| rule.area.code == upper).collect();
    if let Some(rule) = find(what).or_else(|| find(&upper)) {
        return match shape {
            Shape::Text => everything(rule, look),
            Shape::Json => Ok(rules_as_json(&[rule])),
        };
    }
    if let Some(topic) = topic(what) {
        return Ok(match shape {
            Shape::Text => topic_page(&topic, look),
            Shape::Json => topic_as_json(&topic),
        });
    }
    if what.eq_ignore_ascii_case("topics") {
        return Ok(topic_table(&topics(), look));
    }
    if !area.is_empty() {
        return Ok(match shape {
            Shape::Text => rule_table(&area, look),
            Shape::Json => rules_as_json(&area),
        });
    }
    let found = Library::new().search(what);
    let sure = found.candidates.first().is_some_and(|best| best.exact);
    if found.candidates.is_empty() || (!sure && is_slip(what)) {
        return Err(meant(what));
    }
    Ok(match shape {
        Shape::Text => found_page(&found, look),
        Shape::Json => found_as_json(&found),
    })
}

/// The rule's page, and what it prints on its example.
fn everything(rule: &'static Rule, look: &Look) -> Result<String, Error> {
    let page = rule_page(rule, look);
    let printed = on_its_example(rule, look)?;
    let write =
        format!("h2lint gen {code} -o {code}.pcap  writes the example as a capture", code = rule.code);
    Ok(format!("{page}\nOn its example it says:\n\n{printed}\n{write}\n"))
}

/// What the rule says of the conversation that it keeps as its example.
fn on_its_example(rule: &'static Rule, look: &Look) -> Result<String, Error> {
    let name = format!("{}.pcap", rule.name);
    let mut report =
        pipeline::analyze_octets(&name, &(rule.fires)().pcap(), &Wishes::default(), &mut |_| {})?;
    let about = |finding: &Finding| {
        finding.rule == rule.code || finding.linked.iter().any(|linked| linked.rule == rule.code)
    };
    report.findings.retain(about);
    let policy =
        Policy { min_confidence: Confidence::Possible, level: Strictness::Strict, ..Policy::default() };
    policy.apply(&mut report);
    let indented: Vec<String> =
        example(&report, &Look { width: look.width.saturating_sub(INDENT.len()), ..*look })
            .lines()
            .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{INDENT}{line}\n") })
            .collect();
    Ok(indented.concat())
}

/// In front of what the rule says.
const INDENT: &str = "  ";
