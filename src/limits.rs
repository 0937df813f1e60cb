//! Every cap, with the argument for its number. Reaching one is a fact in the report, never an error and never silence.

/// Octets asked of the operating system at a time. Measured: reads of 1 MiB are as fast as mapping the file, and with smaller ones threads
/// that share a capture wait for each other too often.
pub const READ_BLOCK: usize = 1 << 20;

/// Longest packet record accepted. The largest real ones are 64 KiB segments of offload plus headers; Wireshark's own limit
/// for ordinary captures is 256 KiB.
pub const MAX_RECORD: usize = 1 << 18;

/// Longest pcapng block accepted: an interface may carry large options, a secrets block a whole key log.
pub const MAX_BLOCK: usize = 1 << 24;

/// Headers inside headers (VLAN, IPv6 extensions, tunnels) followed in one packet.
pub const MAX_NESTING: usize = 12;

/// Out-of-order octets held for one direction: 4 MiB is a full receive window of a fast path; beyond it the hole is final.
pub const MAX_HELD_OCTETS: u64 = 4 << 20;

/// Out-of-order segments held for one direction, so that tiny segments cannot cost more in headers than in octets.
pub const MAX_HELD_SEGMENTS: usize = 4096;

/// How long, in milliseconds, a hole that the receiver acknowledged may still be filled: two capture queues differ by less.
pub const HOLE_GRACE_MS: i64 = 5;

/// Packets of the connection that may pass while such a hole is open.
pub const HOLE_GRACE_PACKETS: usize = 64;

/// How long, in milliseconds, after a packet the capture may see it again on another interface: what a router, a bridge or a mirror
/// port takes at most. The shortest retransmission timeout is longer (200 ms on Linux), and identification tells the two apart.
pub const DUPLICATE_WINDOW_MS: i64 = 50;

/// The same, in microseconds, for packets without identification that nothing else tells apart from ones that are sent again.
pub const SAME_COPY_WINDOW_US: i64 = 1_000;

/// Segments of a connection among which a second copy is looked for: half a batch that a driver hands over at once (64).
pub const MAX_REMEMBERED_SEGMENTS: usize = 32;

/// Octets that the live connections of a capture may hold together, by default: 90,000 that hold nothing back. Beyond it those that were
/// silent longest are concluded until an eighth is free.
pub const MAX_MEMORY: u64 = 1 << 30;

/// Least that may be asked for: what one connection can hold in late segments of both directions, twice.
pub const LEAST_MEMORY: u64 = 1 << 24;

/// Octets that a live connection holds besides its streams, its SETTINGS and the entries of its HPACK tables: 7.0 KiB, as `tests/floods.rs`
/// measures on idle ones, and up to 2.7 KiB where there is all that few have: losses, a closed window, PING, an end.
pub const CONNECTION_OCTETS: u64 = 10 << 10;

/// Octets that a TLS session holds besides what it keeps of hellos and records, as measured on 5,000.
pub const SESSION_OCTETS: u64 = 5 << 10;

/// Octets that the lists of a TLS hello hold at most besides its own length: names of one octet take the room of sixteen.
pub const HELLO_LISTS: usize = 16 << 10;

/// Octets that a stream holds at most while its details are kept, its request among them.
pub const STREAM_OCTETS: u64 = 1 << 10;

/// Octets that a finding holds until its connection is over.
pub const FINDING_OCTETS: u64 = 1 << 10;

/// Octets kept of one text of a request: what common servers take as a whole request line (Apache, nginx).
pub const MAX_REQUEST_TEXT: usize = 1 << 13;

/// Octets of a request's or a call's texts that [`STREAM_OCTETS`] allows for; longer ones are weighed each by itself.
pub const SHORT_TEXTS: u64 = 1 << 8;

/// Octets of long texts of requests and calls that the field blocks of one side may make be held, whatever their own length: with HPACK an
/// octet names any text that was sent once. Beyond it, and beyond [`TEXTS_FOR_OCTETS`], they count as unknown.
pub const FREE_TEXTS: u64 = 1 << 18;

/// Requests with long texts of one side that are known again, and kept once: a client that polls has a few addresses.
pub const LONG_REQUESTS: usize = 8;

/// Octets of such texts for each octet of those blocks: blocks of the field take a hundred octets and more.
pub const TEXTS_FOR_OCTETS: u64 = 1 << 4;

/// Octets of the connections that a report lists; further connections are counted. Ten thousand usual ones take two thirds of it.
pub const MAX_ROWS_OCTETS: u64 = 1 << 25;

/// Octets that a late segment holds besides its own.
pub const HELD_SEGMENT_OCTETS: u64 = 192;

/// What one connection may hold is the limit for all divided by this: a hostile one gives way at once, before it weighs on others.
pub const LARGEST_SHARE: u64 = 4;

/// Packets of an epoch, at whose end counts what concerns all connections: few enough that a limit to memory is passed by little,
/// and that the threads of one capture wait for each other's news but rarely.
pub const EPOCH_PACKETS: usize = 1 << 10;

/// Captured octets of an epoch, where its packets are large.
pub const EPOCH_OCTETS: usize = 1 << 20;

/// An epoch has no more octets than the limit to memory divided by this: 28 octets make a finding and its stream, which weigh two thousand,
/// and what was read in two epochs comes on top of the limit before anybody gives way.
pub const EPOCHS_OF_MEMORY: u64 = 1 << 10;

/// Epochs that may not be judged to their end while another one is read: more would hold more memory, and are no faster.
pub const EPOCHS_AHEAD: usize = 1;

/// Orders to a thread that it has not taken yet: those of two epochs are fewer, unless the file holds much between its packets.
pub const ORDERS_AHEAD: usize = 16;

/// Octets of a capture from which on its connections are shared out over threads: less is judged before threads pay.
pub const LEAST_SHARED: u64 = 4 << 20;

/// Segments of a connection from one time that it is weighed to the next: weighing costs a few nanoseconds.
pub const SEGMENTS_BETWEEN_WEIGHINGS: u8 = 8;

/// Packets of the capture for which an ended connection still takes stragglers: so many connections at most wait for them at once, and
/// on the fastest links a retransmission comes within as many.
pub const LINGER_PACKETS: u64 = 1 << 12;

/// Octets that came, or that streams and findings hold, beyond which a connection is weighed before that: less than the smallest holds.
pub const OCTETS_BETWEEN_WEIGHINGS: u64 = 8 << 10;

/// Seconds of capture time for which an ended connection still takes stragglers: a maximum segment lifetime on real paths.
pub const LINGER_S: i64 = 2;

/// Addresses and ports of concluded connections that are remembered, so that a straggler opens no new connection.
/// Three quarters of a power of two: the table holds them, and the live ones of a busy capture, without growing once more.
pub const MAX_CONCLUDED: usize = 3 << 14;

/// Octets that one direction holds back until the protocol is known.
pub const MAX_UNDECIDED: usize = 1 << 16;

/// Largest HTTP/1.x head looked at: what common servers accept (Apache 8 KiB a line, nginx 32 KiB in all).
pub const MAX_HTTP1_HEAD: usize = 1 << 15;

/// Prologues (PROXY, SOCKS, CONNECT) that may stand one behind another before a connection's own protocol.
pub const MAX_PROLOGUES: usize = 4;

/// Largest frame payload other than DATA that is assembled: the largest MAX_FRAME_SIZE seen for field blocks in the field is 1 MiB.
pub const MAX_PAYLOAD: usize = 1 << 20;

/// Largest field block, all fragments together.
pub const MAX_FIELD_BLOCK: usize = 1 << 20;

/// Largest field block once decoded, by the measure of RFC 7541 §4.1: an HPACK bomb ends here.
pub const MAX_DECODED_BLOCK: u64 = 1 << 24;

/// Largest dynamic table kept, whatever SETTINGS_HEADER_TABLE_SIZE says.
pub const MAX_DYNAMIC_TABLE: u32 = 1 << 20;

/// Closed streams whose details are remembered for each connection; beyond it a stream is "closed, how unknown".
pub const MAX_CLOSED_STREAMS: usize = 1024;

/// Frames of one side that `show --as ladder` holds until TCP acknowledges them: more than the largest common window has of full ones.
pub const MAX_WAITING_RUNGS: usize = 1024;

/// Streams open at once that are tracked for each connection.
pub const MAX_OPEN_STREAMS: usize = 1 << 17;

/// SETTINGS frames of one side that are kept each by itself while they wait for their acknowledgement; real senders have one or two.
/// Further ones are kept as one.
pub const MAX_OUTSTANDING_SETTINGS: usize = 64;

/// Acknowledgement steps of one side that are remembered to tell since when it could have known.
pub const MAX_ACK_HISTORY: usize = 256;

/// Odd fields of one field block that are kept to be named; one fault rarely shows in more.
pub const MAX_ODD_FIELDS: usize = 8;

/// Octets of a field's name or value that a finding shows.
pub const MAX_SHOWN_TEXT: usize = 64;

/// Authorities of requests that are kept for one connection, to compare promises with: a page rarely has so many.
pub const MAX_AUTHORITIES: usize = 32;

/// Alternative services of one server that are kept: sites name two or three, of several versions of HTTP/3.
pub const MAX_ALTERNATIVES: usize = 16;

/// Servers (address and port) of which it is kept how connections to them were agreed; of further ones it is not.
pub const MAX_AGREED_SERVERS: usize = 1 << 10;

/// Connections that are kept until the end of the capture to be compared with others in how they were agreed; the oldest gives way.
pub const MAX_AGREEMENTS: usize = 1 << 12;

/// Findings kept for one connection; further ones are counted.
pub const MAX_FINDINGS_PER_CONNECTION: usize = 1000;

/// Findings, connections and streams listed in a JSON report (`UX.md`: bounded).
pub const MAX_FINDINGS: usize = 10_000;

/// Default of `--limit-conns`.
pub const MAX_CONNECTIONS_LISTED: usize = 10_000;

/// Default of `--limit-streams`.
pub const MAX_STREAMS_LISTED: usize = 1_000;

/// Evidence lines kept for a finding.
pub const MAX_EVIDENCE: usize = 5;

/// SETTINGS frames and GOAWAY frames listed for one connection.
pub const MAX_LISTED_PER_CONNECTION: usize = 64;

/// Interfaces kept for one pcapng section: real files have a few, while a hostile file may declare one with every 20 octets.
pub const MAX_INTERFACES: usize = 1 << 12;

/// Link types named in the facts about a capture file; a file with more than a few of them is made up.
pub const MAX_LINK_TYPES_LISTED: usize = 64;

/// Damaged places of a capture file that are listed; further ones are counted.
pub const MAX_DAMAGE_LISTED: usize = 64;

/// Ranges of opened stream identifiers kept for each side of a connection: one range suffices for senders that number in order;
/// a sender that skips more often than this cannot be told from one that reuses.
pub const MAX_ID_RANGES: usize = 4096;

/// PINGs of one side that may wait for their acknowledgement.
pub const MAX_OUTSTANDING_PINGS: usize = 64;

/// Octets of GOAWAY debug data kept: enough for every message seen in the field.
pub const MAX_DEBUG_DATA: usize = 512;

/// Longest payload of a server's first SETTINGS frame by which HTTP/2 is recognised without a preface: every parameter ever
/// registered, several times over.
pub const MAX_FIRST_SETTINGS: usize = 600;

/// Places that may be the beginning of a frame, looked at together while frames are searched for: of noise, one octet in a million.
pub const MAX_FRAME_CANDIDATES: usize = 64;

/// Segments of one direction whose octets are held together, because it is not known what they are: what [`MAX_UNDECIDED`] holds of
/// 16 octets each.
pub const MAX_HELD_CHUNKS: usize = 1 << 12;

/// Pieces and signals that wait until it is known which end of a connection without a handshake is the client.
pub const MAX_EARLY_OUTPUTS: usize = 1024;

/// Octets of a compressed file asked of the operating system at a time: a fraction of what they unpack to.
pub const COMPRESSED_BLOCK: usize = 1 << 16;

/// Largest window, in octets, that compressed data may ask for: what `zstd --long` takes without being told, and twice that of
/// `xz -9`. More is only ever asked for by hand, or by a bomb.
pub const MAX_COMPRESSION_WINDOW: usize = 1 << 27;

/// Octets missing in one hole of a side beyond which nothing before the hole is taken to hold behind it: lost segments are far fewer,
/// while the sequence numbers of another connection, whose handshake was lost, lie anywhere in 2^32.
pub const MAX_BRIDGED_GAP: u64 = 1 << 20;

/// Octets of a TLS key log that are read: a million sessions, many times over.
pub const MAX_KEY_FILE: u64 = 1 << 28;

/// Octets of TLS key logs taken from one capture file: some hundred thousand sessions.
pub const MAX_EMBEDDED_SECRETS: usize = 1 << 26;

/// Seconds of capture time for which the fragments of an IP datagram are waited for: what Linux does (`ipfrag_time`).
pub const FRAGMENT_TIMEOUT_S: i64 = 30;

/// IP datagrams that may be incomplete, or remembered as complete, at once.
pub const MAX_FRAGMENTED: usize = 1 << 12;

/// Octets of incomplete IP datagrams held in all: 128 of the longest ones.
pub const MAX_FRAGMENT_OCTETS: usize = 1 << 23;

/// Packets that are remembered as the fragments of a datagram: one of 64 KiB has 45 on Ethernet, and 120 on the narrowest path (576).
pub const MAX_FRAGMENT_PACKETS: usize = 1 << 10;

/// Packets with fragments whose connection is remembered for an export: 16 MiB; fragments are rare.
pub const MAX_EXPORTED_FRAGMENTS: usize = 1 << 20;

/// Connections, and streams, that a filter of `show` and `export` looks at: as many as live at once, about 150 MiB of rows.
pub const MAX_FILTERED: usize = 1 << 17;

/// Octets of header fields that an export holds for exchanges that are not complete; beyond it fields are left out.
pub const MAX_EXPORTED_FIELDS: usize = 1 << 26;

/// Octets of header fields of one block that an export keeps: servers take less (8 to 64 KiB).
pub const MAX_EXPORTED_BLOCK: usize = 1 << 17;

/// Reasons for which packets are hidden that are counted one by one: more than any capture has that was not made up.
pub const MAX_HIDDEN_REASONS: usize = 32;

/// Secrets kept from TLS key logs: what [`MAX_EMBEDDED_SECRETS`] holds of the shortest lines.
pub const MAX_KEY_LINES: usize = 1 << 20;

/// Sources of TLS secrets told apart; files beyond it are named as the last one.
pub const MAX_KEY_SOURCES: usize = 1 << 12;

/// Largest TLS handshake message that is read: four records. Hellos of the field stay below 4 KiB, with post-quantum keys too,
/// certificate chains below 32 KiB.
pub const MAX_HANDSHAKE_MESSAGE: usize = 1 << 16;

/// Entries kept of each list in a TLS hello (suites, groups, names): several times what any client offers.
pub const MAX_HELLO_ITEMS: usize = 256;

/// TLS alerts listed for one connection: one from each side is what a connection has, and close_notify.
pub const MAX_ALERTS: usize = 8;

/// Names read from a TLS certificate: what large public certificates carry.
pub const MAX_CERTIFICATE_NAMES: usize = 128;

/// Certificates remembered with their octets, so that one shown again is not read again: those of the servers that a worker meets at
/// once, a few. Each has fewer octets than a handshake message may have, all together 512 KiB for each worker.
pub const MAX_KNOWN_CERTIFICATES: usize = 8;

/// Octets of TLS early data held until it is known whether the server accepted them: four times the usual max_early_data_size.
pub const MAX_EARLY_DATA: usize = 1 << 16;

/// TLS records that may be missing before one that is tried to be opened: what a hole of 64 KiB can hold of small records.
pub const MAX_SEQUENCES_TRIED: u32 = 1 << 12;

/// Attempts to open records of one side with keys and sequence numbers that are only possible; a wrong key log ends here.
pub const MAX_OPENING_TRIES: u32 = 1 << 14;

/// Earlier TLS sessions remembered by id or ticket, so that their resumption can be opened: those of the last minutes at a busy server.
pub const MAX_RESUMPTIONS: usize = 1 << 12;

/// Buffers for TLS records that wait for their next use: as many as records are open at once on one worker, a few.
pub const MAX_IDLE_BUFFERS: usize = 8;

/// Places that may be the begin of a TLS record, looked at together while records are searched for behind a gap.
pub const MAX_RECORD_CANDIDATES: usize = 16;
/// Faults of one connection that are remembered as reasons for errors, and errors that are asked for their reason. The first ones
/// tell what went wrong; a connection that has more is beyond explaining.
pub const MAX_CAUSES: usize = 64;

/// Reactions owed on one connection that are followed to the end: one for each stream, and one for the connection.
pub const MAX_DUES: usize = 32;
/// Fields of gRPC kept of one field block, beyond which each known name is kept once.
pub const MAX_METADATA_FIELDS: usize = 16;

/// Octets kept of the text of one such field: what grpc-message carries in the field, with the longest stack traces cut.
pub const MAX_METADATA_TEXT: usize = 1024;

/// Closed gRPC calls of one connection whose details are kept, for findings that name them later.
pub const MAX_CLOSED_CALLS: usize = 256;

/// Octets kept of the trailers that gRPC-Web puts into the content: a status, and a message as long as is kept elsewhere.
pub const MAX_WEB_TRAILERS: usize = 2048;

/// Streams of which the PRIORITY frames of one side are counted one by one: one stream that takes an eighth of them all stays.
pub const MAX_REPRIORITIZED: usize = 8;

/// Milliseconds without any segment of a connection from which on the next one is said to break a silence: below a second, retransmission
/// timers and delayed acknowledgements make pauses that nobody means.
pub const SILENCE_MS: i64 = 1000;

/// Streams of one side that may wait for credit at once and are timed.
pub const MAX_TIMED_WAITS: usize = 64;

/// Targets (server, port, name) of which connections are compared at the end of the capture; the one used longest ago gives way.
pub const MAX_TARGETS: usize = 1024;

/// Connections that are compared for each target; the oldest gives way. Rules that compare need three.
pub const MAX_SUMMARIES_PER_TARGET: usize = 32;
/// Windows of one side that are used up at once, whose stall is timed: more than a person could read of; further ones are not timed.
pub const MAX_STALLED_WINDOWS: usize = 1 << 10;

/// Idle streams with a priority that are counted for one side: ten times what browsers ask for ahead, and above every
/// MAX_CONCURRENT_STREAMS that means to be a limit.
pub const MAX_PRIORITIZED_IDLE: usize = 1 << 10;

/// Comments of a capture that speak to this program and are kept: more than a person writes.
pub const MAX_COMMENTS: usize = 1000;

/// Characters kept of such a comment: a rule, a reason and a day.
pub const MAX_COMMENT: usize = 1000;
