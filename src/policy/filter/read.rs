//! The text of a filter becomes terms; what cannot be read is told with what may have been meant.

use regex::Regex;

use super::{Field, Filter, Term, Test};
use crate::error::Error;
use crate::policy::spelling::suggestion;

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    /// When a field or an operator is none, a value is missing or no number, a pattern is wrong.
    pub fn read(text: &str) -> Result<Self, Error> {
        let mut filter = Self { terms: Vec::new(), time: None };
        let mut rest = text.trim();
        while !rest.is_empty() {
            rest = filter.term(rest).map_err(|said| Error::Usage(format!("--filter: {said}")))?;
            let further = SEPARATORS.iter().find_map(|separator| rest.strip_prefix(separator));
            rest = match further {
                Some(further) if !further.trim().is_empty() => further.trim_start(),
                None if rest.is_empty() => rest,
                _ => {
                    let said = format!("`{rest}`: terms are joined by &&, `and` or a comma");
                    return Err(Error::Usage(format!("--filter: {said}")));
                }
            };
        }
        if filter.terms.is_empty() && filter.time.is_none() {
            return Err(Error::Usage("--filter: write a term, such as conn==3".to_owned()));
        }
        Ok(filter)
    }

    /// Reads a term; what follows it.
    fn term<'a>(&mut self, text: &'a str) -> Result<&'a str, String> {
        let end = text.find(|char: char| !(char.is_ascii_alphanumeric() || char == '.' || char == '_'));
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let rest = rest.trim_start();
        if name == "time" {
            let (range, rest) =
                rest.strip_prefix("in ").map_or(Err(RANGE), |rest| value(rest).ok_or(RANGE))?;
            self.time = Some(seconds(&range).ok_or(RANGE)?);
            return Ok(rest);
        }
        let known = Field::ALL.iter().find(|(known, _)| *known == name);
        let field = known.map(|(_, field)| *field).ok_or_else(|| unknown(name))?;
        let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
        let operator =
            operator.ok_or_else(|| format!("`{name}` is followed by one of {}", OPERATORS.join(" ")))?;
        let (value, rest) = value(rest.get(operator.len()..).unwrap_or_default())
            .ok_or_else(|| format!("`{name}{operator}` lacks a value; words with spaces stand in quotes"))?;
        self.terms.push(Term { field, test: test(operator, value)? });
        Ok(rest)
    }
}

fn unknown(name: &str) -> String {
    let names = || Field::ALL.iter().map(|(name, _)| *name).chain(["time"]);
    let help = suggestion(name, names())
        .unwrap_or_else(|| format!("there are {}", names().collect::<Vec<_>>().join(", ")));
    format!("unknown field `{name}`; {help}")
}

fn test(operator: &str, value: String) -> Result<Test, String> {
    let number = || value.parse().map_err(|_| format!("`{operator}{value}`: a number is compared so"));
    Ok(match operator {
        "!=" => Test::IsNot(value),
        "<=" => Test::AtMost(number()?),
        ">=" => Test::AtLeast(number()?),
        "<" => Test::Below(number()?),
        ">" => Test::Above(number()?),
        "~" => {
            let pattern = Regex::new(&value);
            Test::Matches(pattern.map_err(|_| format!("`{value}` is no regular expression"))?)
        }
        _ => Test::Is(value),
    })
}

/// A value in quotes, or up to a separator; and what follows.
fn value(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    if let Some(quoted) = text.strip_prefix('"') {
        let (inside, rest) = quoted.split_once('"')?;
        return Some((inside.to_owned(), rest.trim_start()));
    }
    let end = text.find(|char: char| char.is_whitespace() || char == ',' || char == '&');
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    (!word.is_empty()).then(|| (word.to_owned(), rest.trim_start()))
}

/// `1.5s..9s`, with or without the unit.
fn seconds(range: &str) -> Option<(f64, f64)> {
    let (from, to) = range.split_once("..")?;
    let number = |text: &str| text.strip_suffix('s').unwrap_or(text).parse::<f64>().ok();
    let range = (number(from)?, number(to)?);
    (range.0 <= range.1).then_some(range)
}

const SEPARATORS: [&str; 3] = ["&&", ",", "and "];

/// Longer ones before those that they begin with.
const OPERATORS: [&str; 8] = ["==", "!=", "<=", ">=", "<", ">", "~", "="];

const RANGE: &str =
    "write time in FROM..TO, in seconds since the connection's first packet, such as time in 1.5s..9s";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_with_what_was_meant() {
        for (text, said) in [
            ("con==3", "--filter: unknown field `con`; did you mean `conn`?"),
            ("conn", "--filter: `conn` is followed by one of == != <= >= < > ~ ="),
            ("conn==", "--filter: `conn==` lacks a value; words with spaces stand in quotes"),
            ("conn==3 path==/x", "--filter: `path==/x`: terms are joined by &&, `and` or a comma"),
            ("port<x", "--filter: `<x`: a number is compared so"),
            ("path~\"(\"", "--filter: `(` is no regular expression"),
            ("", "--filter: write a term, such as conn==3"),
        ] {
            assert_eq!(Filter::read(text).unwrap_err().to_string(), said, "{text}");
        }
        assert!(Filter::read("time 3").unwrap_err().to_string().contains("time in 1.5s..9s"));
        for good in
            ["conn==3 and authority==\"a b\"", "path~\"^/pkg.Svc/\",grpc.status!=0", "time in 1.5s..9s"]
        {
            assert!(Filter::read(good).is_ok(), "{good}");
        }
    }
}
