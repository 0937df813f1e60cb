//! The keys that a configuration file may hold, with what each may be and what it is when nobody says anything. One table: the
//! reader, `--show-config` and the schema all go by it.

use serde_json::{Map, Value, json};

use super::Setting;
use crate::rules::{Options, Tunable};

/// A key at the top of a file or in a profile.
pub(super) struct Key {
    /// Its name, with `rules.` in front where it stands in that table.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// As it would be written; empty when there is none.
    pub(super) default: &'static str,
    /// What it does.
    pub(super) about: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// One of these.
    Word(&'static [&'static str]),
    Text,
    Flag,
    /// Of anything.
    List,
    /// Of codes, names, prefixes and tags.
    Rules,
}

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "fail_on",
        kind: Kind::Word(&["error", "warning", "info", "never"]),
        default: "error",
        about: "the severity from which a finding makes the exit code 1",
    },
    Key {
        name: "min_confidence",
        kind: Kind::Word(&["certain", "likely", "possible"]),
        default: "likely",
        about: "what is less certain is neither shown nor counted",
    },
    Key {
        name: "level",
        kind: Kind::Word(&["strict", "default", "lenient"]),
        default: "default",
        about: "strict adds the rules tagged style; lenient keeps certain errors only",
    },
    Key {
        name: "spec",
        kind: Kind::Word(&["rfc9113", "rfc7540"]),
        default: "rfc9113",
        about: "the RFC that judges",
    },
    Key { name: "format", kind: Kind::Text, default: "text", about: "what is written to standard output" },
    Key { name: "output", kind: Kind::List, default: "", about: "files to write as well: FORMAT=PATH" },
    Key {
        name: "detail",
        kind: Kind::Word(&["brief", "normal", "full"]),
        default: "normal",
        about: "how much text",
    },
    Key {
        name: "time",
        kind: Kind::Word(&["relative", "utc", "local", "epoch"]),
        default: "relative",
        about: "how moments are written",
    },
    Key { name: "baseline", kind: Kind::Text, default: "", about: "the file with what is known" },
    Key {
        name: "new_only",
        kind: Kind::Flag,
        default: "false",
        about: "report only what the baseline does not hold",
    },
    Key {
        name: "exit_zero",
        kind: Kind::Flag,
        default: "false",
        about: "findings never change the exit code",
    },
    Key {
        name: "allow_empty",
        kind: Kind::Flag,
        default: "false",
        about: "a capture without HTTP/2 is exit code 0",
    },
    Key { name: "rules.select", kind: Kind::Rules, default: "", about: "only these rules" },
    Key { name: "rules.extend_select", kind: Kind::Rules, default: "", about: "these rules as well" },
    Key { name: "rules.ignore", kind: Kind::Rules, default: "", about: "not these rules" },
];

/// Words for the severity of a rule.
pub(super) const SEVERITIES: &[&str] = &["error", "warning", "info"];

/// Keys of an entry of `[[suppress]]`.
pub(super) const SUPPRESS: &[&str] = &["rule", "endpoint", "reason", "expires"];

/// The key with this name.
pub(super) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The number with this name.
pub(super) fn tunable(name: &str) -> Option<&'static Tunable> {
    Options::tunables().iter().find(|tunable| tunable.name == name)
}

/// What holds when nobody says anything: keys, and how their values would be written.
pub(super) fn defaults() -> Vec<(String, String)> {
    let written = |key: &Key| match key.kind {
        Kind::Word(_) | Kind::Text => format!("{:?}", key.default),
        Kind::Flag => key.default.to_owned(),
        Kind::List | Kind::Rules => "[]".to_owned(),
    };
    let own = KEYS.iter().map(|key| (key.name.to_owned(), written(key)));
    let options = Options::default();
    let numbers = Options::tunables()
        .iter()
        .map(|tunable| (format!("rules.options.{}", tunable.name), options.tuned(tunable).to_string()));
    let idle = options.known_idle_timeouts.iter().map(|known| {
        let seconds = known.time.as_seconds().to_string();
        (Setting::path(&["known_idle_timeouts", known.name]), seconds)
    });
    own.chain(numbers).chain(idle).collect()
}

/// The JSON Schema of a configuration file, draft 2020-12.
#[must_use]
pub fn config_schema() -> String {
    let layer = layer();
    let mut whole = layer.clone();
    let text = json!({"type": "string"});
    let fits = json!({
        "schema": {"const": 1},
        "endpoints": {
            "type": "object", "additionalProperties": text,
            "description": "names used in text and in fingerprints, by address:port or name:port"
        },
        "suppress": {"type": "array", "items": suppress()},
        "profile": {"type": "object", "additionalProperties": table(layer)},
    });
    whole.extend(fits.as_object().cloned().unwrap_or_default());
    let mut schema = table(whole);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        schema.insert("title".to_owned(), json!("h2lint.toml"));
    }
    format!("{schema:#}\n")
}

fn table(properties: Map<String, Value>) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn suppress() -> Value {
    json!({
        "type": "object",
        "required": ["rule", "reason"],
        "additionalProperties": false,
        "properties": {
            "rule": {"type": "string"},
            "endpoint": {"type": "string"},
            "reason": {"type": "string"},
            "expires": {"type": "string", "format": "date"},
        },
    })
}

/// What stands at the top and in profiles alike.
fn layer() -> Map<String, Value> {
    let (mut top, mut rules) = (Map::new(), Map::new());
    for key in KEYS {
        let described = described(key);
        match key.name.strip_prefix("rules.") {
            Some(name) => rules.insert(name.to_owned(), described),
            None => top.insert(key.name.to_owned(), described),
        };
    }
    let number = json!({"type": "number", "minimum": 0});
    let numbers = Options::tunables().iter().map(|tunable| {
        let most = tunable.most().map(|most| json!({"type": "number", "minimum": 0, "maximum": most}));
        (tunable.name.to_owned(), most.unwrap_or_else(|| number.clone()))
    });
    rules.insert("options".to_owned(), table(numbers.collect()));
    let severity = json!({"type": "object", "additionalProperties": {"enum": SEVERITIES}});
    rules.insert("severity".to_owned(), severity);
    top.insert("rules".to_owned(), table(rules));
    top.insert(
        "known_idle_timeouts".to_owned(),
        json!({"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}}),
    );
    top
}

fn described(key: &Key) -> Value {
    let mut described = match key.kind {
        Kind::Word(words) => json!({"enum": words}),
        Kind::Text => json!({"type": "string"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::List | Kind::Rules => json!({"type": "array", "items": {"type": "string"}}),
    };
    if let Some(described) = described.as_object_mut() {
        described.insert("description".to_owned(), json!(key.about));
    }
    described
}
