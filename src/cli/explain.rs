//! `h2lint explain RULE`: the rule's words, and what it prints on its own example, run at this moment.

use super::flags::Looking;
use super::terminal::Terminal;
use crate::error::Error;
use crate::finding::{Confidence, Finding};
use crate::pipeline::{self, Wishes};
use crate::policy::{Policy, Strictness, rule};
use crate::report::{Detail, Look, example, rule_page};
use crate::rules::Rule;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Code or name of a rule, such as PRE001 or missing-server-settings
    #[arg(value_name = "RULE")]
    rule: String,
    #[command(flatten)]
    looking: Looking,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let rule = rule(&args.rule)?;
    let look = args.looking.look(Detail::Normal);
    let page = rule_page(rule, &look);
    let printed = on_its_example(rule, &look)?;
    terminal.print(&format!("{page}\nOn its example it says:\n\n{printed}"))?;
    Ok(0)
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
