//! The parts of the page, as they are written beside this file.

/// Markup around the data, for minijinja.
pub(super) const TEMPLATE: &str = include_str!("page.html");
/// How it looks.
pub(super) const STYLE: &str = include_str!("page.css");

/// What draws the report: its parts, one after the other.
pub(super) fn script() -> String {
    PARTS.concat()
}

const PARTS: [&str; 13] = [
    include_str!("script/base.js"),
    include_str!("script/table.js"),
    include_str!("script/findings.js"),
    include_str!("script/connections.js"),
    include_str!("script/ladder.js"),
    include_str!("script/waterfall.js"),
    include_str!("script/charts.js"),
    include_str!("script/control.js"),
    include_str!("script/requests.js"),
    include_str!("script/headers.js"),
    include_str!("script/negotiation.js"),
    include_str!("script/rules.js"),
    include_str!("script/main.js"),
];
