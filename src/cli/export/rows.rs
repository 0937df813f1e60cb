//! `h2lint export har|qlog`: what was said, as other tools read it. Written as the capture is read.

use super::super::flags::Reading;
use super::super::narrowing::{Narrowed, Narrowing};
use super::super::show::unread;
use super::super::terminal::Terminal;
use super::sink::{Sink, tell};
use super::{Paths, counted};
use crate::base::Time;
use crate::error::Error;
use crate::finding::Report;
use crate::pipeline;
use crate::report::{clean, har_begin, har_end, har_entry, qlog_begin, qlog_event};
use crate::views::{Event, Events, Happened, Interest, NO_INTEREST, Observed, Secrets, Transactions};

/// The words of both.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    paths: Paths,
    /// Values of authorization, cookies and tokens are written, not masked
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    narrowing: Narrowing,
    #[command(flatten)]
    reading: Reading,
}

/// Writes an HTTP archive.
pub(super) fn har(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let narrowed = args.narrowed(terminal)?;
    let mut out = None;
    let mut view = Transactions::new(args.secrets());
    let mut count = 0_u64;
    let report = args.analyze(Transactions::INTEREST, &mut |seen| {
        if !narrowed.conn(seen.conn) {
            return;
        }
        view.push(&seen, &mut |transaction| {
            let span = (transaction.t, transaction.t);
            if narrowed.stream(transaction.conn, transaction.stream) && narrowed.span(span) {
                let separator = if count == 0 { "\n" } else { ",\n" };
                count = count.saturating_add(1);
                args.put(&mut out, &har_begin, &format!("{separator}{}", har_entry(&transaction)));
            }
        });
    })?;
    args.put(&mut out, &har_begin, har_end());
    args.finish(out, &report, (count, "request"), terminal)
}

/// Writes events.
pub(super) fn qlog(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let narrowed = args.narrowed(terminal)?;
    let title = args.paths.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let title = clean(&title).into_owned();
    let mut out = None;
    let mut view = Events::new(args.secrets());
    let (mut count, mut epoch) = (0_u64, None);
    let report = args.analyze(Events::INTEREST, &mut |seen| {
        if !narrowed.conn(seen.conn) {
            return;
        }
        view.push(&seen, &mut |event| {
            if wanted(&event, &narrowed) {
                let epoch = *epoch.get_or_insert(event.began);
                count = count.saturating_add(u64::from(matches!(event.what, Happened::Frame(_))));
                args.put(&mut out, &|| qlog_begin(&title, epoch), &qlog_event(&event, epoch));
            }
        });
    })?;
    args.put(&mut out, &|| qlog_begin(&title, epoch.unwrap_or(Time(0))), "");
    args.finish(out, &report, (count, "frame"), terminal)
}

fn wanted(event: &Event, narrowed: &Narrowed) -> bool {
    let stream = match &event.what {
        Happened::Frame(frame) => frame.stream,
        Happened::Settings(_) | Happened::Remark(_) => 0,
    };
    narrowed.stream(event.conn, stream) && narrowed.moment(event.time.since(event.began).as_seconds())
}

/// Where the text goes, opened with the first of it: what is no capture leaves no file behind.
type Opened = Option<Result<Sink, Error>>;

impl Args {
    fn narrowed(&self, terminal: &Terminal) -> Result<Narrowed, Error> {
        let wishes = self.reading.wishes(NO_INTEREST);
        self.narrowing.settle(std::slice::from_ref(&self.paths.file), (wishes, &self.reading), terminal)
    }

    fn analyze(&self, interest: Interest, observe: &mut dyn FnMut(Observed<'_>)) -> Result<Report, Error> {
        let (keys, _) = self.reading.keys()?;
        let files = std::slice::from_ref(&self.paths.file);
        pipeline::analyze(files, &self.reading.wishes(interest), keys, observe)
    }

    const fn secrets(&self) -> Secrets {
        if self.show_secrets { Secrets::Shown } else { Secrets::Masked }
    }

    /// Writes a text, behind what stands first.
    fn put(&self, out: &mut Opened, begin: &dyn Fn() -> String, text: &str) {
        let opened = out.get_or_insert_with(|| {
            Sink::open(&self.paths).map(|mut sink| {
                sink.put(&begin());
                sink
            })
        });
        if let Ok(sink) = opened {
            sink.put(text);
        }
    }

    fn finish(
        &self,
        out: Opened,
        report: &Report,
        (count, what): (u64, &str),
        terminal: &mut Terminal,
    ) -> Result<u8, Error> {
        if let Some(opened) = out {
            opened?.finish()?;
        }
        tell(&self.paths, &counted(count, what), terminal)?;
        match (unread(report, terminal), count) {
            (0, 0) => {
                terminal.complain(&format!("no {what} was found; `h2lint show FILE` lists the connections"));
                Ok(NOTHING)
            }
            (code, _) => Ok(code),
        }
    }
}

/// The exit code where there is nothing to export.
pub(super) const NOTHING: u8 = 4;
