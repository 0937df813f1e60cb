//! gRPC calls as a table; below a call that did not end well a line says why.

use super::table::{Column, table};
use super::width::width;
use crate::base::{PerSide, Side};
use crate::report::look::Look;
use crate::report::numbers::millis;
use crate::views::CallLine;

/// The calls of a connection as a table: the names of services in full where there is room for them.
#[must_use]
pub fn call_lines(lines: &[CallLine], look: &Look) -> String {
    let full = grid(lines, look, |line| named(&line.service, &line.method));
    let fits = |rows: &[String]| rows.iter().all(|row| width(row) <= look.width);
    let rows = if fits(&full) { full } else { short_grid(lines, look) };
    let mut rows = rows.into_iter();
    let mut said: String = rows.next().map(|title| format!("{title}\n")).unwrap_or_default();
    for (row, line) in rows.zip(lines) {
        said.push_str(&format!("{row}\n"));
        if let Some(why) = why(line) {
            said.push_str(&format!("{INDENT}{}\n", look.say(&why)));
        }
    }
    said
}

/// With services named without their packages.
fn short_grid(lines: &[CallLine], look: &Look) -> Vec<String> {
    let columns = columns().map(|(column, _)| column);
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let service = line.service.rsplit('.').next().unwrap_or_default();
            cells(line, named(service, &line.method), short(line.kind))
        })
        .collect();
    table(&columns, &rows, look)
}

/// With names that are not shortened, however wide that is.
fn grid(lines: &[CallLine], look: &Look, name: impl Fn(&CallLine) -> String) -> Vec<String> {
    let columns = columns().map(|(_, whole)| whole);
    let rows: Vec<Vec<String>> =
        lines.iter().map(|line| cells(line, name(line), &line.kind.replace('_', " "))).collect();
    table(&columns, &rows, look)
}

/// Each column as it may be cut, and whole.
fn columns() -> [(Column, Column); 7] {
    let call = Column::left("call");
    [
        (Column::right("N:S"), Column::right("N:S")),
        (call.shrinks_to(LEAST), call),
        (Column::left("kind"), Column::left("kind")),
        (Column::right("msgs"), Column::right("msgs")),
        (Column::right("octets").spare(2), Column::right("octets")),
        (Column::right("first").spare(1), Column::right("first")),
        (Column::right("total"), Column::right("total")),
    ]
}

fn cells(line: &CallLine, name: String, kind: &str) -> Vec<String> {
    let time = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), millis);
    vec![
        format!("{}:{}", line.conn, line.stream),
        name,
        kind.to_owned(),
        both(line.messages),
        both(line.octets),
        time(line.first_octet_ms),
        time(line.total_ms),
    ]
}

fn named(service: &str, method: &str) -> String {
    match (service, method) {
        ("", "") => "?".to_owned(),
        (service, method) => format!("{service}/{method}"),
    }
}

/// Up and down.
fn both(counts: PerSide<u64>) -> String {
    format!("{}/{}", counts.client, counts.server)
}

/// The kind of a call where there is little room.
fn short(word: &'static str) -> &'static str {
    match word {
        "client_streaming" => "client-",
        "server_streaming" => "server-",
        "bidi_streaming" => "bidi-",
        "unknown" => "?",
        other => other,
    }
}

/// What became of a call that did not end with status 0.
fn why(line: &CallLine) -> Option<String> {
    let outcome = line.outcome.map(|outcome| format!(" {outcome}")).unwrap_or_default();
    let message = line.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
    let code = line.error_code.as_deref().unwrap_or_default();
    let said = match (line.status, line.http_status, line.end) {
        (Some(0), _, _) => return None,
        (Some(status), _, _) => format!("grpc-status {status}{outcome}{message}"),
        (None, _, "reset_client") => format!("{} reset it: {code}, to clients{outcome}", Side::Client.word()),
        (None, _, "reset_server") => format!("{} reset it: {code}, to clients{outcome}", Side::Server.word()),
        (None, _, "open") => "open at the end of the capture".to_owned(),
        (None, _, "connection_lost") => "the connection was closed while it was open".to_owned(),
        (None, Some(status), _) if status != 200 => format!("HTTP status {status}, to clients{outcome}"),
        _ => "no grpc-status was seen".to_owned(),
    };
    let deadline = line.timeout_ms.filter(|timeout| line.total_ms.is_some_and(|total| total >= *timeout));
    let deadline =
        deadline.map(|timeout| format!("; its deadline was {}", millis(timeout))).unwrap_or_default();
    Some(format!("{said}{deadline}"))
}

/// Columns left to the name of a call at least.
const LEAST: usize = 20;
const INDENT: &str = "       ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Charset;

    fn line() -> CallLine {
        CallLine {
            conn: 0,
            stream: 1,
            protocol: "grpc",
            service: "grpc.testing.TestService".into(),
            method: "UnaryCall".into(),
            kind: "unary",
            status: Some(0),
            outcome: Some("OK"),
            message: None,
            http_status: Some(200),
            end: "closed",
            error_code: None,
            trailers_only: false,
            messages: PerSide { client: 1, server: 1 },
            octets: PerSide { client: 309, server: 506 },
            compressed: PerSide::default(),
            timeout_ms: None,
            first_octet_ms: Some(0.5),
            total_ms: Some(41.0),
        }
    }

    fn failed() -> [CallLine; 2] {
        let fine = line();
        let method = "StreamingOutputCall".to_owned();
        let (kind, end, code) = ("server_streaming", "reset_client", Some("CANCEL".to_owned()));
        let reset = CallLine {
            stream: 3,
            method,
            kind,
            end,
            status: None,
            outcome: Some("CANCELLED"),
            error_code: code,
            timeout_ms: Some(40.0),
            messages: PerSide { client: 1, server: 13 },
            octets: PerSide { client: 23, server: 5_522_118 },
            ..fine.clone()
        };
        let kind = "unknown";
        let message = Some("no\u{1b}[31m such thing".to_owned());
        let refused =
            CallLine { stream: 5, kind, status: Some(5), outcome: Some("NOT_FOUND"), message, ..fine };
        [reset, refused]
    }

    #[test]
    fn a_call_that_failed_says_why_and_eighty_columns_are_enough() {
        let [reset, refused] = failed();
        let said = call_lines(&[line(), reset, refused], &Look::default());
        let expected = [
            "N:S  call                             kind     msgs      octets   first  total",
            "0:1  TestService/UnaryCall            unary     1/1     309/506  0.5 ms  41 ms",
            "0:3  TestService/StreamingOutputCall  server-  1/13  23/5522118  0.5 ms  41 ms",
            "       client reset it: CANCEL, to clients CANCELLED; its deadline was 40 ms",
            "0:5  TestService/UnaryCall            ?         1/1     309/506  0.5 ms  41 ms",
            "       grpc-status 5 NOT_FOUND: no\\x1b[31m such thing",
        ];
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn full_names_stand_where_there_is_room_for_them() {
        let wide = Look { width: 120, charset: Charset::Ascii, ..Look::default() };
        assert!(call_lines(&[line()], &wide).contains("grpc.testing.TestService/UnaryCall"));
        let narrow = Look { width: 48, ..wide };
        let said = call_lines(&failed(), &narrow);
        assert!(said.contains("~") && said.is_ascii(), "{said}");
    }
}
