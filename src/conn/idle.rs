//! Silence of a connection, and what came of it: who broke it, and whether the other end answered.

use crate::base::{Origin, Side, Signal, Span};

/// The last silence that was broken.
#[derive(Clone, Copy, Debug)]
pub struct Resumed {
    /// How long nobody had sent anything.
    pub silent: Span,
    /// Who broke it.
    pub by: Side,
    /// The first segment after it.
    pub at: Origin,
    /// True when that segment carries octets, or probes whether the peer lives.
    pub asks: bool,
    /// True when the other end has given a sign of life since.
    pub answered: bool,
    /// How often octets were sent again since.
    pub resent: u32,
    /// The last of these.
    pub last_resent: Option<Origin>,
}

/// What TCP lost on a side, as far as other octets had to wait for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loss {
    /// How long octets waited that were there already, the longest time.
    pub longest: Span,
    /// The same in all, and how often.
    pub total: Span,
    /// How often.
    pub count: u32,
    /// What filled the hole for which they waited longest.
    pub at: Option<Origin>,
}

impl Resumed {
    /// The state after another signal; `None` keeps what is known.
    pub(super) fn after(known: Option<Self>, side: Side, signal: Signal, origin: Origin) -> Option<Self> {
        if let Signal::Resumed { silent, asks } = signal {
            let unanswered = known.filter(|known| known.by == side && !known.answered && known.asks);
            // Timers of retransmissions grow beyond a second: what is still unanswered goes on.
            return Some(unanswered.unwrap_or(Self {
                silent,
                by: side,
                at: origin,
                asks,
                answered: false,
                resent: 0,
                last_resent: None,
            }));
        }
        let mut known = known?;
        match signal {
            Signal::Resent if side == known.by => {
                known.resent = known.resent.saturating_add(1);
                known.last_resent = Some(origin);
            }
            // It acknowledges what the other end said since, also where the capture lacks that.
            Signal::Acked if side == known.by => known.answered |= origin.at.pkt != known.at.at.pkt,
            Signal::Rst { .. } => {}
            _ if side != known.by => known.answered = true,
            _ => {}
        }
        Some(known)
    }
}

impl Loss {
    pub(super) fn add(&mut self, waited: Span, at: Origin) {
        if waited > self.longest {
            self.longest = waited;
            self.at = Some(at);
        }
        self.total = self.total.plus(waited);
        self.count = self.count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_stays_unanswered_until_the_other_end_speaks() {
        let broken = Signal::Resumed { silent: Span::seconds(40), asks: true };
        let say = |known, side, signal| Resumed::after(known, side, signal, Origin::default());
        let known = say(None, Side::Client, broken);
        let known = say(known, Side::Client, Signal::Resent);
        let later = Signal::Resumed { silent: Span::seconds(2), asks: true };
        let known = say(known, Side::Client, later).expect("a silence");
        assert_eq!((known.silent, known.resent, known.answered), (Span::seconds(40), 1, false));
        let known = say(Some(known), Side::Server, Signal::Acked).expect("a silence");
        assert!(known.answered);
    }
}
