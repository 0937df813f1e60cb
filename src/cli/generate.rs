//! `h2lint gen SCENARIO -o OUT.pcap`: a conversation as a capture. Scenarios are the examples of rules, `PRE001` and `PRE001/quiet`,
//! by code or name, and those with a name of their own.

use std::path::PathBuf;

use super::flags::Looking;
use super::terminal::{Terminal, write_file};
use crate::error::Error;
use crate::policy::rule;
use crate::report::{Detail, scenario_table};
use crate::rules::catalog;
use crate::script::{SCENARIOS, Script, WAYS, Way};

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Code or name of a rule (its example), the same with /quiet (the nearest legal conversation), or the name of a scenario
    #[arg(value_name = "SCENARIO", required_unless_present = "list", conflicts_with = "list")]
    scenario: Option<String>,
    /// The capture to write
    #[arg(short, long, value_name = "FILE", required_unless_present = "list")]
    output: Option<PathBuf>,
    /// Carry it over this link or tunnel, such as vxlan
    #[arg(long, value_name = "LINK", default_value = "ethernet")]
    over: String,
    /// List the scenarios and the links
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    looking: Looking,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let (Some(name), Some(path), false) = (&args.scenario, &args.output, args.list) else {
        let named: Vec<(&str, &str)> =
            SCENARIOS.iter().map(|scenario| (scenario.name, scenario.words)).collect();
        let ways: Vec<&str> = WAYS.iter().map(|way| way.name).collect();
        let look = args.looking.look(Detail::Normal);
        terminal.print(&scenario_table(&named, catalog(), &ways, &look))?;
        return Ok(0);
    };
    let (script, way) = (scenario(name)?, way(&args.over)?);
    write_file(path, script.pcap_over(way))?;
    Ok(0)
}

/// The conversation with this name.
fn scenario(name: &str) -> Result<Script, Error> {
    if let Some(scenario) = SCENARIOS.iter().find(|scenario| scenario.name.eq_ignore_ascii_case(name)) {
        return Ok((scenario.script)());
    }
    match name.split_once('/') {
        None => Ok((rule(name)?.fires)()),
        Some((name, "fires")) => Ok((rule(name)?.fires)()),
        Some((name, "quiet")) => Ok((rule(name)?.quiet)()),
        Some((_, other)) => {
            Err(Error::Usage(format!("unknown example `{other}`; there are fires and quiet")))
        }
    }
}

fn way(name: &str) -> Result<&'static Way, Error> {
    WAYS.iter()
        .find(|way| way.name == name)
        .ok_or_else(|| Error::Usage(format!("unknown link `{name}`; `h2lint gen --list` lists all")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::pipeline::{self, Wishes};

    #[test]
    fn every_scenario_shows_what_it_says() {
        let mut wrong = Vec::new();
        for one in SCENARIOS {
            let octets = (one.script)().pcap();
            let report = pipeline::analyze_octets(one.name, &octets, &Wishes::default(), &mut |_| {})
                .expect("a capture");
            let found: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
            let clean = report.findings.iter().all(|finding| finding.severity < Severity::Error);
            if !(found.contains(&one.shows) || (one.shows.is_empty() && clean)) {
                wrong.push(format!("{}: {found:?}, not {:?}", one.name, one.shows));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn examples_are_named_by_code_name_and_kind() {
        assert!(scenario("clean").is_ok() && scenario("PRE001").is_ok() && scenario("pre001/quiet").is_ok());
        assert!(scenario("missing-server-settings/fires").is_ok());
        assert!(scenario("PRE001/other").is_err() && scenario("no-such-thing").is_err());
        assert!(way("vxlan").is_ok() && way("carrier-pigeon").is_err());
        let plain = way("ethernet").expect("the default");
        assert_eq!(scenario("clean").unwrap().pcap_over(plain), scenario("clean").unwrap().pcap());
    }

    #[test]
    fn names_of_scenarios_are_no_names_of_rules() {
        assert!(SCENARIOS.iter().all(|one| crate::rules::find(one.name).is_none()));
    }
}
