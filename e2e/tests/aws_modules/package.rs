//! npm's `@cdktf/provider-aws`, whose files are made from the provider's own schema.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use e2e::cache::{Cache, hex, key};
use e2e::process::run;
use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};

use crate::used::{Kind, Type};

/// The package, its archive's SHA-256, and the version of the provider that it was made from.
const PACKAGE: &str = "@cdktf/provider-aws@21.22.1";
const DIGEST: &str = "d1446ab6ac6526c6fab4b28a5ebefdd90c0ce56203949925d35a4d286c05cbbf";
const PROVIDER: &str = "/hashicorp/aws/6.25.0/";

/// Why the package cannot be fetched here, and what to do; none where it can.
pub(crate) fn missing() -> Option<&'static str> {
    let said = Command::new("npm").arg("--version").stdin(Stdio::null()).output();
    let runs = said.is_ok_and(|output| output.status.success());
    (!runs).then_some("no `npm` that runs; to get it: apt-get install --no-install-recommends nodejs npm")
}

/// A folder with the declarations of these types, those that there are. The archive has 37 MB, so it is fetched once, and nothing
/// else of it is kept.
pub(crate) fn declarations(types: &BTreeSet<Type>) -> Result<PathBuf> {
    let wanted: BTreeSet<String> = types.iter().filter_map(file).collect();
    let inputs = [PACKAGE, DIGEST].into_iter().chain(wanted.iter().map(String::as_str)).map(str::as_bytes);
    Cache::open()?.made("aws-schema", &key(inputs), |folder| {
        let work = tempfile::tempdir_in(folder)?;
        let mut npm = Command::new("npm");
        npm.current_dir(work.path()).args(["pack", PACKAGE, "--ignore-scripts", "--cache", "cache"]);
        run(&mut npm)?;
        let archive = archive(work.path())?;
        let digest = hex(&Sha256::digest(fs::read(&archive)?));
        ensure!(digest == DIGEST, "`{PACKAGE}` has the digest {digest}, not {DIGEST}");
        let mut archive = tar::Archive::new(GzDecoder::new(File::open(archive)?));
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.to_string_lossy().into_owned();
            if wanted.contains(&path) {
                let text = std::io::read_to_string(&mut entry)?;
                ensure!(text.contains(PROVIDER), "`{path}` is of another version than {PROVIDER}");
                fs::write(folder.join(path.replace('/', "-")), text)?;
            }
        }
        Ok(())
    })
}

/// The file of a type in the archive. Of ephemeral resources it has none.
fn file((kind, name): &Type) -> Option<String> {
    let folder = match kind {
        Kind::Provider => "provider".to_owned(),
        Kind::Resource => name.trim_start_matches("aws_").replace('_', "-"),
        Kind::Data => format!("data-{}", name.replace('_', "-")),
        Kind::Ephemeral => return None,
    };
    Some(format!("package/lib/{folder}/index.d.ts"))
}

/// The archive that `npm pack` left in a folder.
fn archive(folder: &Path) -> Result<PathBuf> {
    let paths = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "tgz"))
        .context("`npm pack` left no archive")
}
