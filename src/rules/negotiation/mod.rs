//! How the two ends agree on HTTP/2: ALPN, NPN, h2c upgrade, prior knowledge, Alt-Svc, wrong ports.

pub(in crate::rules) mod alpn_inferred;
pub(in crate::rules) mod alpn_invalid_selection;
pub(in crate::rules) mod alpn_not_selected;
pub(in crate::rules) mod alpn_other_selected;
pub(in crate::rules) mod alt_svc;
pub(in crate::rules) mod downgraded_between_legs;
pub(in crate::rules) mod h2c_in_alpn;
pub(in crate::rules) mod http1_answer_to_preface;
pub(in crate::rules) mod http2_to_http1_request;
pub(in crate::rules) mod no_application_protocol;
pub(in crate::rules) mod obsolete_negotiation;
pub(in crate::rules) mod spoken_against_alpn;
pub(in crate::rules) mod tcp_connect_failed;
pub(in crate::rules) mod upgrade_deprecated;
pub(in crate::rules) mod upgrade_invalid_101;
pub(in crate::rules) mod upgrade_over_tls;
pub(in crate::rules) mod upgrade_preface;
pub(in crate::rules) mod upgrade_refused;
pub(in crate::rules) mod upgrade_request;
pub(in crate::rules) mod upgrade_response_missing;
mod words;

#[cfg(test)]
mod tests;
pub(in crate::rules) mod wrong_port;
