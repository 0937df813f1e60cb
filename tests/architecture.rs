//! The building holds to its plan: each floor names only the floors below it that the plan grants, nobody but `capture` and the
//! command line does I/O or asks a clock, and every file opens with its story and fits the head.
//!
//! [`FLOORS`] is the plan, from the ground up. A floor can only name floors that stand before it, so no cycle is possible.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::string_slice, clippy::arithmetic_side_effects, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A floor, and the floors that it may name.
struct Floor {
    name: &'static str,
    names: &'static [&'static str],
}

const FLOORS: &[Floor] = &[
    Floor { name: "base", names: &[] },
    Floor { name: "limits", names: &[] },
    Floor { name: "error", names: &[] },
    Floor { name: "capture", names: &["base", "limits", "error"] },
    Floor { name: "link", names: &["base", "limits", "capture"] },
    Floor { name: "tcp", names: &["base", "limits", "link"] },
    Floor { name: "tls", names: &["base", "limits"] },
    Floor { name: "frame", names: &["base", "limits"] },
    Floor { name: "http1", names: &["base", "limits", "frame"] },
    Floor { name: "hpack", names: &["base", "limits"] },
    Floor { name: "conn", names: &["base", "limits", "frame", "hpack"] },
    Floor { name: "grpc", names: &["base", "limits", "conn"] },
    Floor { name: "finding", names: &["base"] },
    Floor { name: "script", names: &["base", "limits", "tls", "frame", "hpack"] },
    Floor {
        name: "rules",
        names: &[
            "base", "limits", "tcp", "tls", "http1", "frame", "hpack", "conn", "grpc", "finding", "script",
        ],
    },
    Floor { name: "policy", names: &["base", "limits", "error", "finding", "rules"] },
    Floor {
        name: "views",
        names: &["base", "limits", "tls", "http1", "frame", "hpack", "conn", "grpc", "finding"],
    },
    Floor { name: "report", names: &["base", "error", "finding", "policy", "views", "rules"] },
    Floor {
        name: "pipeline",
        names: &[
            "base", "limits", "error", "capture", "link", "tcp", "tls", "http1", "frame", "hpack", "conn",
            "grpc", "finding", "script", "rules", "views",
        ],
    },
    Floor {
        name: "cli",
        names: &[
            "pipeline", "policy", "views", "report", "finding", "rules", "script", "capture", "error", "base",
        ],
    },
];

/// What `policy` and `report` may name of `rules`: the words of rules, not the machinery that judges.
const WORDS_OF_RULES: &[&str] = &[
    "Rule",
    "Area",
    "Scope",
    "View",
    "Need",
    "Options",
    "Spec",
    "Tunable",
    "RULES_VERSION",
    "Requirement",
    "requirements",
    "Topic",
    "Passage",
    "topic",
    "topics",
    "areas",
    "catalog",
    "find",
];

const TAKES_WORDS_ONLY: &[&str] = &["policy", "report"];

/// Parts of the standard library that do I/O or know the time.
const OUTSIDE_WORLD: &[&str] = &["fs", "io", "net", "time", "process", "env", "os"];

/// Floors that may: the files and the terminal are theirs.
const AT_THE_DOOR: &[&str] = &["capture", "cli"];

/// What other floors may name of it: types of errors, sources and addresses, which do nothing by themselves.
const HARMLESS: &[(&str, &str)] = &[
    ("error", "std::io::Error"),
    ("pipeline", "std::io::Read"),
    ("*", "std::net::IpAddr"),
    ("*", "std::net::Ipv4Addr"),
    ("*", "std::net::Ipv6Addr"),
];

const LONGEST_FILE: usize = 600;

#[test]
fn a_floor_names_only_the_floors_that_the_plan_grants() {
    let mut strays = Vec::new();
    for file in sources() {
        let Some(floor) = FLOORS.iter().find(|floor| floor.name == file.floor) else { continue };
        for path in file.names() {
            let Some(named) = path.first().filter(|named| **named != file.floor) else { continue };
            if !floor.names.contains(&named.as_str()) {
                strays.push(format!("{}: {} names {}", file.name, floor.name, path.join("::")));
            } else if named == "rules" && TAKES_WORDS_ONLY.contains(&floor.name) {
                let word = path.get(1).map_or("self", String::as_str);
                if !WORDS_OF_RULES.contains(&word) {
                    strays.push(format!(
                        "{}: {} may only name words of rules, not {word}",
                        file.name, floor.name
                    ));
                }
            }
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn every_floor_is_in_the_plan() {
    let known: BTreeSet<&str> = FLOORS.iter().map(|floor| floor.name).collect();
    let found: BTreeSet<String> = sources().into_iter().map(|file| file.floor).collect();
    let strays: Vec<_> =
        found.iter().filter(|floor| !floor.is_empty() && !known.contains(floor.as_str())).collect();
    assert!(strays.is_empty(), "not in the plan: {strays:?}");
}

#[test]
fn the_plan_has_no_cycle() {
    for (place, floor) in FLOORS.iter().enumerate() {
        for named in floor.names {
            let below = FLOORS[..place].iter().any(|lower| lower.name == *named);
            assert!(below, "{} names {named}, which does not stand below it", floor.name);
        }
    }
}

#[test]
fn only_capture_and_the_command_line_touch_the_outside_world() {
    let mut strays = Vec::new();
    for file in sources().iter().filter(|file| !AT_THE_DOOR.contains(&file.floor.as_str())) {
        for path in file.paths_from("std") {
            let whole = format!("std::{}", path.join("::"));
            let outside = path.first().is_some_and(|part| OUTSIDE_WORLD.contains(&part.as_str()));
            let harmless = HARMLESS
                .iter()
                .any(|(floor, name)| (*floor == "*" || *floor == file.floor) && *name == whole);
            if outside && !harmless {
                strays.push(format!("{}: {whole}", file.name));
            }
        }
        if file.tokens.windows(3).any(|three| three[0] == "::" && three[1] == "now" && three[2] == "(") {
            strays.push(format!("{}: asks a clock", file.name));
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn every_file_opens_with_its_story_and_fits_the_head() {
    let mut strays = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in files(&root().join(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().count();
            if lines > LONGEST_FILE {
                strays.push(format!("{}: {lines} lines", path.display()));
            }
            if !text.starts_with("//! ") {
                strays.push(format!("{}: no story", path.display()));
            }
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn the_reader_of_paths_sees_through_groups_comments_strings_and_supers() {
    let text = r##"
        use crate::{base::{Side, Time}, tcp};
        use super::super::link::decode; // crate::report
        /* crate::cli */ const TEXT: &str = "crate::policy"; const RAW: &str = r#"crate::"views""#;
        fn letter<'a>(quote: char) -> bool { quote == '"' && crate::hpack::is('\'') }
        #[cfg(test)]
        mod tests { use crate::pipeline::analyze; }
        #[cfg(test)]
        mod laws;
        const BEHIND: usize = crate::limits::LAST;
    "##;
    let file = read("sample", vec!["tcp".into(), "flows".into()], text);
    let names: Vec<_> = file.names().into_iter().map(|path| path.join("::")).collect();
    assert_eq!(file.tests, ["laws"]);
    assert_eq!(names, ["base::Side", "base::Time", "tcp", "link::decode", "hpack::is", "limits::LAST"]);
}

/// A file of the library.
struct Source {
    name: String,
    /// The floor it belongs to; empty for the root of the library.
    floor: String,
    /// Its module path.
    place: Vec<String>,
    /// Its code without tests, in words and signs.
    tokens: Vec<String>,
    /// Modules in files of their own that are only for tests.
    tests: Vec<String>,
}

impl Source {
    /// Every path inside the crate that the code names, from the crate's root on.
    fn names(&self) -> Vec<Vec<String>> {
        let tokens = &self.tokens;
        let mut found = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let begins = at.checked_sub(1).is_none_or(|before| tokens[before] != "::");
            let follows = tokens.get(at + 1).is_some_and(|next| next == "::");
            if !begins || !follows {
                continue;
            }
            if token == "crate" || token == "h2lint" {
                tree(tokens, at + 2, &mut Vec::new(), &mut found);
            } else if token == "super" {
                let ups = tokens[at..].chunks(2).take_while(|pair| pair[0] == "super").count();
                let kept = self.place.len().saturating_sub(ups);
                tree(tokens, at + 2 * ups, &mut self.place[..kept].to_vec(), &mut found);
            }
        }
        found
    }

    /// Every path that begins with `first`, without it.
    fn paths_from(&self, first: &str) -> Vec<Vec<String>> {
        let tokens = &self.tokens;
        let mut found = Vec::new();
        for at in 0..tokens.len() {
            let begins = at.checked_sub(1).is_none_or(|before| tokens[before] != "::");
            if begins && tokens[at] == first && tokens.get(at + 1).is_some_and(|next| next == "::") {
                tree(tokens, at + 2, &mut Vec::new(), &mut found);
            }
        }
        found
    }
}

/// What an item that is only for tests begins with.
const FOR_TESTS: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

/// Takes the items that are only for tests out; returns those of them that are modules in files of their own.
fn without_tests(tokens: &mut Vec<String>) -> Vec<String> {
    let mut modules = Vec::new();
    while let Some(at) = tokens.windows(7).position(|window| window == FOR_TESTS) {
        let end = item_end(tokens, at + 7);
        if let [_, .., word, name, semicolon] = &tokens[at..end]
            && word == "mod"
            && semicolon == ";"
        {
            modules.push(name.clone());
        }
        tokens.drain(at..end);
    }
    modules
}

/// Reads a path or a group of paths from `at` on; returns where it ends.
fn tree(tokens: &[String], mut at: usize, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = prefix.len();
    while let Some(token) = tokens.get(at) {
        if token == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token != "}") {
                at = tree(tokens, at, &mut prefix.clone(), found);
                at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
            }
            prefix.truncate(depth);
            return at + 1;
        }
        prefix.push(token.clone());
        at += 1;
        if tokens.get(at).is_none_or(|next| next != "::") {
            break;
        }
        at += 1;
    }
    if tokens.get(at).is_some_and(|token| token == "as") {
        at += 2;
    }
    found.push(prefix.clone());
    prefix.truncate(depth);
    at
}

/// Where the item that begins at `at` ends: behind its `;` or its closing brace.
fn item_end(tokens: &[String], at: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(at) {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return place + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return place + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Words, `::`, and single signs.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_alphanumeric() || letter == '_' {
            let mut word = String::from(letter);
            while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(next);
            }
            tokens.push(word);
        } else if letter == ':' && letters.next_if_eq(&':').is_some() {
            tokens.push("::".into());
        } else if !letter.is_whitespace() {
            tokens.push(letter.into());
        }
    }
    tokens
}

/// The code with comments, strings and characters taken out.
fn blank(text: &str) -> String {
    let (mut code, mut rest) = (String::new(), text);
    while let Some(letter) = rest.chars().next() {
        let skipped = skipped(rest);
        if skipped > 0 {
            code.push(' ');
            rest = &rest[skipped..];
            continue;
        }
        let word = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
        let taken = word.max(letter.len_utf8());
        code.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    code
}

/// Octets of the comment, string or character with which `rest` begins; 0 when it begins with code.
fn skipped(rest: &str) -> usize {
    let up_to =
        |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("//") {
        return up_to("\n", 2);
    }
    if rest.starts_with("/*") {
        return up_to("*/", 2);
    }
    let body = rest.trim_start_matches(['b', 'r', 'c']);
    let prefix = rest.len() - body.len();
    let hashes = body.len() - body.trim_start_matches('#').len();
    if prefix <= 2 && rest[..prefix].contains('r') && body[hashes..].starts_with('"') {
        return up_to(&format!("\"{}", "#".repeat(hashes)), prefix + hashes + 1);
    }
    if prefix <= 1 && body.starts_with('"') {
        return prefix + quoted(body, '"');
    }
    let inside: Vec<char> = body.chars().skip(1).take(2).collect();
    let character = body.starts_with('\'') && (inside.first() == Some(&'\\') || inside.get(1) == Some(&'\''));
    if prefix <= 1 && character { prefix + quoted(body, '\'') } else { 0 }
}

/// Octets up to the closing `quote`, both included.
fn quoted(body: &str, quote: char) -> usize {
    let mut letters = body.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == quote {
            return at + letter.len_utf8();
        }
    }
    body.len()
}

/// Every file of the library that is not only for tests.
fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let all: Vec<_> = files(&folder).into_iter().map(|path| source(&folder, &path)).collect();
    let modules = all.iter().flat_map(|file| {
        file.tests.iter().map(|name| file.place.iter().chain([name]).cloned().collect::<Vec<_>>())
    });
    let tests: BTreeSet<Vec<String>> = modules.collect();
    all.into_iter().filter(|file| !tests.contains(&file.place)).collect()
}

fn source(folder: &Path, path: &Path) -> Source {
    let name = path.strip_prefix(folder).unwrap();
    let mut place: Vec<String> =
        name.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if place.last().is_some_and(|last| last == "mod" || last == "lib") {
        place.pop();
    }
    if place == ["main"] {
        place = vec!["cli".into(), "main".into()];
    }
    read(&name.display().to_string(), place, &fs::read_to_string(path).unwrap())
}

fn read(name: &str, place: Vec<String>, text: &str) -> Source {
    let mut tokens = tokens(&blank(text));
    let tests = without_tests(&mut tokens);
    Source { name: name.to_owned(), floor: place.first().cloned().unwrap_or_default(), place, tokens, tests }
}

/// Every Rust file under a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
