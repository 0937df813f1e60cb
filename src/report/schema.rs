//! The JSON Schema of the report, kept by hand field by field. It is open: a reader must accept fields and words that it does
//! not know, since they may be added within a major version.

/// The schema of `h2lint/report/1`, JSON Schema draft 2020-12.
#[must_use]
pub const fn report_schema() -> &'static str {
    include_str!("report.schema.json")
}
