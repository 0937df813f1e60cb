//! Everything that can be made of one capture: the report in each format and look, the rows of each view, the exports.

use h2lint::finding::Report;
use h2lint::pipeline::{Wishes, analyze_octets};
use h2lint::report::{
    Charset, Clock, Detail, Format, FrameElements, FrameLines, Lines, Look, Paint, Rows, element, har_entry,
    qlog_event,
};
use h2lint::views::{
    CallList, Events, Frames, Ladder, Legs, Observed, Room, Secrets, Streams, Tables, Transactions,
    connections, handshake, headers, latency, pings, settings,
};

/// The report on a capture, and all of its rows, written in every way.
pub fn everything(capture: &[u8]) -> Option<Report> {
    let mut sheets = Sheets::default();
    let report = analyze_octets("fuzz", capture, &Wishes::default(), &mut |seen| sheets.hear(&seen)).ok()?;
    connections(&report).for_each(|line| written(&line));
    // One look each time, and of the formats for machines a few: which ones, the length decides.
    let look = looks()[capture.len() % 3];
    let text = Format::Text.write(&report, &look);
    assert!(look.paint != Paint::Plain || !text.contains('\x1b'), "a control character reaches the terminal");
    for format in Format::ALL.iter().skip(1 + capture.len() % 5).step_by(5) {
        assert!(!format.write(&report, &look).contains('\x1b'), "a control character in {}", format.word());
    }
    Some(report)
}

/// The report holds numbers that can be true, and can be read again.
pub fn is_borne(report: &Report, octets: usize) {
    let totals = &report.totals;
    let most = octets as u64;
    assert!(totals.connections <= totals.packets && totals.http2_connections <= totals.connections);
    assert!(totals.frames <= most.max(totals.bytes), "{totals:?} of {octets} octets");
    assert!(report.findings.len() <= h2lint::limits::MAX_FINDINGS);
    let json = serde_json::to_string(report).expect("a report can be written");
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
}

fn looks() -> [Look; 3] {
    let plain = Look::default();
    let full = Look {
        detail: Detail::Full,
        all: true,
        charset: Charset::Ascii,
        width: 40,
        clock: Clock::Utc,
        ..plain
    };
    let rows = Look {
        rows: Rows::Streams,
        lines: Lines::Folded,
        paint: Paint::Colour,
        clock: Clock::Epoch,
        ..plain
    };
    [plain, full, rows]
}

/// The views that remember.
struct Sheets {
    frames: Frames,
    elements: FrameElements,
    lines: FrameLines,
    streams: Streams,
    ladder: Ladder,
    tables: Tables,
    room: Room,
    legs: Legs,
    calls: CallList,
    events: Events,
    transactions: Transactions,
}

impl Default for Sheets {
    fn default() -> Self {
        Self {
            frames: Frames::default(),
            elements: FrameElements::default(),
            lines: FrameLines::new(Look::default()),
            streams: Streams::default(),
            ladder: Ladder::new(None),
            tables: Tables::new(None, Secrets::Masked),
            room: Room::default(),
            legs: Legs::default(),
            calls: CallList::default(),
            events: Events::new(Secrets::Masked),
            transactions: Transactions::new(Secrets::Shown),
        }
    }
}

impl Sheets {
    fn hear(&mut self, seen: &Observed<'_>) {
        let (elements, lines) = (&mut self.elements, &mut self.lines);
        self.frames.push(seen, &mut |line| {
            let (mut json, mut text) = (Vec::new(), Vec::new());
            elements.write(line, &mut json);
            assert_eq!(String::from_utf8(json).as_deref(), Ok(&*element(line)));
            lines.write(line, &mut text);
            assert!(!text.iter().any(u8::is_ascii_control), "a control character reaches the terminal");
        });
        self.streams.push(seen, &mut |line| written(&line));
        self.ladder.push(seen, &mut |line| written(&line));
        self.tables.push(seen, &mut |line| written(&line));
        self.room.windows(seen, &mut |line| written(&line));
        self.room.concurrency(seen, &mut |line| written(&line));
        self.legs.push(seen, &mut |line| written(&line));
        self.calls.push(seen, &mut |lines| lines.iter().for_each(written));
        self.events.push(seen, &mut |event| drop(qlog_event(&event, seen.first.time)));
        self.transactions.push(seen, &mut |exchange| drop(har_entry(&exchange)));
        headers(seen, Secrets::Masked, &mut |line| written(&line));
        handshake(seen).iter().for_each(written);
        pings(seen).iter().for_each(written);
        settings(seen).iter().for_each(written);
        latency(seen).iter().for_each(written);
    }
}

fn written(line: &impl serde::Serialize) {
    assert!(!element(line).is_empty());
}
