//! The areas of rules: three letters, a folder, and what it is about.

use super::Area;

/// The capture itself.
pub const CAPTURE: Area = Area {
    code: "CAP",
    folder: "capture",
    words: "quality of the capture itself: what was cut, lost, doubled or unreadable",
};
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
/// Frames in a state that does not allow them.
pub const STREAM_STATE: Area = Area {
    code: "STS",
    folder: "stream_state",
    words: "frames in a stream state that does not allow them; concurrency limit",
};
/// Numbering of streams.
pub const STREAM_ID: Area = Area { code: "SID", folder: "stream_id", words: "numbering of streams" };

/// Every area, in the order of the catalogue.
pub const ALL: &[Area] = &[CAPTURE, PREFACE, SETTINGS, FRAMING, CONTINUATION, STREAM_STATE, STREAM_ID];
