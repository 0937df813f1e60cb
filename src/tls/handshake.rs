//! Handshake messages, alerts and change_cipher_spec: what they change in a session.

use super::alpn::ProtocolName;
use super::crypt::Opener;
use super::fact::{Fact, Output, Turn, When};
use super::grammar::{vector8, vector16};
use super::half::{Epoch, Phase};
use super::keylog::Label;
use super::messages::Item;
use super::names::{Alert, AlertDescription, AlertLevel, HandshakeType};
use super::negotiation::EarlyData;
use super::records::Stretch;
use super::server_hello::{EncryptedExtensions, EphemeralKey, ServerHello};
use super::session::{Session, Work};
use super::{ClientHello, Version};
use crate::base::Side;
use crate::limits::HELLO_LISTS;

/// Octets of a sealed alert at least: its two, and 16 of proof that only old stream ciphers make do with. In clear that would be eight
/// alerts in a row.
const SHORTEST_SEALED_ALERT: usize = 16;

impl HandshakeType {
    /// Octets that are kept of a message, about: the lists of hellos take more room than their octets.
    fn weight(self, length: usize) -> usize {
        match self {
            Self::CLIENT_HELLO | Self::SERVER_HELLO => {
                length.saturating_add(length.saturating_mul(7).min(HELLO_LISTS))
            }
            _ => length,
        }
    }
}

impl Session {
    /// Reads the handshake messages of a record.
    pub(super) fn handshake<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        octets: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        let mut rest = octets;
        while let Some(item) = self.halves[side].messages.next(&mut rest, at) {
            match item {
                Item::Message(kind, body, at) => {
                    let kept = &mut self.halves[side].kept;
                    *kept = kind.weight(body.len()).max(*kept);
                    self.message(side, kind, &body, at, work);
                }
                Item::TooLong(kind, length, at) => {
                    if self.is_believed(side, kind) {
                        self.fact(side, at, Fact::LongMessage(kind, length), work);
                    }
                }
            }
        }
    }

    /// Behind a gap, what looks like a message in clear may be a sealed one: only hellos are believed.
    fn is_believed(&self, side: Side, kind: HandshakeType) -> bool {
        let half = &self.halves[side];
        let hello = match side {
            Side::Client => self.seen.client_hello.is_none() && kind == HandshakeType::CLIENT_HELLO,
            Side::Server => self.seen.server_hello.is_none() && kind == HandshakeType::SERVER_HELLO,
        };
        half.phase != Phase::Clear || half.gap.is_none() || hello
    }

    fn message<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        kind: HandshakeType,
        body: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        if !self.is_believed(side, kind) {
            return;
        }
        let read = match (side, kind) {
            (Side::Client, HandshakeType::CLIENT_HELLO) => {
                ClientHello::read(body, at).map(|hello| self.client_hello(hello, work))
            }
            (Side::Client, HandshakeType::END_OF_EARLY_DATA) => {
                self.end_of_early_data(at, work);
                Some(())
            }
            (Side::Client, HandshakeType::NEXT_PROTOCOL) => self.next_protocol(body, at, work),
            (Side::Server, HandshakeType::SERVER_HELLO) => {
                ServerHello::read(body, at).map(|hello| self.server_hello(hello, work))
            }
            (Side::Server, _) => self.server_message(kind, body, at, work),
            _ => Some(()),
        };
        match kind {
            HandshakeType::FINISHED => self.finished(side, at, work),
            HandshakeType::KEY_UPDATE => self.key_update(side, body, at, work),
            _ => {}
        }
        if read.is_none() {
            self.fact(side, at, Fact::BadMessage(kind), work);
        }
    }

    fn server_message<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        kind: HandshakeType,
        body: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) -> Option<()> {
        let seen = &mut self.seen;
        let fact = match kind {
            HandshakeType::ENCRYPTED_EXTENSIONS => {
                return EncryptedExtensions::read(body, at).map(|read| self.encrypted_extensions(read, work));
            }
            HandshakeType::CERTIFICATE => {
                let version = seen.version().unwrap_or(Version::TLS12);
                seen.certificate = Some(work.shared.certificates.read(body, version, at)?);
                Fact::Certificate
            }
            HandshakeType::SERVER_KEY_EXCHANGE => {
                let suite = seen.suite()?;
                seen.ephemeral_key = EphemeralKey::read(body, suite);
                Fact::ServerKeyExchange
            }
            HandshakeType::CERTIFICATE_REQUEST => {
                let when = if seen.finished.server.is_none() { When::InHandshake } else { When::Afterwards };
                if when == When::Afterwards && seen.is_tls13() {
                    seen.late_certificate_request.get_or_insert(at);
                }
                Fact::CertificateRequest(when)
            }
            HandshakeType::HELLO_REQUEST => {
                seen.renegotiation.server.get_or_insert(at);
                Fact::HelloRequest
            }
            HandshakeType::NEW_SESSION_TICKET => {
                seen.tickets = seen.tickets.saturating_add(1);
                self.remember_ticket(body, work);
                Fact::NewSessionTicket
            }
            _ => return Some(()),
        };
        self.fact(Side::Server, at, fact, work);
        Some(())
    }

    /// A hello in the form of SSL 2.0.
    pub(super) fn sslv2_hello<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        body: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        match ClientHello::read_sslv2(body, at).filter(|_| side == Side::Client) {
            Some(hello) => self.client_hello(hello, work),
            None => self.fact(side, at, Fact::BadMessage(HandshakeType::CLIENT_HELLO), work),
        }
    }

    fn client_hello<E: FnMut(&Self, Output<'_>)>(&mut self, hello: ClientHello, work: &mut Work<'_, E>) {
        let at = hello.at;
        let turn = if self.seen.client_hello.is_none() {
            if hello.early_data {
                self.seen.early_data = EarlyData::Offered;
            }
            self.seen.client_hello = Some(hello);
            Turn::First
        } else if self.seen.server_hello.is_none() {
            self.seen.second_client_hello = Some(Box::new(hello));
            Turn::AfterRetry
        } else {
            self.seen.renegotiation.client.get_or_insert(at);
            self.again = Some(Box::new((hello, None)));
            Turn::Renegotiation
        };
        self.fact(Side::Client, at, Fact::ClientHello(turn), work);
    }

    fn server_hello<E: FnMut(&Self, Output<'_>)>(&mut self, hello: ServerHello, work: &mut Work<'_, E>) {
        let at = hello.at;
        if hello.is_retry() && self.seen.server_hello.is_none() {
            self.seen.retry = Some(Box::new(hello));
            self.fact(Side::Server, at, Fact::HelloRetryRequest, work);
            self.decide_early(EarlyData::Rejected, at, work);
            return;
        }
        let legacy = !hello.version.is_tls13();
        if self.seen.server_hello.is_some() {
            if let Some(again) = &mut self.again {
                again.1 = Some(hello);
            }
            self.fact(Side::Server, at, Fact::ServerHello(Turn::Renegotiation), work);
            return;
        }
        let offered = self.seen.offer().map(|hello| &hello.session_id).filter(|id| !id.is_empty());
        let same = offered.map(|offered| *offered == hello.session_id);
        self.seen.resumed = if legacy { same.filter(|same| *same) } else { Some(hello.psk.is_some()) };
        if legacy {
            self.remember_id(&hello.session_id, work);
        }
        self.seen.server_hello = Some(hello);
        self.fact(Side::Server, at, Fact::ServerHello(Turn::First), work);
        if legacy {
            self.decide_early(EarlyData::Rejected, at, work);
            self.fact(Side::Server, at, Fact::Answered, work);
        }
    }

    fn encrypted_extensions<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        read: EncryptedExtensions,
        work: &mut Work<'_, E>,
    ) {
        let at = read.at;
        let decision = if read.early_data { EarlyData::Accepted } else { EarlyData::Rejected };
        self.seen.encrypted_extensions = Some(read);
        self.fact(Side::Server, at, Fact::EncryptedExtensions, work);
        self.fact(Side::Server, at, Fact::Answered, work);
        self.decide_early(decision, at, work);
    }

    fn end_of_early_data<E: FnMut(&Self, Output<'_>)>(&mut self, at: Stretch, work: &mut Work<'_, E>) {
        self.decide_early(EarlyData::Accepted, at, work);
        if self.halves.client.phase == Phase::Sealed(Epoch::Early) {
            self.halves.client.enter(Epoch::Handshake);
        }
        self.fact(Side::Client, at, Fact::EndOfEarlyData, work);
    }

    fn next_protocol<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        body: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) -> Option<()> {
        let (_, name) = vector8(body).ok()?;
        self.seen.next_protocol.get_or_insert_with(|| Box::new((ProtocolName::new(name), at)));
        self.fact(Side::Client, at, Fact::NextProtocol, work);
        Some(())
    }

    fn finished<E: FnMut(&Self, Output<'_>)>(&mut self, side: Side, at: Stretch, work: &mut Work<'_, E>) {
        self.seen.finished[side].get_or_insert(at);
        if self.halves[side].phase == Phase::Sealed(Epoch::Handshake) {
            self.halves[side].enter(Epoch::Application);
        }
        self.fact(side, at, Fact::Finished, work);
    }

    fn key_update<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        body: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        let half = &mut self.halves[side];
        if half.phase != Phase::Sealed(Epoch::Application) {
            return;
        }
        half.opener = half.opener.as_ref().and_then(Opener::next_generation);
        self.seen.key_updates[side] = self.seen.key_updates[side].saturating_add(1);
        self.fact(side, at, Fact::KeyUpdate { requested: body == [1] }, work);
    }

    pub(super) fn change_cipher_spec<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        let legacy = self.version().is_some_and(|version| !version.is_tls13());
        if legacy {
            let first = self.halves.client.phase == Phase::Clear && self.halves.client.gap.is_none();
            if side == Side::Server && first && self.halves.server.gap.is_none() {
                self.seen.resumed = Some(true);
            } else if side == Side::Client && self.seen.resumed.is_none() {
                self.seen.resumed = (self.halves.client.gap.is_none()).then_some(false);
            }
            self.halves[side].enter(Epoch::Legacy);
            self.seen.sealing[side] = true;
        }
        self.fact(side, at, Fact::ChangeCipherSpec, work);
    }

    pub(super) fn alert<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        octets: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        if octets.len() >= SHORTEST_SEALED_ALERT {
            // What made it one is lost: change_cipher_spec, or the hello that says what that means.
            return self.sealed_alert(side, at, work);
        }
        let (alerts, rest) = octets.as_chunks::<2>();
        for [level, description] in alerts {
            let alert = Alert { level: AlertLevel(*level), description: AlertDescription(*description) };
            self.seen.note_alert(side, alert, at);
            self.fact(side, at, Fact::Alert(alert), work);
        }
        if alerts.is_empty() || !rest.is_empty() {
            self.fact(side, at, Fact::BadRecord, work);
        }
    }

    /// The session can be resumed by its id, up to TLS 1.2.
    fn remember_id<E>(&self, id: &[u8], work: &mut Work<'_, E>) {
        if !id.is_empty() {
            self.remember(id, work);
        }
    }

    /// The session can be resumed by this ticket (RFC 5077 §3.3).
    fn remember_ticket<E>(&self, body: &[u8], work: &mut Work<'_, E>) {
        let ticket = body.get(4..).and_then(|rest| vector16(rest).ok());
        if let Some((_, ticket)) = ticket.filter(|(_, ticket)| !ticket.is_empty() && !self.seen.is_tls13()) {
            self.remember(ticket, work);
        }
    }

    fn remember<E>(&self, name: &[u8], work: &mut Work<'_, E>) {
        let Some(own) = self.key_hellos().0 else { return };
        let logged = work.keys.has(Label::ClientRandom, &own);
        let root = if logged { own } else { self.earlier(work.keys, work.shared).unwrap_or(own) };
        work.shared.resumptions.remember(name, root);
    }
}
