//! The catalogue against the table that it was agreed by, `testdata/catalogue.tsv`: severity under both RFCs, scope, view, needs,
//! tags and folding of every rule. A rule that means something else on purpose changes its line there, in the same commit.

use std::fs;
use std::path::Path;

use super::{Rule, catalog};

#[test]
fn every_rule_is_as_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/catalogue.tsv");
    let table = fs::read_to_string(&path).expect("the table");
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        return fs::write(path, rewritten(&table)).expect("the table can be written");
    }
    let mut wrong = Vec::new();
    for rule in catalog() {
        let line = line(rule);
        let agreed = table.lines().find(|agreed| agreed.split('\t').next() == Some(rule.code));
        if agreed != Some(line.as_str()) {
            wrong.push(format!("agreed {}\nis     {line}", agreed.unwrap_or("nothing")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table with the lines of all rules that are written.
fn rewritten(table: &str) -> String {
    let now = |line: &str| {
        let rule = catalog().iter().find(|rule| line.split('\t').next() == Some(rule.code));
        format!("{}\n", rule.map_or_else(|| line.to_owned(), |rule| self::line(rule)))
    };
    table.lines().map(now).collect()
}

/// A rule's line in the table. The tag `tolerable` is left out: it says what a receiver may do, and groups no rules.
fn line(rule: &Rule) -> String {
    let tags: Vec<_> = rule.tags.iter().copied().filter(|tag| *tag != "tolerable").collect();
    let needs: Vec<_> = rule.needs.iter().map(|need| need.word()).collect();
    [
        rule.code,
        rule.name,
        rule.severity.word(),
        rule.severity_rfc7540.unwrap_or(rule.severity).word(),
        rule.scope.word(),
        rule.view.word(),
        &needs.join(","),
        &tags.join(","),
        &rule.folds_into.join(","),
    ]
    .join("\t")
}
