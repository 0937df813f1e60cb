//! Hand-made packets for the tests of this floor.

/// IPv4 around TCP with the payload `data`, which the headers of the other files are put before.
pub(super) const IPV4: &[u8] =
    &[0x45, 0, 0, 24, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, b'd', b'a', b't', b'a'];

/// An IPv4 packet from 10.0.0.1 to 10.0.0.2.
pub(super) fn version_4(total_length: u16, fragment: u16, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let [length, fragment] = [total_length, fragment].map(u16::to_be_bytes);
    let head = [&[0x45, 0][..], &length, &[0x12, 0x34], &fragment, &[64, protocol, 0, 0]].concat();
    [&head[..], &[10, 0, 0, 1, 10, 0, 0, 2], payload].concat()
}

/// An IPv6 packet from ::1 to ::2.
pub(super) fn version_6(payload_length: u16, next: u8, payload: &[u8]) -> Vec<u8> {
    let address = |last| [[0; 15].as_slice(), &[last]].concat();
    let head = [&[0x60, 0, 0, 0][..], &payload_length.to_be_bytes(), &[next, 63]].concat();
    [head, address(1), address(2), payload.to_vec()].concat()
}

/// Packets of many kinds, to be mutated.
pub(super) fn packets() -> Vec<Vec<u8>> {
    let extensions =
        [&[43, 0, 0, 0, 0, 0, 0, 0][..], &[44, 0, 0, 0, 0, 0, 0, 0], &[6, 0, 0, 9, 0, 0, 0, 1], b"data"];
    vec![
        IPV4.to_vec(),
        [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 1, 8, 0], IPV4].concat(),
        [&[8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0], IPV4].concat(),
        [&[2, 0, 0, 0], IPV4].concat(),
        version_4(24, 0x2001, 6, b"data"),
        version_6(28, 0, &extensions.concat()),
    ]
}
