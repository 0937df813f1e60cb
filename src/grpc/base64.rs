//! Base64 octet by octet, as gRPC-Web writes content for browsers: any number of encoded parts one behind the other, each padded by
//! itself, cut anywhere.

/// A decoder that remembers the bits left over.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Base64 {
    held: u32,
    have: u8,
}

impl Base64 {
    /// Takes a sign; an octet when it completes one. Padding ends a part, and what is no sign of base64 is passed over.
    pub(super) fn take(&mut self, sign: u8) -> Option<u8> {
        let value = match sign {
            b'A'..=b'Z' => sign.wrapping_sub(b'A'),
            b'a'..=b'z' => sign.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => sign.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                *self = Self::default();
                return None;
            }
            _ => return None,
        };
        self.held = (self.held << 6 | u32::from(value)) & 0xffff;
        self.have = self.have.wrapping_add(6);
        if self.have < 8 {
            return None;
        }
        self.have = self.have.wrapping_sub(8);
        u8::try_from(self.held >> self.have & 0xff).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other() {
        let mut base64 = Base64::default();
        let octets: Vec<u8> =
            b"YQ==YWI=YWJjYWJj\r\n//8=".iter().filter_map(|sign| base64.take(*sign)).collect();
        assert_eq!(octets, b"aababcabc\xff\xff");
    }
}
