//! The ledger of requirements: every MUST, MUST NOT, SHOULD and SHOULD NOT of RFC 9113 and RFC 7541, and of RFC 7540 where it says
//! something else, with the rules that check it, or why a capture cannot show it. Of other specifications it has what rules check.
//! It lies in `testdata/requirements.tsv`.

/// A requirement of an RFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// `RFC 9113`.
    pub doc: &'static str,
    /// `6.5.2`.
    pub section: &'static str,
    /// MUST, MUST NOT, SHOULD or SHOULD NOT.
    pub level: &'static str,
    /// What is asked, in the words of this project.
    pub words: &'static str,
    /// Codes of the rules that check it; where a receiver is obliged, of the rule about the fault and of the one about the answer.
    pub rules: Vec<&'static str>,
    /// Why a capture cannot show it, or which part of it; empty where it can.
    pub hidden: &'static str,
}

impl Requirement {
    /// True when a rule checks it.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !self.rules.is_empty()
    }
}

/// Every requirement, in the order of the documents.
#[must_use]
pub fn requirements() -> Vec<Requirement> {
    LEDGER.lines().skip(1).filter_map(read).collect()
}

/// A line of the ledger.
fn read(line: &'static str) -> Option<Requirement> {
    let mut cells = line.split('\t');
    Some(Requirement {
        doc: cells.next()?,
        section: cells.next()?,
        level: cells.next()?,
        words: cells.next()?,
        rules: cells.next()?.split(',').filter(|code| !code.is_empty()).collect(),
        hidden: cells.next()?,
    })
}

/// The table, as it lies in the repository.
static LEDGER: &str = include_str!("../../testdata/requirements.tsv");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::finding::Level;
    use crate::rules::{Rule, catalog};

    /// The table of all rules that were agreed, written or not.
    static AGREED: &str = include_str!("../../testdata/catalogue.tsv");

    /// Areas that judge something else than the RFCs of the ledger.
    const OTHER_AREAS: [&str; 4] = ["CAP", "HLT", "ABU", "GRP"];

    #[test]
    fn every_line_is_read_and_says_who_checks_it_or_why_nobody_can() {
        assert_eq!(requirements().len(), LEDGER.lines().count().saturating_sub(1));
        for one in requirements() {
            assert!(one.is_judged() || !one.hidden.is_empty(), "{one:?}");
            assert!(["MUST", "MUST NOT", "SHOULD", "SHOULD NOT"].contains(&one.level), "{one:?}");
            let complete = ["RFC 9113", "RFC 7541", "RFC 7540"].contains(&one.doc);
            assert!(complete || one.is_judged(), "{one:?}");
            assert!(!one.words.ends_with('.') && !one.words.contains("  "), "{one:?}");
        }
    }

    #[test]
    fn every_rule_that_a_requirement_names_exists() {
        let agreed: BTreeSet<&str> = AGREED.lines().filter_map(|line| line.split('\t').next()).collect();
        let strays: Vec<_> = requirements()
            .into_iter()
            .filter(|one| one.rules.iter().any(|code| !agreed.contains(code)))
            .collect();
        assert!(strays.is_empty(), "{strays:?}");
    }

    #[test]
    fn every_rule_that_rests_on_a_must_is_named() {
        let named: BTreeSet<&str> = requirements().into_iter().flat_map(|one| one.rules).collect();
        let rests = |rule: &&&Rule| {
            let ours = ["RFC 9113", "RFC 7541", "RFC 7540"];
            rule.rfc.iter().any(|cited| ours.contains(&cited.doc) && cited.level == Some(Level::Must))
        };
        let strays: Vec<_> = catalog()
            .iter()
            .filter(rests)
            .filter(|rule| !OTHER_AREAS.contains(&rule.area.code) && !named.contains(rule.code))
            .map(|rule| (rule.code, rule.name))
            .collect();
        assert!(strays.is_empty(), "{strays:?}");
    }

    #[test]
    fn the_sections_of_the_ledger_stand_in_their_order() {
        let number = |section: &str| -> Vec<u32> {
            section.split('.').map(|part| part.parse().expect("a number")).collect()
        };
        for pair in requirements().windows(2) {
            let (first, second) = (&pair[0], &pair[1]);
            let order = first.doc != second.doc || number(first.section) <= number(second.section);
            assert!(order, "{} {} behind {}", second.doc, second.section, first.section);
        }
    }
}
