//! Configuration: what a file, a profile in it, the environment and flags say, merged key by key. Each value knows where it comes
//! from, for `--show-config` and for complaints. Reading files and variables is the caller's business.

mod keys;
mod read;

use std::collections::BTreeMap;
use std::fmt;

use super::spelling::suggestion;
use super::suppress::Suppress;
use crate::error::Error;
use crate::finding::Severity;
use crate::rules::{Options, find};

pub use keys::config_schema;

/// A configuration file.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    layer: Layer,
    profiles: BTreeMap<String, Layer>,
    /// Names of servers, by `address:port`, `name:port` or `name`.
    pub endpoints: BTreeMap<String, String>,
    /// What is known and not to be reported.
    pub suppress: Vec<Suppress>,
    endpoint_lines: Vec<Setting>,
}

/// Values by key, as one source has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer(Vec<Setting>);

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    key: String,
    value: Value,
    source: String,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A word, a path.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Several words.
    List(Vec<String>),
}

/// All layers in one, the last word counting.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, Setting>);

impl ConfigFile {
    /// Reads the text of a file that is named `path` in complaints.
    ///
    /// # Errors
    /// What is no TOML, a key or value that does not exist: with file, line, and what may have been meant.
    pub fn read(path: &str, text: &str) -> Result<Self, Error> {
        read::file(path, text)
    }

    /// What the file says at its top.
    #[must_use]
    pub const fn layer(&self) -> &Layer {
        &self.layer
    }

    /// What a profile of the file says.
    ///
    /// # Errors
    /// When there is no such profile.
    pub fn profile(&self, name: &str) -> Result<&Layer, Error> {
        self.profiles.get(name).ok_or_else(|| {
            let help = match self.profiles.keys().map(String::as_str).collect::<Vec<_>>().as_slice() {
                [] => "no configuration file has profiles".to_owned(),
                known => suggestion(name, known.iter().copied())
                    .unwrap_or_else(|| format!("there are {}", known.join(", "))),
            };
            Error::Usage(format!("unknown profile `{name}`; {help}"))
        })
    }
}

impl Layer {
    /// Adds a value.
    pub fn set(&mut self, key: &str, value: Value, source: impl Into<String>) {
        self.0.push(Setting { key: key.to_owned(), value, source: source.into() });
    }

    /// Adds how long something on the way lets connections be silent.
    pub fn know_idle_timeout(&mut self, name: &str, seconds: u32, source: &str) {
        self.set(&Setting::path(&["known_idle_timeouts", name]), Value::Number(f64::from(seconds)), source);
    }
}

impl Setting {
    /// Parts of a key, joined; quoted where TOML asks for it.
    fn path(parts: &[&str]) -> String {
        let bare = |part: &str| {
            let plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
            if !part.is_empty() && part.chars().all(plain) { part.to_owned() } else { format!("{part:?}") }
        };
        parts.iter().map(|part| bare(part)).collect::<Vec<_>>().join(".")
    }
}

impl Settings {
    /// Merges: what comes later counts.
    #[must_use]
    pub fn merge<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> Self {
        let all = layers.into_iter().flat_map(|layer| &layer.0);
        Self(all.map(|setting| (setting.key.clone(), setting.clone())).collect())
    }

    /// A word or a path.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.0.get(key)?.value {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Flag(_) | Value::List(_) => None,
        }
    }

    /// Yes or no; no when nobody says anything.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        matches!(self.0.get(key).map(|setting| &setting.value), Some(Value::Flag(true)))
    }

    /// Several words; none when nobody says anything.
    #[must_use]
    pub fn list(&self, key: &str) -> &[String] {
        match self.0.get(key).map(|setting| &setting.value) {
            Some(Value::List(words)) => words,
            _ => &[],
        }
    }

    /// A number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.0.get(key)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Where a value comes from.
    #[must_use]
    pub fn source(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|setting| setting.source.as_str())
    }

    /// Rules that are graded differently, by code.
    #[must_use]
    pub fn severities(&self) -> BTreeMap<&'static str, Severity> {
        let graded = self.below("rules.severity.").filter_map(|(name, setting)| {
            let severity = match &setting.value {
                Value::Text(word) if word == "error" => Severity::Error,
                Value::Text(word) if word == "warning" => Severity::Warning,
                _ => Severity::Info,
            };
            Some((find(name)?.code, severity))
        });
        graded.collect()
    }

    /// Changes the numbers of rules. Numbers were checked when they were read.
    pub fn tune(&self, options: &mut Options) {
        for tunable in Options::tunables() {
            if let Some(number) = self.number(&format!("rules.options.{}", tunable.name)) {
                options.tune(tunable, number);
            }
        }
        for (name, setting) in self.below("known_idle_timeouts.") {
            if let Value::Number(seconds) = setting.value {
                options.remember_idle_timeout(&read::unquoted(name), read::seconds(seconds).unwrap_or(0));
            }
        }
    }

    fn below<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (&'a str, &'a Setting)> {
        self.0.iter().filter_map(move |(key, setting)| Some((key.strip_prefix(start)?, setting)))
    }

    /// Every key with its value and where that comes from, a line each.
    #[must_use]
    pub fn show(&self, file: Option<&ConfigFile>) -> String {
        let mut all: BTreeMap<String, (String, &str)> =
            keys::defaults().into_iter().map(|(key, value)| (key, (value, "default"))).collect();
        let entries = file.map(|file| file.endpoint_lines.as_slice()).unwrap_or_default();
        for setting in self.0.values().chain(entries) {
            all.insert(setting.key.clone(), (setting.value.to_string(), &setting.source));
        }
        let lines = all.iter().map(|(key, (value, source))| format!("{key} = {value}  # {source}\n"));
        let entries = file.into_iter().flat_map(|file| &file.suppress);
        lines.chain(entries.map(|entry| format!("suppress = {entry}  # {}\n", entry.source))).collect()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::List(words) => write!(f, "{words:?}"),
        }
    }
}

#[cfg(test)]
mod tests;
