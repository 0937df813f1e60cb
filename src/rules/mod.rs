//! Judgements. A folder for each area, a file for each rule or family of rules; [`catalog`] lists them, [`Engine`] wakes them.
//!
//! A rule sees [`Event`]s only: one fact with shared views of its connection. What coverage lacks, the engine answers for: it
//! lowers or mutes, and says so under blind spots.

mod agreements;
pub mod areas;
mod calm;
mod catalog;
mod coverage;
mod engine;
mod event;
mod field_block;
mod fold;
mod ledger;
mod option_names;
mod options;
mod requirements;
mod rule;
mod second;
mod summaries;
mod summary;
mod topics;
mod verdict;

mod abuse;
mod capture;
mod continuation;
mod flow_control;
mod framing;
mod goaway;
mod grpc;
mod health;
mod hpack;
mod messages;
mod negotiation;
mod ping;
mod preface;
mod priority;
mod push;
mod reaction;
mod settings;
mod stream_id;
mod stream_state;
mod tls;

pub use agreements::{Agreement, Agreements, Asked, Bare, Request, Server, Spoken, digest};
pub use catalog::{RULES_VERSION, catalog, find};
pub use coverage::{Coverage, Secrecy, SideCoverage};
pub use engine::{Ends, Engine, Woken, interest, judge_capture};
pub use event::{Event, Offence, Scene};
pub use ledger::{
    Cause, Complaint, Due, Ignored, Late, Ledger, Outcome, Proof, Reach, Reaction, Reason, Tolerated,
};
pub use option_names::Tunable;
pub use options::{IdleTimeout, Options, Spec};
pub use requirements::{Requirement, requirements};
pub use rule::{Area, Given, Judge, Need, Rule, Scope, View, rfc7540, rfc9113};
pub use second::{Revision, Standing, fold_late, revise};
pub use summaries::Summaries;
pub use summary::{CaptureView, FileView, Parties, Protocol, Summary};
pub use topics::{Passage, Topic, topic, topics};
use verdict::counted;
pub use verdict::{Draft, Verdict};

#[cfg(test)]
mod needs;
#[cfg(test)]
mod soundness;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod words;
