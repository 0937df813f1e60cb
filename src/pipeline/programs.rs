//! Which programs the two ends of a connection may be: by what they say they are, and by the first SETTINGS, in which implementations
//! differ. A guess for the reader, on which no rule rests.

use std::borrow::Cow;

use crate::base::Side;
use crate::conn::{Connection, Values};
use crate::finding::{Confidence, Implementation};
use crate::frame::Setting;

/// First SETTINGS that only one implementation is known to send.
struct Habit {
    side: Side,
    name: &'static str,
    /// All parameters; `None` is any value.
    values: &'static [(Setting, Option<u32>)],
}

/// What the program at this end may be.
pub(super) fn guess(conn: &Connection, side: Side) -> Option<Implementation> {
    let text = conn.product(side).unwrap_or_default();
    let (said, habit) = (product(text), habit(conn, side));
    // What is built on gRPC's C core says so behind its own name.
    let agrees = |habit: &str| text.starts_with(habit) || (habit == GRPC_CORE && text.contains(" grpc-c/"));
    let (guess, confidence) = match (said, habit) {
        (Some(said), Some(habit)) if agrees(habit) => (Cow::from(said.to_owned()), Confidence::Likely),
        // A proxy passes on what the program behind it says; its own SETTINGS are its own.
        (_, Some(habit)) => (Cow::from(habit), Confidence::Possible),
        (Some(said), None) => (Cow::from(said.to_owned()), Confidence::Possible),
        (None, None) => return None,
    };
    Some(Implementation { guess, confidence })
}

/// The first product of a User-Agent or Server that is no common form of politeness.
fn product(text: &str) -> Option<&str> {
    let mut first = None;
    let mut words = text.split_ascii_whitespace();
    let known = words.find(|word| {
        if first.is_none() && !word.starts_with("Mozilla/") {
            first = Some(*word);
        }
        BROWSERS.iter().any(|name| word.starts_with(name))
    });
    let product = known.or(first)?;
    let plain = product.bytes().all(|octet| octet.is_ascii_graphic() && !b"()<>".contains(&octet));
    plain.then_some(product)
}

fn habit(conn: &Connection, side: Side) -> Option<&'static str> {
    let first = conn.sides[side].settings.listed().find(|sent| !sent.upgrade)?;
    if first.unknown.iter().any(|(setting, _)| *setting == GRPC_ALLOW_TRUE_BINARY_METADATA) {
        return Some(GRPC_CORE);
    }
    if !first.unknown.is_empty() {
        return None;
    }
    let count = first.values.iter().count();
    let known = HABITS.iter().find(|habit| habit.side == side && habit.is(&first.values, count));
    known.map(|habit| habit.name)
}

impl Habit {
    /// True for these values, so many.
    fn is(&self, values: &Values, count: usize) -> bool {
        count == self.values.len()
            && self.values.iter().all(|(setting, wanted)| {
                values.get(*setting).is_some_and(|value| wanted.is_none_or(|wanted| wanted == value))
            })
    }
}

/// Browsers, that call themselves Mozilla as well.
const BROWSERS: [&str; 3] = ["Firefox/", "Edg/", "Chrome/"];

/// A setting of gRPC's C core and of nobody else.
const GRPC_ALLOW_TRUE_BINARY_METADATA: Setting = Setting(0xfe03);

/// What Python, C++, Ruby, PHP and others use.
const GRPC_CORE: &str = "grpc-core";

const TABLE: Setting = Setting::HEADER_TABLE_SIZE;
const PUSH: Setting = Setting::ENABLE_PUSH;
const STREAMS: Setting = Setting::MAX_CONCURRENT_STREAMS;
const WINDOW: Setting = Setting::INITIAL_WINDOW_SIZE;
const FRAME: Setting = Setting::MAX_FRAME_SIZE;
const LIST: Setting = Setting::MAX_HEADER_LIST_SIZE;

/// As captures of these programs show it.
static HABITS: [Habit; 12] = [
    Habit {
        side: Side::Client,
        name: "Go-http-client",
        values: &[(PUSH, Some(0)), (WINDOW, Some(4_194_304)), (LIST, Some(10_485_760))],
    },
    Habit {
        side: Side::Client,
        name: "curl",
        values: &[(PUSH, Some(0)), (STREAMS, Some(100)), (WINDOW, Some(33_554_432))],
    },
    Habit {
        side: Side::Client,
        name: "curl",
        values: &[(PUSH, Some(0)), (STREAMS, Some(100)), (WINDOW, Some(10_485_760))],
    },
    Habit { side: Side::Client, name: "h2load", values: &[(PUSH, Some(0)), (WINDOW, Some(1_073_741_823))] },
    Habit { side: Side::Client, name: "nghttp2", values: &[(STREAMS, Some(100)), (WINDOW, Some(65_535))] },
    Habit {
        side: Side::Client,
        name: "grpc-java",
        values: &[(PUSH, Some(0)), (STREAMS, Some(0)), (WINDOW, Some(1_048_576)), (LIST, Some(8192))],
    },
    Habit {
        side: Side::Client,
        name: "Chrome",
        values: &[(TABLE, Some(65_536)), (PUSH, Some(0)), (WINDOW, Some(6_291_456)), (LIST, Some(262_144))],
    },
    Habit {
        side: Side::Client,
        name: "Firefox",
        values: &[(TABLE, Some(65_536)), (WINDOW, Some(131_072)), (FRAME, Some(16_384))],
    },
    Habit {
        side: Side::Server,
        name: "nginx",
        values: &[(STREAMS, None), (WINDOW, Some(65_536)), (FRAME, Some(16_777_215))],
    },
    Habit { side: Side::Server, name: "grpc-go", values: &[(FRAME, Some(16_384))] },
    Habit {
        side: Side::Server,
        name: "Go net/http",
        values: &[(STREAMS, Some(250)), (FRAME, Some(1_048_576)), (LIST, Some(1_048_896))],
    },
    Habit {
        side: Side::Server,
        name: "Go net/http",
        values: &[
            (STREAMS, Some(250)),
            (WINDOW, Some(1_048_576)),
            (FRAME, Some(1_048_576)),
            (LIST, Some(1_048_896)),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_the_one_that_tells_most() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0";
        let said = ["curl/7.88.1", "grpc-python/1.51.1 grpc-c/29.0.0 (linux; chttp2)", chrome, "", "(x)"];
        let products: Vec<Option<&str>> = said.iter().map(|said| product(said)).collect();
        let expected = ["curl/7.88.1", "grpc-python/1.51.1", "Chrome/126.0.0.0"].map(Some);
        assert_eq!(products.get(..3), Some(&expected[..]));
        assert_eq!(products.get(3..), Some(&[None, None][..]));
    }
}
