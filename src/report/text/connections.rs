//! The table of connections.

use crate::base::to_u64;
use crate::finding::{End, Report};
use crate::report::look::Look;
use crate::report::numbers::{grouped, millis, plural};
use crate::views::ConnectionLine;

use super::page::{Ink, Page, Part};
use super::table::{Column, table};

/// Writes the connections of a report, those with HTTP/2 before others.
pub(super) fn write(page: &mut Page, report: &Report) {
    let any = report.connections.iter().any(|row| row.http2);
    let rows = || report.connections.iter().filter(|row| row.http2 || !any);
    let count = rows().count();
    let shown = if page.look().lists_all() { count } else { ROWS.min(count) };
    let more = count.saturating_sub(shown);
    if count == 0 {
        return;
    }
    let first: Vec<ConnectionLine> = rows().take(shown).map(|row| ConnectionLine::from(&**row)).collect();
    let lines = lines(&first, page.look());
    page.lines(lines);
    if more > 0 {
        let said = format!("+{} (--all shows them)", plural(to_u64(more), "more connection"));
        page.line(&[Part(Ink::Plain, &said)]);
    }
}

/// The lines of a table of connections.
pub(super) fn lines(lines: &[ConnectionLine], look: &Look) -> Vec<String> {
    let failed = if lines.iter().any(|line| line.failed > 0) { 0 } else { 3 };
    let columns = [
        Column::left("conn"),
        Column::left("client").shrinks_to(ENDPOINT),
        Column::left("→ server").shrinks_to(ENDPOINT),
        Column::left("via").spare(1),
        Column::right("calls"),
        Column::right("failed").spare(failed),
        Column::right("max∥").spare(4),
        Column::right("p50").spare(2),
        Column::left("closed by"),
    ];
    let rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
    table(&columns, &rows, look)
}

fn cells(line: &ConnectionLine) -> Vec<String> {
    vec![
        line.conn.to_string(),
        line.client.clone(),
        format!("→ {}", line.server),
        via(line.via),
        grouped(line.calls),
        grouped(line.failed),
        grouped(line.max_concurrent),
        line.p50_ms.map_or_else(|| "-".to_owned(), millis),
        closed_by(line.closed_by).to_owned(),
    ]
}

/// How the protocol was agreed, in a word or two.
pub(super) fn via(via: &str) -> String {
    match via {
        "h2c_prior_knowledge" => "h2c prior".to_owned(),
        "h2c_upgrade" => "h2c upgrade".to_owned(),
        "h2_alpn" => "h2 ALPN".to_owned(),
        "h2_npn" => "h2 NPN".to_owned(),
        "h2_no_alpn" => "h2 no ALPN".to_owned(),
        "http1" => "HTTP/1.x".to_owned(),
        "tls_unknown" => "TLS".to_owned(),
        other => other.replace('_', " "),
    }
}

const fn closed_by(end: End) -> &'static str {
    match end {
        End::FinClient => "client FIN",
        End::FinServer => "server FIN",
        End::RstClient => "client RST",
        End::RstServer => "server RST",
        End::RstBetween => "RST of a third",
        End::Open => "still open",
    }
}

/// Connections that are listed unless all are asked for.
const ROWS: usize = 10;

/// Columns that an address and port keep.
const ENDPOINT: usize = 10;
