//! What a configuration file may say, which word counts, and how a slip is told.

use super::*;
use crate::base::Span;

const WHOLE: &str = r#"schema = 1
fail_on = "warning"
[rules]
ignore = ["settings-not-acked"]
severity = { HLT008 = "error", missing-server-settings = "info" }
[rules.options]
preface_wait_s = 2.5
window_blocked_percent = 40
[known_idle_timeouts]
"AWS NLB" = 100
"our firewall" = 900
[endpoints]
"10.0.0.2:50051" = "greeter"
[[suppress]]
rule = "PRE002"
endpoint = "legacy.example:443"
reason = "old load balancer"
expires = 2027-03-01
[profile.ci]
fail_on = "info"
min_confidence = "certain"
rules.select = ["PRE", "@must"]
"#;

fn whole() -> ConfigFile {
    ConfigFile::read("h2lint.toml", WHOLE).unwrap()
}

fn wrong(text: &str) -> String {
    ConfigFile::read("h2lint.toml", text).unwrap_err().to_string()
}

#[test]
fn everything_in_the_file_arrives() {
    let file = whole();
    let settings = Settings::merge([file.layer()]);
    assert_eq!(settings.text("fail_on"), Some("warning"));
    assert_eq!(settings.list("rules.ignore"), ["settings-not-acked"]);
    let graded = BTreeMap::from([("HLT008", Severity::Error), ("PRE001", Severity::Info)]);
    assert_eq!(settings.severities(), graded);
    let mut options = Options::default();
    settings.tune(&mut options);
    assert_eq!((options.preface_wait, options.window_blocked_percent), (Span::millis(2500), 40));
    let idle = |name: &str| options.known_idle_timeouts.iter().find(|known| known.name == name).unwrap().time;
    assert_eq!((idle("AWS NLB"), idle("our firewall")), (Span::seconds(100), Span::seconds(900)));
    assert_eq!(file.endpoints.get("10.0.0.2:50051").map(String::as_str), Some("greeter"));
    assert_eq!(file.suppress[0].endpoint.as_deref(), Some("legacy.example:443"));
    assert_eq!(file.suppress[0].expires.unwrap().to_string(), "2027-03-01");
}

#[test]
fn flags_count_before_profiles_and_these_before_the_file() {
    let file = whole();
    let profile = file.profile("ci").unwrap();
    let mut flag = Layer::default();
    flag.set("min_confidence", Value::Text("possible".to_owned()), "flag --min-confidence");
    let settings = Settings::merge([file.layer(), profile, &flag]);
    let told = |key: &str| (settings.text(key).unwrap(), settings.source(key).unwrap());
    assert_eq!(told("fail_on"), ("info", "h2lint.toml:20 profile ci"));
    assert_eq!(told("min_confidence"), ("possible", "flag --min-confidence"));
    assert_eq!(settings.list("rules.select"), ["PRE", "@must"]);
    let said = file.profile("cii").unwrap_err().to_string();
    assert_eq!(said, "unknown profile `cii`; did you mean `ci`?");
}

#[test]
fn every_value_is_shown_with_its_source() {
    let file = whole();
    let shown = Settings::merge([file.layer()]).show(Some(&file));
    for line in [
        "fail_on = \"warning\"  # h2lint.toml:2",
        "min_confidence = \"likely\"  # default",
        "rules.options.preface_wait_s = 2.5  # h2lint.toml:7",
        "rules.options.idle_gap_s = 30  # default",
        "rules.severity.PRE001 = \"info\"  # h2lint.toml:5",
        "known_idle_timeouts.\"AWS NLB\" = 100  # h2lint.toml:10",
        "known_idle_timeouts.\"AWS ALB\" = 60  # default",
        "endpoints.\"10.0.0.2:50051\" = \"greeter\"  # h2lint.toml:13",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in\n{shown}");
    }
    assert!(shown.contains("suppress = { rule = \"PRE002\""), "{shown}");
}

#[test]
fn a_slip_is_told_with_file_line_and_what_was_meant() {
    let told = [
        ("\nfail_no = \"error\"", "h2lint.toml:2: unknown key `fail_no`; did you mean `fail_on`?"),
        ("fail_on = \"eror\"", "h2lint.toml:1: unknown value of `fail_on`: `eror`; did you mean `error`?"),
        ("[rules]\nignor = []", "h2lint.toml:2: unknown key `ignor`; did you mean `ignore`?"),
        ("ignore = []", "h2lint.toml:1: `ignore` stands in the table `[rules]`"),
        (
            "[rules.options]\npreface_wait = 1",
            "h2lint.toml:2: unknown option `preface_wait`; did you mean `preface_wait_s`?",
        ),
        (
            "[rules.options]\npreface_wait_s = \"5\"",
            "h2lint.toml:2: `preface_wait_s` is a number from 0 on, not the text \"5\"",
        ),
        (
            "[rules]\nignore = [\n  \"PRE0l1\",\n]",
            "h2lint.toml:3: unknown rule `PRE0l1`; did you mean `PRE001`",
        ),
        ("[rules.severity]\nPRE001 = 3", "h2lint.toml:2: `PRE001` is text in quotes, not the number 3"),
        ("schema = 2", "h2lint.toml:1: this version reads `schema = 1` only"),
        ("[[suppress]]\nrule = \"PRE001\"", "h2lint.toml:1: an entry of `[[suppress]]` gives its `reason`"),
        (
            "[[suppress]]\nrule = \"PRE001\"\nexpires = \"soon\"",
            "h2lint.toml:3: `soon` is no date; write YEAR-MONTH-DAY, such as 2027-03-01",
        ),
        ("new_only = 1", "h2lint.toml:1: `new_only` is true or false, not the number 1"),
        ("[profile.ci]\nendpoints = {}", "h2lint.toml:2: unknown key `endpoints`"),
    ];
    for (text, said) in told {
        let found = wrong(text);
        assert!(found.starts_with(said), "{found}\n{said}");
    }
    assert!(wrong("a = [\n").starts_with("h2lint.toml:"));
}

/// A line that sets a key to a value, in its table.
fn line(key: &str, value: &str) -> String {
    match key.strip_prefix("rules.") {
        Some(name) => format!("schema = 1\n[rules]\n{name} = {value}\n"),
        None => format!("schema = 1\n\n{key} = {value}\n"),
    }
}

/// Words that somebody may have meant for this one: a letter left out, doubled, and two exchanged.
fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    let mut out = letters.clone();
    out.remove(middle);
    let mut doubled = letters.clone();
    doubled.insert(middle, letters[middle]);
    let mut exchanged = letters.clone();
    exchanged.swap(middle - 1, middle);
    let slips = [out, doubled, exchanged].map(|letters| letters.into_iter().collect::<String>());
    slips.into_iter().filter(|slip| slip != word).collect()
}

/// Values of every type, by the type.
const VALUES: [(&str, &str); 7] = [
    ("text", "\"no such word\""),
    ("flag", "true"),
    ("number", "7"),
    ("number", "1.5"),
    ("list", "[\"ALL\"]"),
    ("list", "[7]"),
    ("table", "{ a = 1 }"),
];

/// What is said of a wrong value: its line, and the name of the key.
fn assert_told(text: &str, at: usize, name: &str) {
    let found = wrong(text);
    assert!(found.starts_with(&format!("h2lint.toml:{at}: ")) && found.contains(name), "{text}\n{found}");
    assert!(!found.contains('\n'), "{found}");
}

#[test]
fn every_key_that_is_misspelt_is_told_with_its_line_and_what_was_meant() {
    let tables = ["rules", "endpoints", "suppress", "profile", "known_idle_timeouts", "schema"];
    for key in keys::KEYS.iter().map(|key| key.name).chain(tables) {
        let plain = key.strip_prefix("rules.").unwrap_or(key);
        for slip in slips(plain) {
            let text = line(&key.replace(plain, &slip), "\"x\"");
            let found = wrong(&text);
            let said = format!("h2lint.toml:3: unknown key `{slip}`; did you mean ");
            assert!(found.starts_with(&said) && found.contains(&format!("`{plain}`")), "{found}");
        }
    }
    for tunable in Options::tunables() {
        for slip in slips(tunable.name) {
            let found = wrong(&format!("[rules.options]\n{slip} = 1\n"));
            let said = format!("h2lint.toml:2: unknown option `{slip}`; did you mean ");
            assert!(found.starts_with(&said) && found.contains(&format!("`{}`", tunable.name)), "{found}");
        }
    }
    for key in keys::SUPPRESS {
        for slip in slips(key) {
            let found = wrong(&format!("[[suppress]]\n{slip} = \"x\"\n"));
            assert_eq!(found, format!("h2lint.toml:2: unknown key `{slip}`; did you mean `{key}`?"));
        }
    }
}

#[test]
fn every_value_of_a_wrong_type_is_told_with_its_line_and_its_key() {
    for key in keys::KEYS {
        let fits = match key.kind {
            keys::Kind::Word(_) => "no value",
            keys::Kind::Text => "text",
            keys::Kind::Flag => "flag",
            keys::Kind::List | keys::Kind::Rules => "list",
        };
        let name = key.name.strip_prefix("rules.").unwrap_or(key.name);
        for (_, value) in VALUES.iter().filter(|(kind, value)| *kind != fits || *value == "[7]") {
            assert_told(&line(key.name, value), 3, &format!("`{name}`"));
            let profile = format!("[profile.ci]\n\n{} = {value}\n", key.name);
            assert_told(&profile, 3, &format!("`{name}`"));
        }
    }
    for (_, value) in VALUES {
        let below = [("rules", "\n"), ("rules.options", "[rules]\n"), ("rules.severity", "[rules]\n")];
        for (table, above) in below.into_iter().filter(|_| value != "{ a = 1 }") {
            let name = table.strip_prefix("rules.").unwrap_or(table);
            assert_told(&format!("{above}{name} = {value}\n"), 2, &format!("`{name}`"));
        }
        if value != "7" {
            assert_told(&format!("[known_idle_timeouts]\nx = {value}\n"), 2, "whole seconds from 1 on, not");
        }
        if !value.starts_with('"') {
            assert_told(&format!("[endpoints]\nx = {value}\n"), 2, "text in quotes, not");
            for key in keys::SUPPRESS {
                assert_told(&format!("[[suppress]]\n{key} = {value}\n"), 2, &format!("`{key}`"));
            }
        }
        assert_told(&format!("[rules.severity]\nPRE001 = {value}\n"), 2, "`PRE001`");
        assert_told(&format!("\nschema = {value}\n"), 2, "schema");
    }
}

#[test]
fn every_number_out_of_range_is_told_with_the_range() {
    for tunable in Options::tunables() {
        let most = if tunable.name.ends_with("_percent") { "from 0 to 100, not " } else { "from 0 on, not " };
        for value in ["-1", "nan", "inf", "-inf", "1e300", "\"5\"", "true", "[1]", "9223372036854775807"] {
            let text = format!("[rules.options]\n\n{} = {value}\n", tunable.name);
            assert_told(&text, 3, &format!("`{}`", tunable.name));
            assert!(wrong(&text).contains(most), "{}", wrong(&text));
        }
    }
    assert_told(
        "[rules.options]\nwindow_blocked_percent = 101\n",
        2,
        "whole number from 0 to 100, not the number 101",
    );
    for value in ["0", "-1", "1.5", "1e12"] {
        assert_told(&format!("[known_idle_timeouts]\nx = {value}\n"), 2, "from 1 on, not the number ");
    }
    for endpoint in ["\"\"", "\":50\"", "\"a:0\"", "\"a:65536\"", "\"a b\"", "\"[::1]:x\""] {
        assert_told(&format!("[endpoints]\n{endpoint} = \"x\"\n"), 2, "is no endpoint; write address:port");
        let entry = format!("[[suppress]]\nrule = \"PRE001\"\nendpoint = {endpoint}\n");
        assert_told(&entry, 3, "is no endpoint; write address:port");
    }
    for endpoint in ["a", "a:5", "10.0.0.1:50", "[2001:db8::1]:443", "2001:db8::1", "::1"] {
        assert!(
            ConfigFile::read("h2lint.toml", &format!("[endpoints]\n{endpoint:?} = \"x\"\n")).is_ok(),
            "{endpoint}"
        );
    }
}

#[test]
fn the_schema_is_json_and_names_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&config_schema()).unwrap();
    for name in ["fail_on", "rules", "suppress", "profile", "known_idle_timeouts", "endpoints", "schema"] {
        assert!(schema["properties"].get(name).is_some(), "{name}");
    }
    let options = &schema["properties"]["rules"]["properties"]["options"]["properties"];
    assert!(options.get("preface_wait_s").is_some());
}
