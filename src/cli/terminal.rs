//! Standard output and standard error. A reader that closes the pipe has seen enough: that is no failure.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::error::Error;
use crate::report::clean;

/// Where results and complaints go.
#[derive(Debug, Default)]
pub(super) struct Terminal {
    /// Nobody reads the output any more, or it takes no more.
    closed: bool,
    out: Option<io::BufWriter<io::Stdout>>,
}

impl Terminal {
    /// Writes a result to standard output, at once.
    pub(super) fn print(&mut self, text: &str) -> Result<(), Error> {
        self.put(text)?;
        self.flush()
    }

    /// Writes a part of a result; it may wait for more.
    pub(super) fn put(&mut self, text: impl AsRef<[u8]>) -> Result<(), Error> {
        self.put_by(|out| out.write_all(text.as_ref()))
    }

    /// The same, of what is made while it is written.
    pub(super) fn put_by(
        &mut self,
        write: impl FnOnce(&mut io::BufWriter<io::Stdout>) -> io::Result<()>,
    ) -> Result<(), Error> {
        let out = self.out.get_or_insert_with(|| io::BufWriter::with_capacity(1 << 16, io::stdout()));
        if self.closed {
            return Ok(());
        }
        let written = write(out);
        self.note(written)
    }

    /// Sends off what waits.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let Some(out) = self.out.as_mut().filter(|_| !self.closed) else { return Ok(()) };
        let flushed = out.flush();
        self.note(flushed)
    }

    /// True when nobody reads the output any more.
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Says something on standard error, in one line, whatever is in it.
    pub(super) fn complain(&self, text: &str) {
        let said = writeln!(io::stderr().lock(), "h2lint: {}", clean(text));
        drop(said);
    }

    fn note(&mut self, written: io::Result<()>) -> Result<(), Error> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(source) => {
                self.closed = true;
                Err(Error::Write { path: "standard output".into(), source })
            }
            Ok(()) => Ok(()),
        }
    }
}

/// Writes a result to a file.
pub(super) fn write_file(path: &Path, octets: impl AsRef<[u8]>) -> Result<(), Error> {
    fs::write(path, octets).map_err(|source| Error::Write { path: path.to_path_buf(), source })
}
