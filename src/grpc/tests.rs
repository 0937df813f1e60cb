//! What the floor says of small calls.
