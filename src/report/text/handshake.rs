//! Messages of TLS and of upgrades, as lines.

use super::fold::fold;
use super::rows::moment;
use super::width::width;
use crate::report::look::Look;
use crate::views::HandshakeLine;

/// The line above messages.
#[must_use]
pub fn handshake_header(look: &Look) -> String {
    columns(["pkt", "t", "dir", "conn", "message", "what it says"], look)
}

/// A message in one line, however long: `pkt, t, dir, conn, message, what it says`.
#[must_use]
pub fn handshake_line(line: &HandshakeLine, look: &Look) -> String {
    let number = line.pkt.to_string();
    let (t, conn) = (moment(look, line.time, line.t), line.conn.to_string());
    columns([&number, &t, line.dir.arrow(), &conn, line.message, &said(line)], look)
}

/// What a message says, part by part.
fn said(line: &HandshakeLine) -> String {
    let list =
        |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what} {}", names.join(",")));
    let selected = line.alpn_source.map(|source| {
        let selected = line.alpn_selected.as_deref().unwrap_or("none");
        match source {
            "none" => "selects no ALPN".to_owned(),
            "unknown" => "ALPN's answer not known".to_owned(),
            source => format!("selects {selected} ({})", source.replace('_', " ")),
        }
    });
    let settings = line.settings.as_ref().map(|settings| {
        let values: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("HTTP2-Settings {}", values.join(" "))
    });
    let version = line.version.as_ref().map(|version| match version.starts_with('S') {
        true => version.clone(),
        false => format!("TLS {version}"),
    });
    let parts = [
        version,
        line.cipher.clone(),
        line.name.clone(),
        list("ALPN", &line.alpn_offered),
        selected,
        list("NPN", &line.npn),
        line.alert.clone(),
        settings,
        Some(line.note.clone()).filter(|note| !note.is_empty()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn columns([pkt, t, dir, conn, message, said]: [&str; 6], look: &Look) -> String {
    let dir_columns = width(&look.say("C→S"));
    let dir = look.say(dir);
    let dir = format!("{dir}{}", " ".repeat(dir_columns.saturating_sub(width(&dir))));
    let head = format!("{pkt:>5}  {t:>9}  {dir}  {conn:>4}  {message:<19}  ");
    fold(&look.say(&head), &look.say(said), HANG, look)
}

/// Where words go on that have no room beside the other cells.
const HANG: usize = 29;
