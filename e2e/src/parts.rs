//! The programs that a cluster consists of, built from the sources that `parts/` pins.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cache::{Cache, key, workspace};
use crate::process::run;
use crate::toolchain::{Toolchain, pip_install};

/// What Kubernetes says it is. The modules do not know; its own build tells the linker, as here.
const KUBERNETES: &str = "v1.37.0";
/// The names under which the one program of `parts/kubernetes` is another part.
const KUBERNETES_PARTS: &[&str] = &[
    "coredns",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubectl",
    "kubelet",
];
/// The small programs of our own.
const OWN: &[&str] = &["forge", "pause", "runner", "workload"];
/// Where Argo CD's source lies.
const ARGO_CD: &str = "github.com/argoproj/argo-cd/v3";
/// Where the External Secrets operator's source lies.
const EXTERNAL_SECRETS: &str = "github.com/external-secrets/external-secrets";

/// moto, as Python's package index has it.
const MOTO: &str = "moto[server]==5.2.5";

/// The programs, and the files that come with them.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Kubernetes, etcd and CoreDNS; a program a name.
    pub kubernetes: PathBuf,
    /// `argocd`, with Argo CD's manifests in `manifests/` and its scripts in `hack/`.
    pub argo_cd: PathBuf,
    /// `external-secrets`, with its kinds in `crds/`.
    pub external_secrets: PathBuf,
    /// `helm`.
    pub helm: PathBuf,
    /// moto, which stands for AWS: a folder of Python's packages.
    pub moto: PathBuf,
    /// The small ones of our own: `forge`, `pause`, `runner`, `workload`.
    pub own: PathBuf,
}

impl Parts {
    /// Builds what is not built yet. From nothing this takes a quarter of an hour.
    ///
    /// # Errors
    /// A source cannot be had, or does not compile.
    pub fn get(cache: &Cache) -> Result<Self> {
        let go = Toolchain::get(cache)?;
        let parts = workspace().join("e2e/parts");
        let pins = pins(&parts)?;
        let kubernetes = cache.made("kubernetes", &with_sources(&pins, &parts, &["kubernetes"])?, |folder| {
            let version = "k8s.io/component-base/version";
            let (major, minor) = KUBERNETES.trim_start_matches('v').split_once('.').unwrap_or_default();
            let minor = minor.split('.').next().unwrap_or_default();
            let flags = format!(
                "-s -w -X {version}.gitVersion={KUBERNETES} -X {version}.gitMajor={major} -X {version}.gitMinor={minor}"
            );
            build(&go, &parts, "./kubernetes", &flags, &folder.join("kubernetes"))?;
            KUBERNETES_PARTS.iter().try_for_each(|name| Ok(symlink("kubernetes", folder.join(name))?))
        })?;
        let argo_cd = cache.made("argo-cd", &pins, |folder| {
            let source = go.source(&parts, ARGO_CD)?;
            let flags = format!("-s -w -X {ARGO_CD}/common.version={}", version_of(&source)?);
            build(&go, &parts, &format!("{ARGO_CD}/cmd"), &flags, &folder.join("argocd"))?;
            for kept in ["manifests", "hack", "entrypoint.sh"] {
                copy(&source.join(kept), &folder.join(kept))?;
            }
            Ok(())
        })?;
        let helm = tool(cache, &go, &parts.join("helm"), "helm", "helm.sh/helm/v3/cmd/helm", |_| Ok(()))?;
        let module = parts.join("external-secrets");
        let external_secrets = tool(cache, &go, &module, "external-secrets", EXTERNAL_SECRETS, |folder| {
            copy(&go.source(&module, EXTERNAL_SECRETS)?.join("config/crds/bases"), &folder.join("crds"))
        })?;
        let own = cache.made("own", &with_sources([], &parts, OWN)?, |folder| {
            OWN.iter().try_for_each(|name| build(&go, &parts, &format!("./{name}"), "-s -w", &folder.join(name)))
        })?;
        let moto = cache.made("moto", &key([MOTO.as_bytes()]), |folder| {
            run(pip_install(folder).arg(MOTO))?;
            Ok(())
        })?;
        Ok(Self { kubernetes, argo_cd, external_secrets, helm, moto, own })
    }
}

/// A program from a module that has a `go.mod` of its own, for its requirements meet no others.
fn tool(
    cache: &Cache,
    go: &Toolchain,
    module: &Path,
    name: &str,
    package: &str,
    more: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    cache.made(name, &pins(module)?, |folder| {
        build(go, module, package, "-s -w", &folder.join(name))?;
        more(folder)
    })
}

fn build(go: &Toolchain, module: &Path, package: &str, flags: &str, to: &Path) -> Result<()> {
    run(go.go(module).args(["build", "-ldflags", flags, "-o"]).arg(to).arg(package))?;
    Ok(())
}

/// The key of what a module pins.
fn pins(module: &Path) -> Result<String> {
    let read = |name: &str| fs::read(module.join(name)).with_context(|| format!("{}/{name}", module.display()));
    Ok(key([read("go.mod")?.as_slice(), read("go.sum")?.as_slice()]))
}

/// The key of pins and of programs of our own.
fn with_sources(pins: impl AsRef<[u8]>, parts: &Path, programs: &[&str]) -> Result<String> {
    let mut inputs = vec![pins.as_ref().to_vec()];
    for program in programs {
        inputs.push(fs::read(parts.join(program).join("main.go"))?);
    }
    Ok(key(inputs.iter().map(Vec::as_slice)))
}

/// The version in the name of a module's folder, `…/v3@v3.6.1`.
fn version_of(source: &Path) -> Result<String> {
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let (_, version) = name.split_once('@').with_context(|| format!("no version in {}", source.display()))?;
    Ok(version.to_owned())
}

/// Copies a file or a folder out of Go's cache, where everything is read-only.
fn copy(from: &Path, to: &Path) -> Result<()> {
    run(Command::new("cp").args(["-r", "--no-preserve=mode"]).arg(from).arg(to))?;
    Ok(())
}
