//! Days: until when something holds, and how long ago it began. The day that counts as today is handed in, never asked for.

use jiff::civil::Date;

use crate::error::Error;

/// Reads `2027-03-01`.
///
/// # Errors
/// When it is no such day.
pub fn read(text: &str) -> Result<Date, Error> {
    text.parse()
        .map_err(|_| Error::Usage(format!("`{text}` is no date; write YEAR-MONTH-DAY, such as 2027-03-01")))
}

/// Days from one to the other; none before it.
pub(super) fn age(from: Date, to: Date) -> u32 {
    from.until(to).ok().and_then(|span| u32::try_from(span.get_days()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_counted() {
        let (from, to) = (read("2026-12-20").unwrap(), read("2027-01-30").unwrap());
        assert_eq!((age(from, to), age(to, from), age(to, to)), (41, 0, 0));
        assert!(read("2027-13-01").unwrap_err().to_string().contains("2027-03-01"));
    }
}
