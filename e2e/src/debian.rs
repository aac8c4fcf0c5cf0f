//! A root file system of Debian packages, for images whose programs call others.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::process::run;

/// Unpacks packages, and all that they depend on, into a folder. Nothing in them is run: their programs need no set-up but
/// the certificates' one file, which is written here, with an authority of ours at its end.
///
/// # Errors
/// The packages cannot be had.
pub fn unpack(packages: &[&str], authority: &Path, root: &Path) -> Result<()> {
    let archives = root.with_extension("debs");
    fs::create_dir_all(archives.join("partial"))?;
    let download = || {
        // With an empty list of what is installed, so that everything is fetched, whatever this machine has.
        run(Command::new("apt-get")
            .args(["-o", "Dir::State::status=/dev/null", "-o", "APT::Install-Recommends=0"])
            .args(["-o", "APT::Sandbox::User=root", "-o"])
            .arg(format!("Dir::Cache::archives={}", archives.display()))
            .args(["--quiet", "--yes", "--download-only", "install"])
            .args(packages))
    };
    if download().is_err() {
        // The lists of packages are old, or there are none yet.
        run(Command::new("apt-get").args(["--quiet", "update"]))?;
        download()?;
    }
    let mut unpacked = 0;
    for entry in fs::read_dir(&archives)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            run(Command::new("dpkg-deb").arg("--extract").arg(&path).arg(root))?;
            unpacked += 1;
        }
    }
    ensure!(unpacked > 0, "no package of {packages:?} was fetched");
    fs::remove_dir_all(&archives)?;
    let mut bundle = Vec::new();
    let certificates = root.join("usr/share/ca-certificates/mozilla");
    for entry in fs::read_dir(&certificates).with_context(|| format!("{}", certificates.display()))? {
        bundle.extend(fs::read(entry?.path())?);
    }
    bundle.extend(fs::read(authority)?);
    fs::write(root.join("etc/ssl/certs/ca-certificates.crt"), bundle)?;
    for useless in ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/i18n"] {
        fs::remove_dir_all(root.join(useless)).ok();
    }
    Ok(())
}
