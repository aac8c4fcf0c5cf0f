//! Files of a commit: the same answers as from a checkout, whatever the repository holds and whoever asks.
#![cfg(unix)]

mod checkout;
mod clones;
mod made;
mod revisions;
#[path = "../support/mod.rs"]
mod support;
