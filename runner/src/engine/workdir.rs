//! The folder that the engine works in: a copy of the module that can be written to. In a read-only one Terraform says that it
//! saved a state that it could not send away, and does not.

use std::cell::Cell;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::{Engine, backend};
use crate::failure::Failure;
use crate::hex::hex;
use crate::inputs::{Module, Run};

/// Where the image keeps its modules: `<name>/<version>/`.
const MODULES: &str = "/opt/terraform/modules";

/// The file in which Terraform leaves a state that its backend does not take.
pub const ERRORED: &str = "errored.tfstate";

/// The folder.
///
/// # Errors
/// The environment does not say where Terraform's data is, beside which it lies.
pub fn folder() -> Result<PathBuf, Failure> {
    let data = env::var_os("TF_DATA_DIR").map(PathBuf::from).ok_or(Failure::NoVariable("TF_DATA_DIR"))?;
    Ok(data.with_file_name("work"))
}

/// Makes the folder. `user` is what the locks of this run carry.
///
/// # Errors
/// The module is not in the image, or is not the one that was described; the folder cannot be written.
pub fn prepare(run: &Run, user: &str, spent: Rc<Cell<Duration>>) -> Result<Engine, Failure> {
    let folder = folder()?;
    let source = Path::new(MODULES).join(&run.module.name).join(&run.module.version);
    // Where there is no entry in `/etc/passwd`, Terraform calls a lock's holder by `USER`, and only if there is a `HOME` too.
    let home = folder.parent().unwrap_or(&folder);
    // Errors that are read here, and logs, are without colours, whatever the command.
    let environment = vec![("HOME", home.into()), ("TF_CLI_ARGS", "-no-color".into()), ("USER", user.into())];
    let token = env::var("AWS_WEB_IDENTITY_TOKEN_FILE").ok();
    let module = read(&source, &run.module)?;
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(unwritable(&folder))?;
    }
    for (path, content) in &module {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(unwritable(parent))?;
        }
        fs::write(&path, content).map_err(unwritable(&path))?;
    }
    let settings = folder.join(backend::FILE);
    let text = backend::settings(run, token.as_deref())?.to_string();
    fs::write(&settings, text).map_err(unwritable(&settings))?;
    // Made beforehand: where Terraform cannot make it, it says that it saved the state, and did not.
    let errored = folder.join(ERRORED);
    fs::write(&errored, []).map_err(unwritable(&errored))?;
    Ok(Engine { kind: run.engine, folder, environment, spent, killed: Rc::default() })
}

/// A module's files by their paths, in order.
type Files = Vec<(String, Vec<u8>)>;

/// Reads the module, and compares it with what was described.
fn read(source: &Path, module: &Module) -> Result<Files, Failure> {
    let Module { name, version, .. } = module;
    if !source.is_dir() {
        return Err(Failure::NoModule { name: name.clone(), version: version.clone(), path: source.to_owned() });
    }
    let mut files = Files::new();
    collect(source, "", &mut files)?;
    files.sort();
    let found = digest(&files);
    match &module.digest {
        Some(wanted) if *wanted != found => {
            Err(Failure::OtherModule { name: name.clone(), version: version.clone(), wanted: wanted.clone(), found })
        }
        _ => Ok(files),
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> Result<(), Failure> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| Failure::Unreadable { path, source }
    };
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = fs::metadata(&path).map_err(unreadable(&path))?;
        if kind.is_dir() && name != ".terraform" {
            collect(&path, &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            files.push((format!("{prefix}{name}"), fs::read(&path).map_err(unreadable(&path))?));
        }
    }
    Ok(())
}

/// The hash of a module's files, as `tenantry module describe` writes it.
fn digest(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (path, content) in files {
        for part in [path.as_bytes(), content.as_slice()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    format!("sha256:{}", hex(&hasher.finalize()))
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.to_owned();
    move |source| Failure::Unwritable { path, source }
}
