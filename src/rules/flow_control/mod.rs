//! Windows, credit and dead ends of flow control.
