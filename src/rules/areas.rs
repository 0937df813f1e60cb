//! The areas of rules: three letters, a folder, and what it is about.

use super::Area;

/// The capture itself.
pub const CAPTURE: Area = Area {
    code: "CAP",
    folder: "capture",
    words: "quality of the capture itself: what was cut, lost, doubled or unreadable",
};
/// How the two ends agree on HTTP/2: ALPN, NPN, h2c upgrade, prior knowledge, Alt-Svc, wrong ports.
pub const NEGOTIATION: Area = Area {
    code: "NEG",
    folder: "negotiation",
    words: "how the two ends agree on HTTP/2: ALPN, NPN, h2c upgrade, prior knowledge, Alt-Svc, wrong ports",
};
/// What RFC 9113 asks of TLS, and how the handshake ended.
pub const TLS: Area =
    Area { code: "TLS", folder: "tls", words: "what RFC 9113 asks of TLS, and how the handshake ended" };
/// Connection preface and first SETTINGS.
pub const PREFACE: Area =
    Area { code: "PRE", folder: "preface", words: "connection preface and first SETTINGS of both sides" };
/// SETTINGS frames, values and acknowledgements.
pub const SETTINGS: Area =
    Area { code: "SET", folder: "settings", words: "SETTINGS frames, values and acknowledgements" };
/// Frame headers, lengths, flags, padding.
pub const FRAMING: Area =
    Area { code: "FRM", folder: "framing", words: "frame headers, lengths, flags, padding" };
/// Field blocks over several frames.
pub const CONTINUATION: Area = Area {
    code: "CON",
    folder: "continuation",
    words: "field blocks spread over HEADERS, PUSH_PROMISE and CONTINUATION",
};
/// HPACK decoding and the dynamic table.
pub const HPACK: Area = Area { code: "HPK", folder: "hpack", words: "HPACK decoding and the dynamic table" };
/// Frames in a state that does not allow them.
pub const STREAM_STATE: Area = Area {
    code: "STS",
    folder: "stream_state",
    words: "frames in a stream state that does not allow them; concurrency limit",
};
/// Numbering of streams.
pub const STREAM_ID: Area = Area { code: "SID", folder: "stream_id", words: "numbering of streams" };
/// Windows, credit and dead ends of flow control.
pub const FLOW_CONTROL: Area =
    Area { code: "FLW", folder: "flow_control", words: "windows, credit and dead ends of flow control" };
/// Requests and responses: field lines, pseudo-header fields, content.
pub const MESSAGES: Area = Area {
    code: "MSG",
    folder: "messages",
    words: "requests and responses: field lines, pseudo-header fields, content",
};
/// Server push.
pub const PUSH: Area = Area { code: "PUS", folder: "push", words: "server push" };
/// RFC 7540 priority and RFC 9218 PRIORITY_UPDATE.
pub const PRIORITY: Area =
    Area { code: "PRI", folder: "priority", words: "RFC 7540 priority and RFC 9218 PRIORITY_UPDATE" };
/// PING and its acknowledgement.
pub const PING: Area = Area { code: "PNG", folder: "ping", words: "PING and its acknowledgement" };
/// GOAWAY and shutdown.
pub const GOAWAY: Area = Area { code: "GOA", folder: "goaway", words: "GOAWAY and shutdown" };
/// Was an error answered, rightly answered, and justified?
pub const REACTION: Area = Area {
    code: "REA",
    folder: "reaction",
    words: "was an error answered, rightly answered, and justified?",
};
/// GRPC over HTTP/2.
pub const GRPC: Area = Area { code: "GRP", folder: "grpc", words: "gRPC over HTTP/2" };
/// Patterns that exhaust a peer.
pub const ABUSE: Area = Area { code: "ABU", folder: "abuse", words: "patterns that exhaust a peer" };
/// Slow, stuck, idle or badly tuned connections.
pub const HEALTH: Area =
    Area { code: "HLT", folder: "health", words: "slow, stuck, idle or badly tuned connections" };

/// Every area, in the order of the catalogue.
pub const ALL: &[Area] = &[
    CAPTURE,
    NEGOTIATION,
    TLS,
    PREFACE,
    SETTINGS,
    FRAMING,
    CONTINUATION,
    HPACK,
    STREAM_STATE,
    STREAM_ID,
    FLOW_CONTROL,
    MESSAGES,
    PUSH,
    PRIORITY,
    PING,
    GOAWAY,
    REACTION,
    GRPC,
    ABUSE,
    HEALTH,
];
