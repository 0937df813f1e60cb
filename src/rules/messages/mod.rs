//! Requests and responses: field lines, pseudo-header fields, content.
