//! Numbers of the extensions that are read (IANA "TLS ExtensionType Values").

pub(super) const SERVER_NAME: u16 = 0;
pub(super) const MAX_FRAGMENT_LENGTH: u16 = 1;
pub(super) const SUPPORTED_GROUPS: u16 = 10;
pub(super) const USE_SRTP: u16 = 14;
pub(super) const HEARTBEAT: u16 = 15;
pub(super) const ALPN: u16 = 16;
pub(super) const CLIENT_CERTIFICATE_TYPE: u16 = 19;
pub(super) const SERVER_CERTIFICATE_TYPE: u16 = 20;
pub(super) const ENCRYPT_THEN_MAC: u16 = 22;
pub(super) const RECORD_SIZE_LIMIT: u16 = 28;
pub(super) const SESSION_TICKET: u16 = 35;
pub(super) const PRE_SHARED_KEY: u16 = 41;
pub(super) const EARLY_DATA: u16 = 42;
pub(super) const SUPPORTED_VERSIONS: u16 = 43;
pub(super) const POST_HANDSHAKE_AUTH: u16 = 49;
/// Of drafts of TLS 1.3 up to 22.
pub(super) const KEY_SHARE_OF_DRAFTS: u16 = 40;
pub(super) const KEY_SHARE: u16 = 51;
pub(super) const TICKET_REQUEST: u16 = 58;
/// NPN (draft-agl-tls-nextprotoneg-04).
pub(super) const NPN: u16 = 13172;
/// Settings of the application, with ALPN (draft-vvv-tls-alps), in both numberings.
pub(super) const APPLICATION_SETTINGS: [u16; 2] = [17513, 17613];
/// Encrypted Client Hello (RFC 9849).
pub(super) const ECH: u16 = 0xfe0d;
/// Its predecessor (draft-ietf-tls-esni-02).
pub(super) const ENCRYPTED_SNI: u16 = 0xffce;
pub(super) const RENEGOTIATION_INFO: u16 = 0xff01;
