//! GRPC over HTTP/2.
