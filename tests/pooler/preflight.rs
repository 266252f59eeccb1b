//! The binary through a pooler.
