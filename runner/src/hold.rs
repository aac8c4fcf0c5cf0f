//! Keeps an image on its node: a running container keeps its image from the kubelet's garbage collection, and reading the
//! providers' files once warms the page cache, which pulling an image does not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;

use crate::exit::Exit;
use crate::say;
use crate::stop::Signals;

/// Reads the files, listens where it is told to, and waits to be stopped.
pub async fn hold(listen: Option<u16>, paths: &[PathBuf]) -> Exit {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return failed(&format!("no signals: {error}")),
    };
    let owned = paths.to_vec();
    let reading = tokio::task::spawn_blocking(move || owned.iter().try_fold(0, |sum, path| Ok(sum + read(path)?)));
    let read: Result<u64, Unread> = tokio::select! {
        read = reading => match read {
            Ok(read) => read,
            Err(error) => return failed(&error.to_string()),
        },
        () = signals.next() => return Exit::Done,
    };
    match read {
        Ok(bytes) => say::line(format!("read {} MB of {} paths", bytes / 1_000_000, paths.len())),
        Err(Unread { path, source }) => return failed(&format!("cannot read `{}`: {source}", path.display())),
    }
    let Some(port) = listen else {
        signals.next().await;
        return Exit::Done;
    };
    let listener = match TcpListener::bind(("0.0.0.0", port)).await {
        Ok(listener) => listener,
        Err(error) => return failed(&format!("cannot listen at port {port}: {error}")),
    };
    loop {
        tokio::select! {
            // Whoever asks gets the connection and nothing else.
            accepted = listener.accept() => drop(accepted),
            () = signals.next() => return Exit::Done,
        }
    }
}

struct Unread {
    path: PathBuf,
    source: io::Error,
}

/// Reads a file, or all files below a folder; gives the number of bytes. Links are left alone: what they lead to is read
/// where it is.
fn read(path: &Path) -> Result<u64, Unread> {
    let unread = |source| Unread { path: path.to_owned(), source };
    let kind = fs::symlink_metadata(path).map_err(unread)?.file_type();
    if kind.is_dir() {
        let entries = fs::read_dir(path).map_err(unread)?;
        return entries.into_iter().try_fold(0, |sum, entry| Ok(sum + read(&entry.map_err(unread)?.path())?));
    }
    if !kind.is_file() {
        return Ok(0);
    }
    let mut file = fs::File::open(path).map_err(unread)?;
    io::copy(&mut file, &mut io::sink()).map_err(unread)
}

fn failed(reason: &str) -> Exit {
    say::line(format!("error: {reason}"));
    Exit::Permanent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_below_and_follows_no_link() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/one"), [0; 1000]).unwrap();
        fs::write(folder.path().join("two"), [0; 24]).unwrap();
        std::os::unix::fs::symlink("/", folder.path().join("a/root")).unwrap();
        assert_eq!(read(folder.path()).map_err(|unread| unread.source).unwrap(), 1024);
        let missing = read(&folder.path().join("three")).unwrap_err();
        assert_eq!(missing.path, folder.path().join("three"));
    }
}
