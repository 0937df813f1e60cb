//! The values that gRPC puts into fields: grpc-timeout, grpc-status, grpc-message (PROTOCOL-HTTP2 of gRPC).

use crate::base::Span;

/// grpc-timeout as a length of time: at most eight digits and a unit. The longest ones are cut to what a length of time can hold.
#[must_use]
pub fn span_of_timeout(value: &[u8]) -> Option<Span> {
    let (unit, digits) = value.split_last()?;
    let nanoseconds: i64 = match unit {
        b'H' => 3_600_000_000_000,
        b'M' => 60_000_000_000,
        b'S' => 1_000_000_000,
        b'm' => 1_000_000,
        b'u' => 1_000,
        b'n' => 1,
        _ => return None,
    };
    if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let count: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(Span(count.saturating_mul(nanoseconds)))
}

/// True for a number without leading zeros.
#[must_use]
pub fn is_plain_status(value: &[u8]) -> bool {
    matches!(value, [b'0'] | [b'1'..=b'9', ..]) && value.iter().all(u8::is_ascii_digit)
}

/// grpc-message as a person reads it: `%` and two hexadecimal digits are an octet, anything else stands as it is.
#[must_use]
pub fn percent_decoded(value: &[u8]) -> String {
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        let encoded = (*first == b'%').then(|| behind.split_first_chunk::<2>()).flatten();
        match encoded.and_then(|(digits, behind)| Some((octet(*digits)?, behind))) {
            Some((octet, behind)) => {
                octets.push(octet);
                rest = behind;
            }
            None => {
                octets.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

fn octet(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high?.checked_mul(16)?.checked_add(low?)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        let spans = ["1S", "300m", "7u", "9n", "2M", "1H"].map(|text| span_of_timeout(text.as_bytes()));
        let expected = [1_000_000_000, 300_000_000, 7_000, 9, 120_000_000_000, 3_600_000_000_000];
        assert_eq!(spans, expected.map(|nanoseconds| Some(Span(nanoseconds))));
        assert_eq!(span_of_timeout(b"99999999H"), Some(Span(i64::MAX)));
        for odd in ["", "S", "5s", "123456789n", "1.5S", "-1S", "5"] {
            assert_eq!(span_of_timeout(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn a_message_is_read_whatever_it_is() {
        let read = ["no%20such%20thing", "100%", "%zz%41", "caf%C3%A9", "%"];
        let read = read.map(|text| percent_decoded(text.as_bytes()));
        assert_eq!(read, ["no such thing", "100%", "%zzA", "caf\u{e9}", "%"]);
    }

    #[test]
    fn a_status_has_no_leading_zeros() {
        let plain =
            ["0", "16", "17", "00", "05", "", "ok", "1x"].map(|text| is_plain_status(text.as_bytes()));
        assert_eq!(plain, [true, true, true, false, false, false, false, false]);
    }
}
