//! The request line of a stream, and what is kept of those before it: a request that comes again costs neither a copy nor an allocation.

use std::sync::Arc;

use crate::base::{Load, to_u64};
use crate::limits;

/// The request line of a stream, as far as its fields are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `:method`.
    pub method: Option<Arc<str>>,
    /// `:path`.
    pub path: Option<Arc<str>>,
    /// `:authority`.
    pub authority: Option<Arc<str>>,
    /// True when every field of the block is known.
    pub whole: bool,
    /// What it weighs, where its texts are long.
    pub load: Load,
}

/// A part of a request line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Method,
    Path,
    Authority,
}

/// One text of the request that was decoded last.
#[derive(Clone, Debug, Default)]
pub(super) enum Kept {
    #[default]
    Absent,
    /// The last request had the same.
    Same,
    Other(Arc<str>),
}

/// The last requests with long texts, each once: HPACK makes it cheap to say them in turns.
#[derive(Debug, Default)]
pub(super) struct Long {
    requests: [Option<Arc<Request>>; limits::LONG_REQUESTS],
    next: usize,
}

impl Request {
    /// A request of which everything is known.
    #[must_use]
    pub fn whole(method: &str, path: &str, authority: Option<&str>) -> Self {
        let (method, path) = (Some(method.into()), Some(path.into()));
        Self { method, path, authority: authority.map(Into::into), whole: true, ..Self::default() }
    }

    /// Octets of its texts.
    pub(super) fn octets(&self) -> u64 {
        let texts = [&self.method, &self.path, &self.authority];
        to_u64(texts.into_iter().flatten().fold(0, |sum: usize, text| sum.saturating_add(text.len())))
    }
}

impl Part {
    pub(super) fn of(self, request: &Request) -> Option<&Arc<str>> {
        match self {
            Self::Method => request.method.as_ref(),
            Self::Path => request.path.as_ref(),
            Self::Authority => request.authority.as_ref(),
        }
    }
}

impl Kept {
    /// True when the last request had the same, or like this one had none.
    pub(super) const fn is(&self, last: bool) -> bool {
        match self {
            Self::Absent => !last,
            Self::Same => true,
            Self::Other(_) => false,
        }
    }

    /// The text, which from here on is that of the last request.
    pub(super) fn settle(&mut self, last: Option<&Arc<str>>) -> Option<Arc<str>> {
        match std::mem::replace(self, Self::Same) {
            Self::Absent => {
                *self = Self::Absent;
                None
            }
            Self::Same => last.cloned(),
            Self::Other(text) => Some(text),
        }
    }
}

impl Long {
    /// A text that one of the requests had in this place.
    pub(super) fn find(&self, part: Part, text: &[u8]) -> Option<&Arc<str>> {
        let mut texts = self.requests.iter().flatten().filter_map(|request| part.of(request));
        texts.find(|known| known.as_bytes() == text)
    }

    /// The same request as one of these, or this one, which takes the place of the oldest.
    pub(super) fn keep(&mut self, mut request: Request, weigh: impl FnOnce(&mut Request)) -> Arc<Request> {
        if let Some(known) = self.requests.iter().flatten().find(|known| ***known == request) {
            return Arc::clone(known);
        }
        weigh(&mut request);
        let request = Arc::new(request);
        if let Some(place) = self.requests.get_mut(self.next % limits::LONG_REQUESTS) {
            *place = Some(Arc::clone(&request));
        }
        self.next = self.next.wrapping_add(1);
        request
    }
}
