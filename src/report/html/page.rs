//! The parts of the page, as they are written beside this file.

/// Markup around the data, for minijinja.
pub(super) const TEMPLATE: &str = include_str!("page.html");
/// How it looks.
pub(super) const STYLE: &str = include_str!("page.css");
/// What draws the report.
pub(super) const SCRIPT: &str = include_str!("page.js");
