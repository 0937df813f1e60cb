//! Who hears the facts of a connection: what they say of what can be seen, the calls, the rules, the counts, and the observer.

use std::net::IpAddr;

use super::calls::{CallStats, Counted};
use super::desk::Sight;
use crate::base::{PerSide, Place};
use crate::conn::{Connection, Fact, Interest, Kind};
use crate::grpc;
use crate::http1::Exchange;
use crate::rules::{Coverage, Engine, Scene};
use crate::tcp::{Direction, Endpoint};
use crate::views::Observed;

/// Who hears the facts: coverage, rules, counts.
#[derive(Default)]
pub(super) struct Ears {
    pub(super) coverage: Coverage,
    pub(super) engine: Engine,
    pub(super) grpc: grpc::Calls,
    pub(super) calls: CallStats,
    pub(super) now: Place,
    /// The sender of the first packet, and the other end.
    pub(super) ends: (Endpoint, Endpoint),
    /// Who sends as the client, once that is known.
    client: Option<Direction>,
}

impl Ears {
    /// It is known who is the client.
    pub(super) const fn seat(&mut self, client: Direction) {
        self.client = Some(client);
    }

    fn by_side(&self) -> Option<PerSide<(IpAddr, u16)>> {
        let (client, server) = sides(self.ends, self.client?);
        Some(PerSide { client: (client.address, client.port), server: (server.address, server.port) })
    }

    /// Tells a fact to everybody who asks for it.
    pub(super) fn hear(
        &mut self,
        number: u64,
        (conn, http1): (&Connection, &Exchange),
        fact: &Fact<'_>,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        if !fact.kind.is_for_views() {
            self.judge(number, (conn, http1), fact, sight);
        }
        let interest = sight.wishes.interest;
        if interest == Interest::NONE || !interest.wants(fact.kind.on()) {
            return;
        }
        observe(Observed {
            conn: number,
            first: conn.transport.first,
            ends: self.by_side().as_ref(),
            fact,
            connection: conn,
            grpc: &self.grpc,
            tls: sight.tls,
            http1,
        });
    }

    /// Everybody hears a fact but the observer.
    fn judge(
        &mut self,
        number: u64,
        (conn, http1): (&Connection, &Exchange),
        fact: &Fact<'_>,
        sight: &Sight<'_>,
    ) {
        let about_stream = matches!(fact.kind, Kind::Opened(_) | Kind::Closed(_));
        if !about_stream {
            self.cover(fact, conn);
        }
        let notices = self.grpc.hear(fact, conn);
        let woken = self.engine.hear(fact, conn);
        if !woken.is_empty() || !notices.is_empty() {
            let scene = Scene {
                conn,
                http1,
                tls: sight.tls,
                grpc: &self.grpc,
                coverage: &self.coverage,
                options: &sight.wishes.options,
                now: self.now,
            };
            if !woken.is_empty() {
                self.engine.judge(woken, fact, &scene);
            }
            if !notices.is_empty() {
                let noticed = Fact { kind: Kind::CallNoticed, ..*fact };
                let woken = self.engine.hear(&noticed, conn);
                self.engine.judge(woken, &noticed, &scene);
            }
        }
        if about_stream {
            let engine = &self.engine;
            let counted = Counted::of(number, conn.transport.first, &self.grpc, sight.wishes);
            self.calls.hear(counted, fact, |stream| engine.names(stream));
        }
    }
}

/// The client and the server.
pub(super) const fn sides(ends: (Endpoint, Endpoint), client: Direction) -> (Endpoint, Endpoint) {
    match client {
        Direction::Forward => ends,
        Direction::Backward => (ends.1, ends.0),
    }
}
