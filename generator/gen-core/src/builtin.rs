//! Profiles, facts, templates and modules that the binary carries.

/// Path relative to the repository → bytes, sorted by path.
pub const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
