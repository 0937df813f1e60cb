//! Where an export goes: a file, or standard output, whose reader may have seen enough.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::super::terminal::Terminal;
use super::Paths;
use crate::capture::create;
use crate::error::Error;

/// An export on its way.
pub(super) struct Sink {
    write: Box<dyn Write>,
    name: PathBuf,
    failed: Option<io::Error>,
}

impl Sink {
    /// Opens it.
    ///
    /// # Errors
    /// When the file is the capture itself, or cannot be written.
    pub(super) fn open(paths: &Paths) -> Result<Self, Error> {
        let write: Box<dyn Write> = if is_stdout(&paths.output) {
            Box::new(BufWriter::with_capacity(1 << 16, io::stdout()))
        } else {
            Box::new(create(&paths.file, &paths.output)?)
        };
        let name = if is_stdout(&paths.output) { "standard output".into() } else { paths.output.clone() };
        Ok(Self { write, name, failed: None })
    }

    /// Writes a text; once that failed, nothing more.
    pub(super) fn put(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.write.write_all(text.as_bytes()).err();
        }
    }

    /// What it is written to, and how that is called.
    pub(super) fn parts(&mut self) -> (&mut dyn Write, &Path) {
        (self.write.as_mut(), &self.name)
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// When something could not be written, unless nobody reads any more.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        match self.failed.take().or_else(|| self.write.flush().err()) {
            Some(source) => quiet(Err(Error::Write { path: self.name, source })),
            None => Ok(()),
        }
    }
}

/// A reader that closes the pipe has seen enough: that is no failure.
pub(super) fn quiet(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(Error::Write { source, .. }) if source.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says what was written, unless that stands on standard output itself.
pub(super) fn tell(paths: &Paths, said: &str, terminal: &mut Terminal) -> Result<(), Error> {
    if is_stdout(&paths.output) {
        return Ok(());
    }
    terminal.print(&format!("{}: {said}\n", crate::report::clean(&paths.output.display().to_string())))
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}
