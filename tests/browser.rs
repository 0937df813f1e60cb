//! The page in a real browser, opened from disk: it draws, sorts, filters, jumps, prints, and asks nobody for anything. Where no
//! Chromium is installed the test says so and is skipped.
#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "these are tests"
)]

use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

/// The page of a capture, with a script behind it that notes what it finds as the document's title.
fn page(case: &str, folder: &Path, script: &str) -> String {
    let capture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures").join(case).join("capture.pcap");
    let path = folder.join("page.html");
    let word = format!("html={}", path.display());
    let done = Command::new(cargo_bin("h2lint")).arg(capture).args(["-q", "-o", &word]).env_clear().output();
    assert!(done.expect("the program runs").status.code().is_some_and(|code| code < 2));
    let page = std::fs::read_to_string(&path).expect("a page");
    let listen = "<head><script>window.wrong = []; addEventListener('error', (event) => wrong.push(event.message));\
        addEventListener('securitypolicyviolation', (event) => wrong.push(event.violatedDirective));</script>";
    let ask = format!(
        "<script>setTimeout(() => {{ const told = (() => {{ {script} }})(); told.wrong = wrong;\
        told.asked = performance.getEntriesByType('resource').length;\
        document.body.replaceChildren(JSON.stringify(told)); }}, 300)</script></body>"
    );
    let page = page.replacen("<head>", listen, 1).replace("</body>", &ask);
    std::fs::write(&path, page).expect("written");
    format!("file://{}", path.display())
}

fn chromium(words: &[&str]) -> Option<Output> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let run = |name: &str| {
        let quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000"];
        Command::new(name).args(quiet).args(words).output().ok()
    };
    let found = names.iter().find_map(|name| run(name));
    if found.is_none() {
        eprintln!("SKIPPED: no Chromium here, so the page was not opened in a browser");
    }
    found
}

/// What the script says of the page.
fn told(case: &str, script: &str) -> Option<Value> {
    let folder = tempfile::tempdir().expect("a directory");
    let output = chromium(&["--dump-dom", &page(case, folder.path(), script)])?;
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let body =
        dom.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>")).map(|(body, _)| body);
    let told: Value = serde_json::from_str(body.unwrap_or_default()).unwrap_or_else(|_| panic!("{dom}"));
    assert_eq!(told.get("wrong"), Some(&serde_json::json!([])), "{told}");
    assert_eq!(told.get("asked"), Some(&serde_json::json!(0)), "{told}");
    Some(told)
}

#[test]
fn a_page_is_read_from_disk_and_works() {
    let script = r#"
        const text = (node) => node ? node.textContent : null;
        const rows = () => document.querySelectorAll('#conns tbody tr').length;
        const first = () => document.querySelector('#conns tbody tr').dataset.conn;
        const found = { title: document.title, word: text(document.querySelector('.word')), rows: rows() };
        document.querySelector('#conns th button').click(); found.sorted = first();
        const filter = document.getElementById('filter');
        filter.value = 'no such thing'; filter.dispatchEvent(new Event('input')); found.none = rows();
        filter.value = ''; filter.dispatchEvent(new Event('input'));
        [...document.querySelectorAll('.finding button')].find((one) => one.textContent === 'Ladder').click();
        found.lit = document.querySelectorAll('.rung.now').length;
        found.silence = [...document.querySelectorAll('svg text')].some((one) => one.textContent.includes('s of silence'));
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
        found.focus = document.activeElement.id;
        document.activeElement.blur();
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
        found.moved = document.activeElement.tagName;
        const light = getComputedStyle(document.body).backgroundColor;
        document.querySelector('[aria-label="Switch between light and dark"]').click();
        found.dark = getComputedStyle(document.body).backgroundColor !== light;
        found.tabs = [...document.querySelectorAll('[role=tab]')].map((tab) => { document.getElementById(tab.id).click(); return text(tab); });
        found.nameless = [...document.querySelectorAll('button, input, svg[role=img]')].filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || one.closest('label'))).length;
        return found;"#;
    let Some(told) = told("cmux/hang-grpcgo", script) else { return };
    let is = |key: &str, value: Value| assert_eq!(told.get(key), Some(&value), "{key} in {told}");
    is("word", "FAIL".into());
    is("none", 0.into());
    is("silence", true.into());
    is("focus", "filter".into());
    is("moved", "SUMMARY".into());
    is("dark", true.into());
    is("nameless", 0.into());
    is("tabs", serde_json::json!(["Ladder", "Waterfall", "Settings &amp; GOAWAY", "Concurrency", "Windows"]));
    assert!(told.get("lit").and_then(Value::as_u64) > Some(0), "{told}");
}

#[test]
fn a_report_that_is_dropped_is_drawn() {
    let script = r#"
        const other = { ...report, verdict: { ...report.verdict, status: 'warn', headline: '<b>another</b>\u202e' } };
        const parsed = JSON.parse(JSON.stringify(other)); report = parsed; rungs = {}; draw(); select(report.connections[0]);
        return { headline: document.querySelector('h1').textContent, bold: document.querySelectorAll('h1 b').length,
            rungs: document.querySelectorAll('.rung').length };"#;
    let Some(told) = told("clean/goaway-grpcgo-graceful", script) else { return };
    assert_eq!(told.get("headline"), Some(&Value::from("&lt;b&gt;another&lt;/b&gt;\\u{202e}")), "{told}");
    assert_eq!(told.get("bold"), Some(&Value::from(0)));
    assert!(told.get("rungs").and_then(Value::as_u64) > Some(4), "{told}");
}

#[test]
fn a_page_prints() {
    let folder = tempfile::tempdir().expect("a directory");
    let address = page("grpc/four-kinds", folder.path(), "return {};");
    let pdf = folder.path().join("page.pdf");
    let word = format!("--print-to-pdf={}", pdf.display());
    if chromium(&[&word, &address]).is_none() {
        return;
    }
    let octets = std::fs::read(&pdf).expect("a PDF");
    assert!(octets.starts_with(b"%PDF-"), "{} octets", octets.len());
}
