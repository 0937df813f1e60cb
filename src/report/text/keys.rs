//! TLS connections and their keys, as `h2lint keys` prints them.

use crate::finding::KeyRow;
use crate::report::look::Look;

/// A block for each connection: who, what was negotiated, whether it can be opened, and what is missing.
#[must_use]
pub fn key_lines(rows: &[&KeyRow], look: &Look) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str(&block(row, look));
    }
    let opened = rows.iter().filter(|row| row.source.is_some()).count();
    let connections = if rows.len() == 1 { "TLS connection" } else { "TLS connections" };
    text.push_str(&format!("{opened} of {} {connections} opened\n", rows.len()));
    text
}

fn block(row: &KeyRow, look: &Look) -> String {
    let head = format!("conn {}", row.conn);
    let version = row.version.as_deref().map(|version| format!("TLS {version}"));
    let said = [version, row.cipher.clone(), row.sni.clone()];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let mut lines = vec![format!("{} → {}", row.client, row.server)];
    lines.extend((!said.is_empty()).then(|| said.join(", ")));
    lines.extend(state(row));
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let first = if number == 0 { head.as_str() } else { "" };
        text.push_str(look.say(format!("{first:<9}{line}").trim_end()).as_ref());
        text.push('\n');
    }
    text.push('\n');
    text
}

/// What can be opened, and what is missing. The client random takes a line of its own: it is 64 digits long.
fn state(row: &KeyRow) -> Vec<String> {
    let source = row.source.as_deref().unwrap_or_default();
    let suite = row.cipher.as_deref().unwrap_or("the suite");
    let first = match row.state {
        "opened" => format!("opened with {source}"),
        "partly_opened" => format!("opened in part with {source}; a key log lacks"),
        "missing_lines" => "not opened; a key log lacks".to_owned(),
        "wrong_secret" => "not opened: the secret in the key log is of another session".to_owned(),
        "unsupported" => format!("cannot be opened here: {suite}"),
        "handshake_not_seen" => "not opened: the hellos are not in the capture".to_owned(),
        _ => "nothing to open: the handshake did not get as far as keys".to_owned(),
    };
    let mut lines = vec![first];
    let random = row.missing.first().and_then(|line| line.split_once(' '));
    lines.extend(row.missing.iter().filter_map(|line| Some(format!("  {}", line.split_once(' ')?.0))));
    if let Some((_, random)) = random {
        lines.push("  for the client random".to_owned());
        lines.push(format!("  {random}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_fits_the_page() {
        let random = "c1".repeat(32);
        let row = KeyRow {
            conn: 3,
            client: "10.0.0.1:40001".to_owned(),
            server: "10.0.0.2:443".to_owned(),
            sni: Some("a.example".to_owned()),
            version: Some("1.3".to_owned()),
            cipher: Some("TLS_AES_128_GCM_SHA256".to_owned()),
            state: "missing_lines",
            source: None,
            missing: vec![
                format!("CLIENT_TRAFFIC_SECRET_0 {random}"),
                format!("SERVER_TRAFFIC_SECRET_0 {random}"),
            ],
            used: Vec::new(),
        };
        let text = key_lines(&[&row], &Look::default());
        assert!(text.contains("  CLIENT_TRAFFIC_SECRET_0\n") && text.matches(&random).count() == 1, "{text}");
        assert!(text.ends_with("0 of 1 TLS connection opened\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
