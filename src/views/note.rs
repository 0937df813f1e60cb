//! What stands in the last column: what a frame carries, and what the facts say about it.

use crate::base::{Digits, Side};
use crate::conn::{BadStreamId, Connection, Fact, Head, Interest, Kind, On, Request, Role, Stream};
use crate::frame::{Data, Fault, Flags, Header, Payload, Settings};

/// Puts what a frame carries before what is said about it.
pub(super) fn put_before(header: &Header, carried: &Payload<'_>, said: &mut String) {
    match carried {
        // As nearly every frame of a capture is: the rest of its line says all.
        Payload::Data(Data { padding: None, missing: 0, .. }) => return,
        Payload::Headers { .. } if header.ends_block() => return,
        Payload::WindowUpdate { increment, .. } if said.is_empty() => {
            said.push('+');
            return said.push_str(Digits::of(u64::from(*increment)).as_str());
        }
        _ => {}
    }
    let mut words = payload(header, carried);
    if !words.is_empty() {
        if !said.is_empty() {
            words.push_str("; ");
        }
        said.insert_str(0, &words);
    }
}

/// What a frame carries, in a few words.
pub(super) fn payload(header: &Header, payload: &Payload<'_>) -> String {
    match payload {
        Payload::Data(data) => content(data),
        Payload::Headers { .. } | Payload::Continuation(_) if header.ends_block() => String::new(),
        Payload::Headers { fragment, .. } => format!("field block begins, {}", octets(fragment.len())),
        Payload::Continuation(fragment) => format!("field block goes on, {}", octets(fragment.len())),
        Payload::Priority(priority) => {
            let exclusive = if priority.exclusive { ", exclusive" } else { "" };
            format!("depends on {}, weight {}{exclusive}", priority.dependency, priority.weight)
        }
        Payload::RstStream(code) => code.to_string(),
        Payload::Settings(values) => settings(header, values),
        Payload::PushPromise { promised, .. } => format!("promises stream {promised}"),
        Payload::Ping(opaque) => hexadecimal(opaque),
        Payload::Goaway { last_stream_id, error_code, debug, .. } => {
            let said = if debug.is_empty() { String::new() } else { format!(": {}", text(debug)) };
            format!("{error_code}, last stream {last_stream_id}{said}")
        }
        Payload::WindowUpdate { increment, .. } => format!("+{increment}"),
        Payload::AltSvc { origin, value } => {
            let whose = if origin.is_empty() { "this origin".to_owned() } else { text(origin) };
            format!("{whose}: {}", text(value))
        }
        Payload::Origin(entries) => text(entries),
        Payload::PriorityUpdate { prioritized, value, .. } => {
            format!("stream {prioritized}: {}", text(value))
        }
        Payload::Unknown(content) => hexadecimal(content),
        Payload::Malformed(malformed) => fault(malformed.fault),
        Payload::Unread => "not read: not captured, or longer than the cap".to_owned(),
    }
}

/// The facts that say something about the frame under way.
pub(super) const REMARKED: Interest = Interest::NONE
    .with(On::WrongFirstFrame)
    .with(On::WrongStream)
    .with(On::Oversized)
    .with(On::ReservedBit)
    .with(On::NonzeroPadding)
    .with(On::BlockInterrupted)
    .with(On::ContinuationElsewhere)
    .with(On::UnexpectedContinuation)
    .with(On::IllegalStep)
    .with(On::Race)
    .with(On::BadStreamId)
    .with(On::TooManyStreams)
    .with(On::WindowExceeded)
    .with(On::SurplusAck);

/// What a fact says about the frame under way; `None` where the frame's own line says it.
pub(super) fn remark(fact: &Fact<'_>) -> Option<String> {
    Some(match &fact.kind {
        Kind::WrongFirstFrame => "first frame of this side, and not SETTINGS".to_owned(),
        Kind::WrongStream => "the type does not belong on this stream".to_owned(),
        Kind::Oversized { limit } => format!("longer than the {limit} octets that the receiver allows"),
        Kind::ReservedBit => "reserved bit set".to_owned(),
        Kind::NonzeroPadding => "padding is not zero".to_owned(),
        Kind::BlockInterrupted { open } => format!("inside the field block of stream {}", open.stream),
        Kind::ContinuationElsewhere { open } => {
            format!("while the field block of stream {} is open", open.stream)
        }
        Kind::UnexpectedContinuation => "no field block is open".to_owned(),
        Kind::IllegalStep { illegal, skipped: false, .. } => {
            format!("not allowed in this state (§{})", illegal.section)
        }
        Kind::IllegalStep { illegal, skipped: true, .. } => {
            format!("not allowed on a stream that was skipped (§{})", illegal.section)
        }
        Kind::Race { .. } => "sent while the end of the stream was on its way".to_owned(),
        Kind::BadStreamId(bad) => identifier(*bad),
        Kind::TooManyStreams { open, limit } => format!("stream {open} of {limit} allowed at once"),
        Kind::WindowExceeded { window, connection: true } => format!("connection window exceeded: {window}"),
        Kind::WindowExceeded { window, connection: false } => format!("stream window exceeded: {window}"),
        Kind::SurplusAck => "acknowledges no SETTINGS".to_owned(),
        _ => return None,
    })
}

/// The request line as far as it is known: `POST /pkg.Service/Method`.
pub(super) fn request(request: Option<&Request>) -> String {
    let mut said = String::new();
    say_request(request, &mut said);
    said
}

fn say_request(request: Option<&Request>, said: &mut String) {
    let Some(request) = request else { return said.push('?') };
    let (method, path) = match (request.method.as_deref(), request.path.as_deref()) {
        (Some("CONNECT"), None) => (Some("CONNECT"), request.authority.as_deref()),
        known => known,
    };
    said.push_str(method.unwrap_or("?"));
    said.push(' ');
    said.push_str(path.unwrap_or("?"));
}

/// Puts what the field block says that ends with the frame behind what is said about it.
pub(super) fn put_message(connection: &Connection, side: Side, said: &mut String) {
    if let Some((head, subject)) = connection.sides[side].head() {
        if !said.is_empty() {
            said.push_str("; ");
        }
        message(head, connection.streams.get(subject), said);
    }
}

/// What a field block says, in a few words.
fn message(head: &Head, stream: Option<&Stream>, said: &mut String) {
    match (head.role, stream) {
        (Role::Request, None) => said.push_str("request"),
        (Role::Request, Some(stream)) => say_request(stream.request.as_deref(), said),
        (Role::Interim | Role::Response, _) => {
            said.push_str("status ");
            match head.status {
                Some(status) => said.push_str(Digits::of(u64::from(status)).as_str()),
                None => said.push('?'),
            }
        }
        (Role::Trailers, _) => said.push_str("trailers"),
        (Role::Reuse, _) => said.push_str("another request"),
    }
    if let Some(status) = head.grpc_status {
        said.push_str(&format!(", grpc-status {status}"));
    }
    if head.block.unknown > 0 {
        said.push_str(&format!(", {} of {} fields not known", head.block.unknown, head.block.fields));
    }
    if let Some(fault) = head.block.error {
        said.push_str(&format!(", field block: {}", fault.kind));
    }
}

fn content(data: &Data) -> String {
    let padding =
        data.padding.map(|padding| format!("{} of content, {} of padding", data.content, padding.length));
    let missing = (data.missing > 0).then(|| format!("{} octets not captured", data.missing));
    padding.into_iter().chain(missing).collect::<Vec<_>>().join(", ")
}

fn settings(header: &Header, values: &Settings<'_>) -> String {
    if values.is_empty() && !header.flags.has(Flags::ACK) {
        return "no parameters".to_owned();
    }
    let mut said: Vec<_> =
        values.iter().take(LISTED).map(|(setting, value)| format!("{setting}={value}")).collect();
    let more = values.iter().skip(LISTED).count();
    if more > 0 {
        said.push(format!("{more} more"));
    }
    said.join(" ")
}

fn identifier(bad: BadStreamId) -> String {
    match bad {
        BadStreamId::Even => "a client opens streams with odd numbers".to_owned(),
        BadStreamId::NotIncreasing { highest } => format!("below stream {highest}, which was opened before"),
        BadStreamId::Reused => "a second request on this stream".to_owned(),
    }
}

fn fault(fault: Fault) -> String {
    match fault {
        Fault::Length { claimed, found } => {
            format!("malformed: {found} octets where the type takes {claimed}")
        }
        Fault::Short { claimed, found } => {
            format!("malformed: {found} octets, the fields announced take {claimed}")
        }
        Fault::Padding { claimed, room } => {
            format!("malformed: {claimed} octets of padding, room for {room}")
        }
    }
}

fn octets(count: usize) -> String {
    if count == 1 { "1 octet".to_owned() } else { format!("{count} octets") }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets.get(..SHOWN).unwrap_or(octets)).into_owned()
}

fn hexadecimal(octets: &[u8]) -> String {
    let shown: String = octets.iter().take(16).map(|octet| format!("{octet:02x}")).collect();
    if octets.len() > 16 { format!("{shown}…") } else { shown }
}

/// Parameters of one SETTINGS frame that are shown: more than the registry has, so that only a hostile frame is cut.
const LISTED: usize = 24;

/// Octets of text that are shown, as many as are kept of GOAWAY debug data.
const SHOWN: usize = crate::limits::MAX_DEBUG_DATA;
