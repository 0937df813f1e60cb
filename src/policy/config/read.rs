//! The text of a configuration file becomes layers. Every key is known or a fault, and a fault names file, line, and what may have
//! been meant.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{KEYS, Key, Kind, SEVERITIES, SUPPRESS, key, tunable};
use super::{ConfigFile, Layer, Setting, Value};
use crate::error::Error;
use crate::policy::dates;
use crate::policy::selection::{rule, term};
use crate::policy::spelling::suggestion;
use crate::policy::suppress::Suppress;
use crate::rules::Options;

/// A file at work.
struct Reader<'a> {
    path: &'a str,
    text: &'a str,
    /// ` profile ci`, in what `--show-config` says.
    inside: String,
}

pub(super) fn file(path: &str, text: &str) -> Result<ConfigFile, Error> {
    let mut reader = Reader { path, text, inside: String::new() };
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        reader.fault(at, error.message())
    })?;
    let mut file = ConfigFile::default();
    for (name, value) in document.get_ref() {
        match name.get_ref().as_ref() {
            "schema" => reader.schema(value)?,
            "endpoints" => reader.endpoints(&mut file, value)?,
            "suppress" => file.suppress = reader.suppressions(value)?,
            "profile" => {}
            _ => {
                reader.entry(&mut file.layer, name, value, &["schema", "endpoints", "suppress", "profile"])?
            }
        }
    }
    if let Some(profiles) = document.get_ref().get("profile") {
        for (name, value) in reader.table("profile", profiles)? {
            reader.inside = format!(" profile {}", name.get_ref());
            let mut layer = Layer::default();
            for (key, value) in reader.table(name.get_ref(), value)? {
                reader.entry(&mut layer, key, value, &[])?;
            }
            file.profiles.insert(name.get_ref().to_string(), layer);
        }
    }
    Ok(file)
}

impl Reader<'_> {
    fn fault(&self, at: usize, said: &str) -> Error {
        Error::Usage(format!("{}:{}: {said}", self.path, self.line(at)))
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.bytes().take(at);
        before.filter(|octet| *octet == b'\n').count().saturating_add(1)
    }

    fn source(&self, at: usize) -> String {
        format!("{}:{}{}", self.path, self.line(at), self.inside)
    }

    fn unknown<'k>(
        &self,
        at: usize,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Error {
        let help = suggestion(name, known.clone())
            .unwrap_or_else(|| format!("there are {}", known.collect::<Vec<_>>().join(", ")));
        self.fault(at, &format!("unknown {what} `{name}`; {help}"))
    }

    fn table<'v, 'i>(&self, name: &str, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, Error> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            other => {
                Err(self.fault(value.span().start, &format!("`{name}` is a table, not {}", words(other))))
            }
        }
    }

    fn schema(&self, value: &Spanned<DeValue<'_>>) -> Result<(), Error> {
        match number(value.get_ref()) {
            Some(1.0) => Ok(()),
            _ => Err(self.fault(value.span().start, "this version reads `schema = 1` only")),
        }
    }

    /// A key of the top or of a profile.
    fn entry(
        &self,
        layer: &mut Layer,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        others: &[&'static str],
    ) -> Result<(), Error> {
        match name.get_ref().as_ref() {
            "rules" => self.rules(layer, value),
            "known_idle_timeouts" => {
                for (name, value) in self.table("known_idle_timeouts", value)? {
                    let at = value.span().start;
                    let valid = |number: &f64| seconds(*number).is_some_and(|seconds| seconds > 0);
                    let seconds = number(value.get_ref()).filter(valid).ok_or_else(|| {
                        let found = words(value.get_ref());
                        self.fault(
                            at,
                            &format!("an idle timeout is a number of whole seconds from 1 on, not {found}"),
                        )
                    })?;
                    let path = Setting::path(&["known_idle_timeouts", name.get_ref()]);
                    layer.set(&path, Value::Number(seconds), self.source(at));
                }
                Ok(())
            }
            plain => match key(plain).filter(|key| !key.name.contains('.')) {
                Some(key) => self.set(layer, key, value),
                None => {
                    let tables = ["rules", "known_idle_timeouts"].into_iter().chain(others.iter().copied());
                    let known = KEYS.iter().map(|key| key.name).filter(|name| !name.contains('.'));
                    let nested = KEYS.iter().find(|key| key.name.strip_prefix("rules.") == Some(plain));
                    if nested.is_some() {
                        let said = format!("`{plain}` stands in the table `[rules]`");
                        return Err(self.fault(name.span().start, &said));
                    }
                    Err(self.unknown(name.span().start, "key", plain, known.chain(tables)))
                }
            },
        }
    }

    fn rules(&self, layer: &mut Layer, value: &Spanned<DeValue<'_>>) -> Result<(), Error> {
        for (name, value) in self.table("rules", value)? {
            match name.get_ref().as_ref() {
                "severity" => {
                    for (name, value) in self.table("severity", value)? {
                        let rule = rule(name.get_ref())
                            .map_err(|error| self.fault(name.span().start, &error.to_string()))?;
                        let key = format!("rules.severity.{}", rule.code);
                        self.set_as(layer, &key, Kind::Word(SEVERITIES), value)?;
                    }
                }
                "options" => {
                    for (name, value) in self.table("options", value)? {
                        self.option(layer, name, value)?;
                    }
                }
                plain => match key(&format!("rules.{plain}")) {
                    Some(key) => self.set(layer, key, value)?,
                    None => {
                        let known = KEYS.iter().filter_map(|key| key.name.strip_prefix("rules."));
                        let known = known.chain(["severity", "options"]);
                        return Err(self.unknown(name.span().start, "key", plain, known));
                    }
                },
            }
        }
        Ok(())
    }

    fn option(
        &self,
        layer: &mut Layer,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), Error> {
        let known = Options::tunables().iter().map(|tunable| tunable.name);
        let tunable = tunable(name.get_ref())
            .ok_or_else(|| self.unknown(name.span().start, "option", name.get_ref(), known))?;
        let number = number(value.get_ref()).filter(|number| Options::default().tune(tunable, *number));
        let at = value.span().start;
        let kind = if tunable.name.ends_with("_s") || tunable.name.ends_with("_ms") { "" } else { "whole " };
        let range = tunable.most().map_or_else(|| "from 0 on".to_owned(), |most| format!("from 0 to {most}"));
        let number = number.ok_or_else(|| {
            let said =
                format!("`{}` is a {kind}number {range}, not {}", tunable.name, words(value.get_ref()));
            self.fault(at, &said)
        })?;
        layer.set(&format!("rules.options.{}", tunable.name), Value::Number(number), self.source(at));
        Ok(())
    }

    fn set(&self, layer: &mut Layer, key: &Key, value: &Spanned<DeValue<'_>>) -> Result<(), Error> {
        self.set_as(layer, key.name, key.kind, value)
    }

    fn set_as(
        &self,
        layer: &mut Layer,
        key: &str,
        kind: Kind,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), Error> {
        let at = value.span().start;
        let name = key.rsplit('.').next().unwrap_or(key);
        let wrong =
            |what: &str| self.fault(at, &format!("`{name}` is {what}, not {}", words(value.get_ref())));
        let read = match (kind, value.get_ref()) {
            (Kind::Word(known), DeValue::String(word)) => {
                if !known.contains(&word.as_ref()) {
                    return Err(self.unknown(
                        at,
                        &format!("value of `{name}`:"),
                        word,
                        known.iter().copied(),
                    ));
                }
                Value::Text(word.to_string())
            }
            (Kind::Text, DeValue::String(text)) => Value::Text(text.to_string()),
            (Kind::Word(_) | Kind::Text, _) => return Err(wrong("text in quotes")),
            (Kind::Flag, DeValue::Boolean(flag)) => Value::Flag(*flag),
            (Kind::Flag, _) => return Err(wrong("true or false")),
            (Kind::List | Kind::Rules, DeValue::Array(_)) => Value::List(self.list(name, kind, value)?),
            (Kind::List | Kind::Rules, _) => return Err(wrong("a list of texts")),
        };
        layer.set(key, read, self.source(at));
        Ok(())
    }

    fn list(&self, name: &str, kind: Kind, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Error> {
        let DeValue::Array(items) = value.get_ref() else { return Ok(Vec::new()) };
        let read = items.iter().map(|item| {
            let at = item.span().start;
            let DeValue::String(word) = item.get_ref() else {
                return Err(self
                    .fault(at, &format!("`{name}` is a list of texts; {} is none", words(item.get_ref()))));
            };
            if matches!(kind, Kind::Rules) {
                term(word).map_err(|error| self.fault(at, &error.to_string()))?;
            }
            Ok(word.to_string())
        });
        read.collect()
    }

    fn endpoints(&self, file: &mut ConfigFile, value: &Spanned<DeValue<'_>>) -> Result<(), Error> {
        for (endpoint, name) in self.table("endpoints", value)? {
            let at = name.span().start;
            let DeValue::String(text) = name.get_ref() else {
                let said =
                    format!("the name of an endpoint is text in quotes, not {}", words(name.get_ref()));
                return Err(self.fault(at, &said));
            };
            if text.is_empty() {
                return Err(self.fault(at, "the name of an endpoint is not empty"));
            }
            if !is_endpoint(endpoint.get_ref()) {
                let said =
                    format!("`{}` is no endpoint; write address:port, name:port or name", endpoint.get_ref());
                return Err(self.fault(at, &said));
            }
            file.endpoints.insert(endpoint.get_ref().to_string(), text.to_string());
            let path = Setting::path(&["endpoints", endpoint.get_ref()]);
            let value = Value::Text(text.to_string());
            file.endpoint_lines.push(Setting { key: path, value, source: self.source(at) });
        }
        Ok(())
    }

    fn suppressions(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<Suppress>, Error> {
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.fault(value.span().start, "write `[[suppress]]`: there may be several entries"));
        };
        items.iter().map(|item| self.suppression(item)).collect()
    }

    fn suppression(&self, item: &Spanned<DeValue<'_>>) -> Result<Suppress, Error> {
        let mut entry =
            Suppress { by: "config", source: self.source(item.span().start), ..Suppress::default() };
        for (name, value) in self.table("suppress", item)? {
            let (key, at) = (name.get_ref().as_ref(), value.span().start);
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Datetime(date) if key == "expires" => date.to_string(),
                other => {
                    return Err(self.fault(at, &format!("`{key}` is text in quotes, not {}", words(other))));
                }
            };
            match key {
                "rule" => {
                    term(&text).map_err(|error| self.fault(at, &error.to_string()))?;
                    entry.rule = text;
                }
                "endpoint" if !is_endpoint(&text) => {
                    let said = format!("`{text}` is no endpoint; write address:port, name:port or name");
                    return Err(self.fault(at, &said));
                }
                "endpoint" => entry.endpoint = Some(text),
                "reason" => entry.reason = Some(text),
                "expires" => {
                    let date = dates::read(&text).map_err(|error| self.fault(at, &error.to_string()))?;
                    entry.expires = Some(date);
                }
                other => return Err(self.unknown(name.span().start, "key", other, SUPPRESS.iter().copied())),
            }
        }
        let start = item.span().start;
        if entry.rule.is_empty() {
            return Err(self.fault(start, "an entry of `[[suppress]]` names its `rule`"));
        }
        if entry.reason.as_deref().is_none_or(str::is_empty) {
            return Err(self.fault(start, "an entry of `[[suppress]]` gives its `reason`"));
        }
        Ok(entry)
    }
}

/// True for `10.0.0.2:50051`, `[2001:db8::1]:443`, `2001:db8::1`, `name:443`, `name`.
fn is_endpoint(text: &str) -> bool {
    let plain = !text.is_empty() && !text.contains(char::is_whitespace);
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "1"));
    let whole = host.contains(':') && !host.ends_with(']');
    plain && (whole || (!host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)))
}

/// What a value is, for a complaint.
fn words(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text {text:?}"),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => {
            let whole = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
            Some(i32::try_from(whole).map_or(f64::NAN, f64::from))
        }
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

/// A number of whole seconds.
pub(super) fn seconds(number: f64) -> Option<u32> {
    let whole = number >= 0.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX);
    whole.then(|| format!("{number}").parse().ok()).flatten()
}

/// A part of a key without the quotes that [`Setting::path`] may have put around it.
pub(super) fn unquoted(part: &str) -> String {
    serde_json::from_str(part).unwrap_or_else(|_| part.to_owned())
}
