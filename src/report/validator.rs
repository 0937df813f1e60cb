//! Holds a value against a JSON Schema, more strictly than the schema asks: fields and words that it does not name are faults.
//! For tests; what the project's own schemas and that of SARIF use is understood, and anything else a panic.

use serde_json::{Value, json};

/// What does not fit. `path` names the value, `root` is the whole schema.
pub(crate) fn misfits(schema: &Value, value: &Value, path: &str, root: &Value) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target =
            root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not defined"));
        return misfits(target, value, path, root);
    }
    match schema.as_bool() {
        Some(true) => return Vec::new(),
        Some(false) => return vec![format!("{path}: nothing may stand here")],
        None => known_keywords(schema),
    }
    let mut found = Vec::new();
    if let Some(choices) = schema["anyOf"].as_array() {
        let open = choices.iter().any(|choice| choice.get("enum").is_some());
        let closed = choices.iter().filter(|choice| !(open && **choice == json!({"type": "string"})));
        if !closed.map(|choice| misfits(choice, value, path, root)).any(|misfits| misfits.is_empty()) {
            found.push(format!("{path}: {value} is none of the choices"));
        }
    }
    if let Some(choices) = schema["oneOf"].as_array()
        && choices.iter().filter(|choice| misfits(choice, value, path, root).is_empty()).count() != 1
    {
        found.push(format!("{path}: {value} is not exactly one of the choices"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        found.push(format!("{path}: {value} is no known word"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{path}: {value} is another constant"));
    }
    if schema.get("type").is_some_and(|types| !is_of_type(types, value)) {
        found.push(format!("{path}: {value} is not {}", schema["type"]));
    }
    let number = value.as_f64();
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), number)
        && number < least
    {
        found.push(format!("{path}: {number} is below {least}"));
    }
    if let (Some(most), Some(number)) = (schema["maximum"].as_f64(), number)
        && number > most
    {
        found.push(format!("{path}: {number} is above {most}"));
    }
    found.extend(misspelt(schema, value, path));
    found.extend(inside(schema, value, path, root));
    found
}

/// What text must look like.
fn misspelt(schema: &Value, value: &Value, path: &str) -> Option<String> {
    let text = value.as_str()?;
    let pattern = match (schema["pattern"].as_str(), schema["format"].as_str()) {
        (Some(pattern), _) => pattern,
        (None, Some("uri")) => r"^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*$",
        (None, Some("uri-reference")) => r"^([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$",
        (None, Some("date-time")) => r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
        (None, Some("date")) => r"^\d{4}-\d\d-\d\d$",
        (None, _) => return None,
    };
    let fits = regex::Regex::new(pattern).unwrap().is_match(text);
    (!fits).then(|| format!("{path}: {text:?} is not of the form {pattern}"))
}

fn known_keywords(schema: &Value) {
    for keyword in schema.as_object().into_iter().flat_map(|schema| schema.keys()) {
        assert!(KEYWORDS.contains(&keyword.as_str()), "the keyword {keyword} is not understood");
    }
}

const KEYWORDS: [&str; 25] = [
    "$ref",
    "$defs",
    "$schema",
    "$id",
    "id",
    "title",
    "description",
    "default",
    "definitions",
    "type",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "minimum",
    "maximum",
    "pattern",
    "format",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "required",
    "additionalProperties",
];

fn inside(schema: &Value, value: &Value, path: &str, root: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(items) = value.as_array() {
        if schema["minItems"].as_u64().is_some_and(|least| items.len() < usize::try_from(least).unwrap()) {
            found.push(format!("{path}: too few items"));
        }
        if schema["maxItems"].as_u64().is_some_and(|most| items.len() > usize::try_from(most).unwrap()) {
            found.push(format!("{path}: too many items"));
        }
        let mut seen = std::collections::BTreeSet::new();
        if schema["uniqueItems"] == true && !items.iter().all(|item| seen.insert(item.to_string())) {
            found.push(format!("{path}: an item stands twice"));
        }
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(misfits(&schema["items"], item, &format!("{path}[{number}]"), root));
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        match (schema["properties"].get(key), schema.get("additionalProperties")) {
            (Some(known), _) | (None, Some(known)) => found.extend(misfits(known, item, &path, root)),
            (None, None) if schema["properties"].is_null() && !schema["required"].is_null() => {}
            (None, None) => found.push(format!("{path}: not in the schema")),
        }
    }
    for key in schema["required"].as_array().into_iter().flatten().filter(|_| value.is_object()) {
        if value.get(key.as_str().unwrap()).is_none() {
            found.push(format!("{path}: no {key}"));
        }
    }
    found
}

fn is_of_type(types: &Value, value: &Value) -> bool {
    let one = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("type {other}"),
    };
    types.as_array().map_or_else(|| one(types), |types| types.iter().any(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_validator_sees_what_does_not_fit() {
        let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 0}}});
        assert_eq!(misfits(&schema, &json!({"a": -1}), "x", &schema).len(), 1);
        assert_eq!(misfits(&schema, &json!({"b": 1}), "x", &schema).len(), 2);
        let list = json!({"type": "array", "minItems": 1, "uniqueItems": true, "items": {"pattern": "^a+$"}});
        assert!(misfits(&list, &json!(["a", "aa"]), "x", &list).is_empty());
        for wrong in [json!([]), json!(["a", "a"]), json!(["b"])] {
            assert_eq!(misfits(&list, &wrong, "x", &list).len(), 1, "{wrong}");
        }
        let closed = json!({"properties": {"a": {"format": "uri-reference"}}, "additionalProperties": false,
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}]});
        assert!(misfits(&closed, &json!({"a": "x/%20y"}), "x", &closed).is_empty());
        assert_eq!(misfits(&closed, &json!({"a": "x y"}), "x", &closed).len(), 1);
        assert_eq!(misfits(&closed, &json!({"a": "x", "c": 1}), "x", &closed).len(), 1);
        let open = json!({"anyOf": [{"enum": ["x"]}, {"type": "string"}]});
        assert_eq!(misfits(&open, &json!("y"), "x", &open).len(), 1);
    }
}
