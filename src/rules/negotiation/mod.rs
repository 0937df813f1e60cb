//! How the two ends agree on HTTP/2: ALPN, NPN, h2c upgrade, prior knowledge, Alt-Svc, wrong ports.
