//! Ctrl-C: whoever breaks off leaves nothing behind.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use crate::cache::Cache;
use crate::cluster;

/// Whether an interruption is being dealt with.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// From now on, an interruption ends this process only after the cluster of this name is cleared away.
///
/// # Errors
/// There is such a handler already.
pub fn clears(cache: &Cache, name: &str) -> Result<()> {
    let (cache, name) = (cache.clone(), name.to_owned());
    ctrlc::set_handler(move || {
        BEGUN.store(true, Ordering::SeqCst);
        eprintln!("e2e: interrupted; stopping cluster `{name}`");
        if let Err(error) = cluster::clear(&cache, &name) {
            eprintln!("error: {error:#}");
        }
        // As a shell reports a process that SIGINT ended.
        std::process::exit(130);
    })?;
    Ok(())
}

/// Never comes back where an interruption is being dealt with: what fails then fails because of it, and is not to be told.
pub fn or_wait() {
    while BEGUN.load(Ordering::SeqCst) {
        std::thread::park();
    }
}
