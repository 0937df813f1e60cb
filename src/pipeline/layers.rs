//! TLS, where there is any, between TCP and what stands above: its plaintext goes where the octets of TCP go otherwise.

use super::conclusion::Concluded;
use super::covered::Records;
use super::desk::{Desk, Sight};
use super::opening::Held;
use super::upper::Upper;
use crate::base::{Origin, PerSide, Piece, Place, Side, Signal};
use crate::http1::FirstOctets;
use crate::tcp::{Connection as Tcp, Direction, Output};
use crate::tls::{self, AlertDescription, Fact, Label, Session, Turn};
use crate::views::Observed;

/// A connection above TCP.
#[derive(Default)]
pub(super) struct Layers {
    tls: Option<Box<Secured>>,
    pub(super) upper: Upper,
}

/// TLS, and where its records end.
struct Secured {
    session: Session,
    records: PerSide<Records>,
}

impl Layers {
    /// True when TLS has begun.
    pub(super) const fn is_secured(&self) -> bool {
        self.tls.is_some()
    }

    /// Octets held above TCP.
    pub(super) fn octets(&self) -> u64 {
        self.upper.octets().saturating_add(self.tls.as_ref().map_or(0, |tls| tls.session.octets()))
    }

    /// Takes what TCP says of a side.
    #[inline]
    pub(super) fn take(
        &mut self,
        side: Side,
        output: Output<'_>,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        match output {
            Output::Piece(piece) => self.piece(side, piece, desk, observe),
            Output::Signal(signal, origin) => self.signal(side, signal, origin, desk, observe),
        }
    }

    fn piece(
        &mut self,
        side: Side,
        piece: Piece<'_>,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        self.upper.note_piece(side, &piece);
        if self.tls.is_some() {
            return self.secured(side, &piece, desk, observe);
        }
        self.upper.piece(side, piece, &Sight { wishes: &desk.wishes, tls: None }, observe);
        if self.upper.is_secured() {
            self.begin_tls(desk, observe);
        }
    }

    fn signal(
        &mut self,
        side: Side,
        signal: Signal,
        mut origin: Origin,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        if let Some(tls) = &mut self.tls {
            origin.peer_acked = tls.records[side.peer()].covered(origin.peer_acked);
        }
        let tls = self.tls.as_ref().map(|tls| tls.session.negotiation());
        self.upper.signal(side, signal, origin, &Sight { wishes: &desk.wishes, tls }, observe);
    }

    /// A side turned out to speak TLS: what is held goes to it, the client's octets first.
    fn begin_tls(&mut self, desk: &Desk, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        let client = &self.upper.ears.coverage.sides.client;
        let late = (client.start_missing || client.lost().gap.is_some())
            && !self.upper.held.client.octets().starts_with(&[0x16, 3]);
        let session = if late { Session::joined_late() } else { Session::new() };
        self.tls = Some(Box::new(Secured { session, records: PerSide::default() }));
        let mut held: PerSide<Held> = self.upper.enter_tls();
        for side in Side::BOTH {
            held[side].replay(0, |piece| self.secured(side, &piece, desk, observe));
        }
    }

    /// Gives a piece to TLS, and what comes out to the floors above.
    fn secured(
        &mut self,
        side: Side,
        piece: &Piece<'_>,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let Self { tls: Some(tls), upper } = self else { return };
        let Secured { session: tls, records } = &mut **tls;
        let mut shared = desk.shared.borrow_mut();
        tls.push(side, piece, &desk.keys, &mut shared, &mut |session, output| {
            out(session, output, (records, upper), desk, observe);
        });
    }

    /// The connection is over, or the capture, whose last packet is `capture`.
    pub(super) fn finish(
        &mut self,
        tcp: &Tcp,
        client: Direction,
        capture: Place,
        over: bool,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) -> Box<Concluded> {
        let Self { tls, upper } = self;
        if let Some(Secured { session: tls, records }) = tls.as_deref_mut() {
            let end = Origin { at: tcp.last(), ..Origin::default() };
            let mut shared = desk.shared.borrow_mut();
            for side in Side::BOTH {
                tls.finish(side, &end, &desk.keys, &mut shared, &mut |session, output| {
                    out(session, output, (records, upper), desk, observe);
                });
            }
        }
        upper.finish(tcp, client, capture, over, (tls.as_deref().map(|tls| &tls.session), desk), observe)
    }
}

/// What TLS says goes to the floors above.
fn out(
    session: &Session,
    output: tls::Output<'_>,
    (records, upper): (&mut PerSide<Records>, &mut Upper),
    desk: &Desk,
    observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
) {
    let sight = Sight { wishes: &desk.wishes, tls: Some(session.negotiation()) };
    match output {
        tls::Output::Plain(side, mut piece) => {
            if let Piece::Chunk { origin, .. } = &mut piece {
                records[side].note(origin.tcp_end);
                origin.peer_acked = records[side.peer()].covered(origin.peer_acked);
            }
            upper.note_piece(side, &piece);
            upper.piece(side, piece, &sight, observe);
        }
        tls::Output::Fact(side, at, fact) => match fact {
            Fact::ClientHello(Turn::First) | Fact::ServerHello(Turn::First) => {
                upper.ears.coverage.sides[side].start_missing = false;
            }
            Fact::KeyMissing(Label::ClientEarlyTrafficSecret) => {}
            Fact::KeyMissing(_) | Fact::Unsupported(..) | Fact::HandshakeNotSeen | Fact::GivenUp => {
                upper.ears.coverage.sides[side].opaque = true;
            }
            Fact::NotOpened if session.opened_by(side).is_none() => {
                upper.ears.coverage.sides[side].opaque = true;
            }
            Fact::Alert(alert) if alert.description == AlertDescription::CLOSE_NOTIFY => {
                upper.conn.transport.say_farewell(side, at.end);
            }
            Fact::NotTls(octets) if side == Side::Server => {
                upper.http1.clear_answer.get_or_insert_with(|| Box::new(FirstOctets::of(&octets, at.start)));
            }
            _ => {}
        },
    }
}
