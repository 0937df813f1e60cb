//! The page in a real browser, opened from disk: it draws, sorts, filters, jumps, prints, opens reports, and asks nobody for
//! anything. Where no Chromium is installed the tests say so and are skipped.
#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "these are tests"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use h2lint::base::Span;
use h2lint::frame::{ErrorCode, Setting};
use h2lint::script::{Script, Wire, block, data, get, goaway, headers, response, rst_stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A page in a folder of its own.
struct Page {
    folder: tempfile::TempDir,
    path: PathBuf,
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures").join(name).join("capture.pcap")
}

fn h2lint(words: &[&str]) -> Output {
    let output = Command::new(cargo_bin("h2lint")).args(words).env_clear().output().expect("it runs");
    assert!(output.status.code().is_some_and(|code| code < 5), "{output:?}");
    output
}

impl Page {
    /// Of a capture.
    fn of(capture: &Path) -> Self {
        Self::written(&[capture.to_str().expect("a name"), "-q"])
    }

    /// Of a conversation.
    fn of_script(script: &Script, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let capture = folder.path().join("capture.pcap");
        std::fs::write(&capture, script.pcap()).expect("written");
        Self::written(&[&[capture.to_str().expect("a name"), "-q"], flags].concat())
    }

    /// As a command writes it.
    fn written(words: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("page.html");
        let output = format!("html={}", path.display());
        h2lint(&[words, &["-o", &output]].concat());
        Self { folder, path }
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.path).expect("a page")
    }

    fn address(&self) -> String {
        format!("file://{}", self.path.display())
    }

    /// What a script says that runs in the page; `wide` is the width of the window. The page's own rules hold for it as well: the
    /// digest of the script is added to them, nothing else.
    fn told(&self, wide: u32, script: &str) -> Option<Value> {
        let listen = "<script>window.wrong = []; addEventListener('error', (event) => wrong.push(event.message));\
            addEventListener('unhandledrejection', (event) => wrong.push(String(event.reason)));\
            addEventListener('securitypolicyviolation', (event) => wrong.push(event.violatedDirective));\
            console.error = (...words) => wrong.push(words.join(' '));</script>";
        let ask = format!(
            "setTimeout(async () => {{ let told; try {{ told = await (async () => {{ {TOOLS} {script} }})(); }}\
            catch (error) {{ told = {{ failed: String(error.stack) }}; }} told.wrong = wrong;\
            told.asked = performance.getEntriesByType('resource').length;\
            parent.postMessage(btoa(unescape(encodeURIComponent(JSON.stringify(told)))), '*'); }}, 50)"
        );
        let digest = STANDARD.encode(Sha256::digest(ask.as_bytes()));
        let page = self.text().replacen("<head>", &format!("<head>{listen}"), 1);
        let page = page.replacen("script-src '", &format!("script-src 'sha256-{digest}' '"), 1);
        let page = page.replace("</body>", &format!("<script>{ask}</script></body>"));
        let asking = self.folder.path().join("asking.html");
        std::fs::write(&asking, page).expect("written");
        // No window is narrower than 500 pixels; a frame in it is.
        let frame = format!(
            "<!doctype html><meta charset=utf-8><iframe src=asking.html style='border:0;width:{wide}px;height:900px'></iframe><script>\
            addEventListener('message', (event) => {{ const out = document.createElement('pre'); out.id = 'told';\
            out.textContent = event.data; document.body.append(out); }})</script>"
        );
        let framed = self.folder.path().join("framed.html");
        std::fs::write(&framed, frame).expect("written");
        let output =
            chromium(&["--window-size=1600,1000", "--dump-dom", &format!("file://{}", framed.display())])?;
        let dom = String::from_utf8_lossy(&output.stdout).into_owned();
        let out = dom.rsplit_once("id=\"told\">").and_then(|(_, rest)| rest.split_once('<'));
        let out = out.unwrap_or_else(|| panic!("nothing told in {dom}")).0;
        let told: Value = serde_json::from_slice(&STANDARD.decode(out).expect("base64")).expect("JSON");
        assert_eq!(told.get("failed"), None, "{told}");
        assert_eq!(told.get("wrong"), Some(&json!([])), "errors or violations in {told}");
        assert_eq!(told.get("asked"), Some(&json!(0)), "{told}");
        Some(told)
    }
}

/// What scripts of these tests share.
const TOOLS: &str = "
    const all = (what) => [...document.querySelectorAll(what)], one = (what) => document.querySelector(what);
    const text = (node) => node ? node.textContent : null, pause = (time) => new Promise((done) => setTimeout(done, time || 20));
    const button = (word, within) => [...(within || document).querySelectorAll('button')].find((node) => node.textContent === word);
    const key = (name) => (document.activeElement || document.body).dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
    const type = (id, words) => { const box = document.getElementById(id); box.value = words; box.dispatchEvent(new Event('input')); };
    const drop = async (name, content) => { const octets = typeof content === 'string' ? new TextEncoder().encode(content) : content;
        const event = new Event('drop', { bubbles: true, cancelable: true }); event.dataTransfer = { files: [{ name, arrayBuffer: async () => octets.buffer }] };
        dispatchEvent(event); await pause(); };
    const nameless = () => all('button, input:not([aria-hidden]), summary, svg[role=img], dialog, [role=region], [role=tabpanel], [role=tablist]').filter((node) =>
        !(node.textContent.trim() || node.getAttribute('aria-label') || node.closest('label') || node.getAttribute('aria-labelledby'))).map((node) => node.outerHTML.slice(0, 120));
    const twice = () => { const ids = all('[id]').map((node) => node.id); return ids.filter((id, at) => ids.indexOf(id) !== at); };
    const sideways = () => document.documentElement.scrollWidth > innerWidth ? all('body *').filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('.scroll, .tabs')).slice(0, 5).map((node) => node.outerHTML.slice(0, 80)) : [];
";

fn chromium(words: &[&str]) -> Option<Output> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let profile = tempfile::tempdir().expect("a directory");
    let data = format!("--user-data-dir={}", profile.path().display());
    let run = |name: &str| {
        let quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000", &data];
        Command::new(name).args(quiet).args(words).output().ok()
    };
    let found = names.iter().find_map(|name| run(name));
    if found.is_none() {
        eprintln!("SKIPPED: no Chromium here, so the page was not opened in a browser");
    }
    found
}

fn is(told: &Value, key: &str, value: impl Into<Value>) {
    assert_eq!(told.get(key), Some(&value.into()), "{key} in {told}");
}

#[test]
fn a_page_is_read_from_disk_and_works() {
    let script = r#"
        const rows = () => all('#conns tbody tr.picks').length;
        const found = { word: text(one('.word')), badge: text(one('.badge')), rows: rows() };
        type('filter', 'no such thing'); found.none = rows();
        type('filter', 'PRE001 server'); found.some = rows(); type('filter', '');
        document.getElementById('tab-Waterfall').click();
        button('Ladder', one('.evidence li.effect')).click();
        found.tab = text(one('[role=tab][aria-selected=true]')); found.lit = all('.rung.now').length;
        found.offends = text(one('.rung.offend title')); found.proven = all('.rung .tick').length;
        found.silence = all('svg text').some((node) => node.textContent.includes('s of silence'));
        key('/'); found.focus = document.activeElement.id; key('Escape');
        key('j'); found.moved = document.activeElement.tagName + text(document.activeElement).includes('PRE001');
        key('j'); found.second = text(document.activeElement).includes('GOA007'); key('k');
        found.back = text(document.activeElement).includes('PRE001');
        key('?'); found.help = text(one('dialog[open]')).includes('filter connections'); one('dialog button').click(); await pause();
        found.closed = all('dialog').length;
        const light = getComputedStyle(document.body).backgroundColor; key('t');
        found.dark = getComputedStyle(document.body).backgroundColor !== light;
        found.tabs = all('[role=tab]').map((tab) => { document.getElementById(tab.id).click(); return text(tab) + (one('.panel:not([hidden])').childElementCount ? '' : ' EMPTY'); });
        one('[role=tab][aria-selected=true]').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
        found.round = text(document.activeElement);
        one('.astable').open = true; await pause(); found.table = all('.astable tbody tr').length;
        found.rules = all('.rules tbody tr').length; found.skipped = text(one('.rules')).includes('skipped: not selected');
        found.nameless = nameless(); found.twice = twice(); found.sideways = sideways();
        return found;"#;
    let Some(told) = Page::of(&case("cmux/hang-grpcgo")).told(1400, script) else { return };
    is(&told, "word", "FAIL");
    is(&told, "badge", "blame SERVER · certain");
    for (key, count) in [("rows", 1), ("none", 0), ("some", 1), ("lit", 1), ("closed", 0)] {
        is(&told, key, count);
    }
    is(&told, "tab", "Ladder");
    is(&told, "focus", "filter");
    is(&told, "moved", "SUMMARYtrue");
    is(&told, "round", "Ladder");
    for key in ["silence", "second", "back", "help", "dark", "skipped"] {
        is(&told, key, true);
    }
    let tabs =
        "Ladder Waterfall Requests Headers Windows Concurrency Settings,\u{a0}PING,\u{a0}GOAWAY Negotiation";
    let tabs: Vec<String> = tabs.split(' ').map(|tab| tab.replace('\u{a0}', " ")).collect();
    is(&told, "tabs", json!(tabs));
    is(&told, "nameless", json!([]));
    is(&told, "twice", json!([]));
    is(&told, "sideways", json!([]));
    assert!(told["offends"].as_str().unwrap().contains("TCP FIN ✗ PRE001"), "{told}");
    assert!(told["proven"].as_u64() > Some(1) && told["table"].as_u64() > Some(6), "{told}");
    assert!(told["rules"].as_u64() > Some(250), "{told}");
}

#[test]
fn filters_are_copied_with_and_without_a_clipboard() {
    let script = r#"
        const found = {}, copy = () => button('Copy filter', one('.evidence li')).click(), said = () => text(document.getElementById('said'));
        Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: async (words) => { found.board = words; } } });
        copy(); await pause(); found.said = said();
        Object.defineProperty(navigator, 'clipboard', { configurable: true, value: undefined });
        document.execCommand = () => { found.command = document.activeElement.value; return true; };
        copy(); await pause();
        document.execCommand = () => false;
        copy(); await pause(); found.byHand = one('dialog input').value; one('dialog button').click(); await pause();
        button('Copy filter for all').click(); await pause(); found.all = one('dialog input').value;
        return found;"#;
    let Some(told) = Page::of(&case("cmux/hang-grpcgo")).told(1400, script) else { return };
    for key in ["board", "command", "byHand"] {
        is(&told, key, "frame.number == 6");
    }
    is(&told, "said", "Copied: frame.number == 6");
    is(&told, "all", "frame.number in {6, 7, 8}");
}

#[test]
fn columns_sort_both_ways_and_calls_have_percentiles() {
    let mut script = Script::open();
    for (call, pause) in [(1, 5), (3, 50), (5, 9), (7, 1)] {
        let status = if call == 5 { "500" } else { "200" };
        script = script.client([get(call)]).wait(Span::millis(pause));
        script = script.server([headers(call, &block(&[(":status", status)])).map(Wire::end_stream)]);
    }
    let script = script.again_open(Span::millis(9)).client([get(1)]).server([response(1)]).close();
    let ask = r#"
        const column = (place) => all('#conns tbody tr').map((row) => text(row.children[place]));
        const head = (word) => all('#conns th button').find((node) => node.textContent === word);
        const found = { conns: column(0) };
        head('streams').click(); found.most = column(4); found.sort = text(one('#conns th[aria-sort]')) + one('#conns th[aria-sort]').getAttribute('aria-sort');
        head('streams').click(); found.least = column(4); found.spark = all('#conns svg title').map(text);
        all('#conns tr.picks').find((row) => row.dataset.row === '0').click(); document.getElementById('tab-Requests').click();
        found.summary = all('.panel:not([hidden]) table')[0].querySelectorAll('td').length;
        found.cells = [...all('.panel:not([hidden]) table')[0].querySelectorAll('td')].map(text);
        document.getElementById('tab-Waterfall').click(); found.bars = all('.bar-of').length; found.first = all('.bar-of .first').length;
        document.getElementById('tab-Concurrency').click(); found.said = text(one('.panel:not([hidden]) p'));
        return found;"#;
    let Some(told) = Page::of_script(&script, &[]).told(1400, ask) else { return };
    is(&told, "conns", json!(["0", "1"]));
    is(&told, "most", json!(["4", "1"]));
    is(&told, "least", json!(["1", "4"]));
    is(&told, "sort", "streamsdescending");
    is(&told, "spark", json!(["Open streams over time, at most 1", "Open streams over time, at most 1"]));
    is(&told, "bars", 4);
    is(&told, "first", 4);
    assert_eq!(told["cells"][0], "GET /", "{told}");
    assert_eq!((&told["cells"][1], &told["cells"][2]), (&json!("4"), &json!("1")), "{told}");
    assert!(told["cells"][3].as_str().unwrap().starts_with("5."), "the median: {told}");
    assert!(told["said"].as_str().unwrap().contains("MAX_CONCURRENT_STREAMS"), "{told}");
}

#[test]
fn reports_are_opened_and_others_are_told_from_them() {
    let report = String::from_utf8(
        h2lint(&[case("clean/goaway-grpcgo-graceful").to_str().unwrap(), "--format", "json"]).stdout,
    );
    let scan = String::from_utf8(
        h2lint(&["scan", "testdata/captures/fault", "testdata/captures/files", "--format", "json", "-q"])
            .stdout,
    );
    let mut carried = String::new();
    for (name, text) in [("report", report.unwrap()), ("scan", scan.unwrap())] {
        write!(carried, "const {name} = {};", Value::from(text).to_string().replace('<', "\\u003c")).unwrap();
    }
    let script = format!(
        "{carried}{}",
        r#"
        const found = { before: text(one('h1')), alarms: [] };
        const bad = [['a.pcap', new Uint8Array([0xd4, 0xc3, 0xb2, 0xa1, 2, 0])], ['a.json', '{"schema":"h2lint/report/7"}'], ['b.json', '{"a":1}'], ['c.json', '{'], ['d.json', ''],
            ['e.ndjson', '{"type":"input"}\n{"type":"summary"}\n'], ['f.sarif', '{"$schema":"x","runs":[]}'], ['g.json', '{"schema":"h2lint/report/1"}'], ['h.json', '{"schema":"h2lint/config/1"}'],
            ['i.json', JSON.stringify({ ...JSON.parse(report), connections: [{}] })]];
        for (const [name, content] of bad) { await drop(name, content); found.alarms.push(text(document.getElementById('alert'))); }
        found.after = text(one('h1'));
        await drop('report.json', report); found.alert = text(document.getElementById('alert')); found.opened = text(one('h1')); found.steps = all('.rung').length;
        found.tabs = all('[role=tab]').map((tab) => { document.getElementById(tab.id).click(); return one('.panel:not([hidden])').childElementCount; });
        await drop('scan.json', scan); found.captures = all('#capture-list tbody tr').length; found.conns = all('#conns tbody tr').length;
        const hostile = JSON.parse(report); hostile.verdict.headline = '<b>another</b>\u202e'; await drop('report.json', JSON.stringify(hostile));
        found.headline = text(one('h1')); found.bold = all('h1 b').length;
        return found;"#
    );
    let Some(told) = Page::of(&case("cmux/hang-grpcgo")).told(1400, &script) else { return };
    let alarms: Vec<&str> =
        told["alarms"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let wanted = [
        "a.pcap cannot be opened: it is a capture.",
        "this page reads h2lint/report/1",
        "no field \"schema\"",
        "it is not JSON",
        "it is empty",
        "it is NDJSON",
        "it is SARIF",
        "has no verdict",
        "its schema is h2lint/config/1",
        "something in it is not as it should be",
    ];
    for (alarm, wanted) in alarms.iter().zip(wanted) {
        assert!(alarm.contains(wanted), "{wanted}: {alarm}");
    }
    assert_eq!(told["before"], told["after"], "a file that is none leaves the page as it was");
    is(&told, "alert", "");
    is(&told, "headline", "<b>another</b>\\u{202e}");
    is(&told, "bold", 0);
    assert_ne!(told["opened"], told["before"]);
    assert!(told["steps"].as_u64() > Some(1) && told["captures"].as_u64() > Some(20), "{told}");
    assert!(told["tabs"].as_array().unwrap().iter().all(|count| count.as_u64() > Some(0)), "{told}");
}

#[test]
fn a_scan_is_seen_whole_and_capture_by_capture() {
    let folder = tempfile::tempdir().expect("a directory");
    for name in ["cmux/hang-grpcgo", "fault/data-on-stream-zero", "fault/frame-too-large", "grpc/four-kinds"]
    {
        let copy = folder.path().join(format!("{}.pcap", name.replace('/', "-")));
        std::fs::copy(case(name), copy).expect("copied");
    }
    std::fs::write(folder.path().join("bad.pcap"), "no capture at all").expect("written");
    let page = Page::written(&["scan", folder.path().to_str().unwrap(), "-q"]);
    let script = r#"
        const names = () => all('#capture-list tbody tr').map((row) => text(row.children[0]) + ' ' + text(row.children[1]));
        const found = { word: text(one('.word')), names: names(), bad: text(one('#captures')) };
        type('filter-captures', 'PRE001'); found.filtered = names(); type('filter-captures', '');
        all('#capture-list th button')[0].click(); found.sorted = names().map((name) => name.split('.')[0]);
        found.groups = all('.finding').length; found.place = text(one('.finding .place'));
        found.conns = all('#conns tbody tr').length;
        all('#capture-list tbody tr').find((row) => text(row).startsWith('cmux')).click(); await pause(100);
        found.hash = location.hash; found.own = text(one('h1')); found.ownConns = all('#conns tbody tr').length; found.list = all('#capture-list').length;
        button('Ladder', one('.evidence')).click(); found.rung = all('.rung.now').length; found.proven = all('.rung .tick').length;
        button('← All captures').click(); await pause(100); found.back = all('#capture-list tbody tr').length;
        button('Ladder', all('.finding').find((node) => text(node).includes('PRE001')).querySelector('.evidence')).click(); found.jumped = all('.rung.now').length;
        found.nameless = nameless(); found.twice = twice(); found.sideways = sideways();
        location.hash = 'capture=1'; await pause(100);
        const { connections, ...other } = JSON.parse(document.getElementById('report').textContent);
        await drop('other.json', JSON.stringify(other)); found.none = text(one('#conns')); found.alert = text(document.getElementById('alert')); found.gone = location.hash;
        return found;"#;
    let Some(told) = page.told(1400, script) else { return };
    let wanted = ["bad.pcap UNREADABLE", "cmux-hang-grpcgo.pcap FAIL", "fault-data-on-stream-zero.pcap FAIL"];
    assert_eq!(told["names"].as_array().unwrap()[..3], wanted.map(Value::from), "{told}");
    is(&told, "filtered", json!(["cmux-hang-grpcgo.pcap FAIL"]));
    assert_eq!(
        (&told["sorted"][0], &told["sorted"][4]),
        (&json!("bad"), &json!("grpc-four-kinds")),
        "{told}"
    );
    is(&told, "word", "FAIL");
    is(&told, "ownConns", 1);
    is(&told, "alert", "");
    is(&told, "gone", "");
    is(&told, "list", 0);
    is(&told, "back", 5);
    is(&told, "rung", 1);
    is(&told, "jumped", 1);
    is(&told, "nameless", json!([]));
    is(&told, "twice", json!([]));
    is(&told, "sideways", json!([]));
    assert!(told["own"].as_str().unwrap().contains("never sent its SETTINGS"), "{told}");
    assert!(told["proven"].as_u64() > Some(0), "a scan's page carries frames: {told}");
    assert!(told["bad"].as_str().unwrap().contains("1 capture not read in full"), "{told}");
}

#[test]
fn what_the_traffic_says_is_never_markup() {
    let evil = "</script><img src=x onerror=wrong.push('ran')><!--\u{202e}\u{2028}";
    let request = block(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/<svg/onload=wrong.push(1)>?\u{2028}"),
        (":authority", "\"><script>wrong.push(2)</script>"),
        ("x-evil", evil),
        ("authorization", "Bearer top-secret-token"),
        ("cookie", "session=top-secret-cookie"),
    ]);
    let script = Script::open()
        .client([headers(1, &request).map(Wire::end_stream)])
        .server([
            headers(1, &block(&[(":status", "200"), ("server", evil)])),
            data(1, evil.as_bytes()).map(Wire::end_stream),
        ])
        .client([get(3)])
        .server([
            rst_stream(3, ErrorCode::INTERNAL_ERROR),
            goaway(3, ErrorCode::INTERNAL_ERROR).map(|wire| {
                let debug = [&[0, 0, 0, 3, 0, 0, 0, 2][..], evil.as_bytes()].concat();
                wire.payload(&debug)
            }),
        ])
        .close();
    let page = Page::of_script(&script, &[]);
    let text = page.text();
    assert_eq!(text.matches("</script").count(), 4, "three of data, one of code");
    assert!(
        !text.contains("<img") && !text.contains("<svg/") && !text.contains("<!--"),
        "markup of the traffic"
    );
    assert!(!text.contains('\u{2028}') && !text.contains("top-secret"), "secrets are masked");
    let ask = r#"
        const found = {};
        for (const tab of all('[role=tab]')) { document.getElementById(tab.id).click(); all('.astable').forEach((box) => { box.open = true; }); await pause(); found[tab.id] = text(one('.panel:not([hidden])')); }
        all('.finding').forEach((card) => { card.open = true; });
        found.images = all('img, script:not([type]), iframe, object').length; found.bidi = /[\u202e\u2028]/.test(document.body.innerText);
        return found;"#;
    let Some(told) = page.told(1400, ask) else { return };
    is(&told, "images", 3);
    is(&told, "bidi", false);
    let fields = told["tab-Headers"].as_str().unwrap();
    assert!(fields.contains("<img src=x onerror=") && fields.contains("\\u{202e}\\u{2028}"), "{fields}");
    assert!(fields.contains("masked") && fields.contains("known"), "{fields}");
    assert!(told["tab-Control"].as_str().unwrap().contains("INTERNAL_ERROR: </script><img"), "{told}");
    let shown = Page::of_script(&script, &["--show-secrets"]).text();
    assert!(shown.contains("top-secret-token"), "it was asked for");
}

#[test]
fn many_streams_are_counted_where_they_are_not_listed() {
    let mut script = Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 100)]);
    for call in 0..12_000_u32 {
        let stream = call * 2 + 1;
        script = script.client([get(stream)]).server([response(stream).map(Wire::end_stream)]);
    }
    let page = Page::of_script(&script.close(), &[]);
    let length = page.text().len();
    assert!(length < 5_000_000, "{length} octets");
    let ask = r#"
        const found = { streams: text(one('#conns tbody tr').children[4]) };
        for (;;) { const more = all('.panel:not([hidden]) button').find((node) => text(node).startsWith('Show more')); if (!more) break; more.click(); }
        found.gap = all('svg text').filter((node) => /steps not shown/.test(node.textContent)).length;
        document.getElementById('tab-Waterfall').click(); found.says = text(one('.panel:not([hidden])')).match(/[\d\u202f]+ streams of this connection are not listed/);
        document.getElementById('tab-Requests').click(); found.cells = [...all('.panel:not([hidden]) table')[0].querySelectorAll('td')].map(text);
        document.getElementById('tab-Headers').click(); found.left = text(one('.panel:not([hidden])')).includes('later field blocks');
        return found;"#;
    let Some(told) = page.told(1400, ask) else { return };
    is(&told, "streams", "12\u{202f}000");
    is(&told, "gap", 1);
    is(&told, "left", true);
    assert_eq!(told["says"][0], "2\u{202f}000 streams of this connection are not listed", "{told}");
    assert_eq!(told["cells"][1], "12\u{202f}000", "{told}");
}

#[test]
fn a_narrow_window_is_enough() {
    for name in ["cmux/hang-grpcgo", "grpc/four-kinds", "tls/alert-120", "h2c/push"] {
        let script = r#"
            const found = { wide: innerWidth, sideways: [] };
            all('details').forEach((box) => { box.open = true; });
            for (const tab of all('[role=tab]')) { document.getElementById(tab.id).click(); await pause(); found.sideways.push(...sideways().map((node) => tab.id + ' ' + node)); }
            return found;"#;
        let Some(told) = Page::of(&case(name)).told(360, script) else { return };
        is(&told, "wide", 360);
        is(&told, "sideways", json!([]));
    }
}

#[test]
fn text_stands_out_in_light_and_dark() {
    let script = r#"
        const light = (colour) => { const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.length === 4 ? colour[(at + 1) / 2].repeat(2) : colour.slice(at, at + 2), 16) / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const value = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
        const contrast = (a, b) => { const [x, y] = [light(value(a)), light(value(b))].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
        const poor = [];
        for (const theme of ['light', 'dark']) { document.documentElement.dataset.theme = theme;
            for (const ink of ['ink', 'mute', 'accent', 'error', 'warning', 'info', 'pass', 'headers', 'data', 'settings', 'window', 'ping', 'goaway', 'rst'])
                for (const paper of ['card', 'bg', 'soft']) if (contrast(ink, paper) < 4.5) poor.push([theme, ink, paper, contrast(ink, paper)]); }
        return { poor };"#;
    let Some(told) = Page::of(&case("cmux/hang-grpcgo")).told(1400, script) else { return };
    is(&told, "poor", json!([]));
}

#[test]
fn a_page_prints_whole() {
    let page = Page::of(&case("grpc/four-kinds"));
    let script = r#"
        dispatchEvent(new Event('beforeprint'));
        const found = { panels: all('.panel').map((node) => node.childElementCount > 1), open: all('.finding:not([open])').length };
        dispatchEvent(new Event('afterprint')); found.after = all('.panel').filter((node) => node.childElementCount).length; found.folded = all('.finding[open]').length;
        return found;"#;
    let Some(told) = page.told(1400, script) else { return };
    is(&told, "panels", json!(vec![true; 8]));
    is(&told, "open", 0);
    is(&told, "after", 1);
    is(&told, "folded", 0);
    let pdf = page.folder.path().join("page.pdf");
    chromium(&[&format!("--print-to-pdf={}", pdf.display()), &page.address()]);
    let octets = std::fs::read(&pdf).expect("a PDF");
    assert!(octets.starts_with(b"%PDF-"), "{} octets", octets.len());
    let pages = String::from_utf8_lossy(&octets).matches("/Type /Page\n").count();
    assert!(pages > 2, "{pages} pages");
}
