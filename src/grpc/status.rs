//! The status codes of gRPC by name, and those that a client makes of an HTTP status or of an error code of HTTP/2 (gRPC's
//! http-grpc-status-mapping and PROTOCOL-HTTP2).

/// The name of a status code.
#[must_use]
pub fn name(code: u32) -> Option<&'static str> {
    let place = usize::try_from(code).ok()?;
    NAMES.get(place).copied()
}

/// The status that a client reports for an HTTP status other than 200.
#[must_use]
pub const fn of_http_status(status: u16) -> &'static str {
    match status {
        400 => "INTERNAL",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "UNIMPLEMENTED",
        429 | 502 | 503 | 504 => "UNAVAILABLE",
        _ => "UNKNOWN",
    }
}

/// The status that a client reports for RST_STREAM with this error code.
#[must_use]
pub const fn of_error_code(code: u32) -> &'static str {
    match code {
        0..=4 | 6 | 9 | 10 => "INTERNAL",
        7 => "UNAVAILABLE",
        8 => "CANCELLED",
        11 => "RESOURCE_EXHAUSTED",
        12 => "PERMISSION_DENIED",
        _ => "UNKNOWN",
    }
}

const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];
