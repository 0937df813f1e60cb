//! Text that traffic carries.

/// The text of octets; what is no UTF-8 is replaced. Nearly all of it is sound, which is seen many octets at a time.
#[must_use]
pub fn text<T: for<'a> From<&'a str> + From<String>>(octets: &[u8]) -> T {
    str::from_utf8(octets).map_or_else(|_| String::from_utf8_lossy(octets).into_owned().into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(text::<String>("grüße".as_bytes()), "grüße");
        assert_eq!(text::<String>(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(text::<String>(b""), "");
    }
}
