//! Holds a value against a JSON Schema, more strictly than the schema asks: fields and words that it does not name are faults.
//! For tests; only what the project's own schemas use is understood.

use serde_json::{Value, json};

/// What does not fit. `path` names the value, `root` is the whole schema.
pub(crate) fn misfits(schema: &Value, value: &Value, path: &str, root: &Value) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target =
            root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not defined"));
        return misfits(target, value, path, root);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let open = choices.iter().any(|choice| choice.get("enum").is_some());
        let closed = choices.iter().filter(|choice| !(open && **choice == json!({"type": "string"})));
        let fits = closed.map(|choice| misfits(choice, value, path, root)).any(|misfits| misfits.is_empty());
        return if fits { Vec::new() } else { vec![format!("{path}: {value} is none of the choices")] };
    }
    let mut found = Vec::new();
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
    found.extend(inside(schema, value, path, root));
    found
}

fn inside(schema: &Value, value: &Value, path: &str, root: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(misfits(&schema["items"], item, &format!("{path}[{number}]"), root));
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        match (schema["properties"].get(key), schema.get("additionalProperties")) {
            (Some(known), _) | (None, Some(known)) => found.extend(misfits(known, item, &path, root)),
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
        let open = json!({"anyOf": [{"enum": ["x"]}, {"type": "string"}]});
        assert_eq!(misfits(&open, &json!("y"), "x", &open).len(), 1);
    }
}
