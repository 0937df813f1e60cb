//! What stands before HTTP/2 in cleartext: the client connection preface (RFC 9113 §3.4), `Upgrade: h2c` (RFC 7540 §3.2), and
//! HTTP/1.x where one side speaks it and the other does not.

mod exchange;
mod head;
mod opening;
mod prologue;
mod upgrade;

pub use exchange::{Exchange, FirstOctets, Protocol};
pub use head::{
    HeadFault, RequestHead, ResponseHead, SettingsFault, looks_like_request, looks_like_response,
};
pub use opening::{ClientOpening, Opening, ServerOpening, agreement, names_https};
pub use prologue::{Prologue, Step};
pub use upgrade::{Outcome, Upgrade};
