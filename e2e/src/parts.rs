//! The programs that a cluster consists of, built from the sources that `parts/` pins.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cache::{Cache, key, workspace};
use crate::process::run;
use crate::requirements;
use crate::toolchain::{self, Toolchain, pip_install};

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
const OWN: &[&str] = &["forge", "pause", "workload"];
/// What the linker is told of every program: nobody debugs it.
const STRIPPED: &str = "-s -w";
/// Where Argo CD's source lies.
const ARGO_CD: &str = "github.com/argoproj/argo-cd/v3";
/// Where the External Secrets operator's source lies.
const EXTERNAL_SECRETS: &str = "github.com/external-secrets/external-secrets";
/// Where OpenTofu's source lies. Its own build tells the linker that it is a release.
const TOFU: &str = "github.com/opentofu/opentofu";
/// Where the provider of `parts/cloud` lies in a mirror of providers, unpacked.
const PROVIDER: &str = "registry.example.com/tenantry/cloud/1.0.0/linux_amd64/terraform-provider-cloud_v1.0.0";
/// moto, as Python's package index has it.
const MOTO: &str = "moto[server]==5.2.5";

/// The programs, and the files that come with them.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Kubernetes, etcd and CoreDNS; a program a name.
    pub kubernetes: PathBuf,
    /// `argocd`, with Argo CD's manifests in `manifests/` and its scripts in `hack/`.
    pub argo_cd: PathBuf,
    /// Argo CD's version, without a `v`.
    pub argo_cd_version: String,
    /// `external-secrets`, with its kinds in `crds/`.
    pub external_secrets: PathBuf,
    /// `helm`.
    pub helm: PathBuf,
    /// moto, which stands for AWS: a folder of Python's packages.
    pub moto: PathBuf,
    /// Terraform, as it lies in `PATH`.
    pub terraform: PathBuf,
    /// `tofu`.
    pub tofu: PathBuf,
    /// The Terraform provider of the tests' cloud, as a mirror of providers: `HOST/NAMESPACE/TYPE/VERSION/linux_amd64/…`.
    pub provider: PathBuf,
    /// The small ones of our own: `forge`, `pause`, `workload`.
    pub own: PathBuf,
}

impl Parts {
    /// Builds what is not built yet. From nothing this takes a quarter of an hour.
    ///
    /// # Errors
    /// A source cannot be had, or does not compile.
    pub fn get(cache: &Cache) -> Result<Self> {
        let terraform = requirements::terraform().context("no `terraform` in `PATH`")?;
        let go = Toolchain::get(cache, toolchain::CURRENT)?;
        let parts = workspace().join("e2e/parts");
        let pins = pins(&parts)?;
        let flags = kubernetes_flags();
        let sources = with_sources([pins.as_str(), &flags], &parts, &["kubernetes"])?;
        let kubernetes = cache.made("kubernetes", &sources, |folder| {
            build(&go, &parts, "./kubernetes", &flags, &folder.join("kubernetes"))?;
            KUBERNETES_PARTS.iter().try_for_each(|name| Ok(symlink("kubernetes", folder.join(name))?))
        })?;
        let argo_cd_version = pinned(&parts, ARGO_CD)?;
        let flags = format!("{STRIPPED} -X {ARGO_CD}/common.version={argo_cd_version}");
        let argo_cd = cache.made("argo-cd", &key([pins.as_bytes(), flags.as_bytes()]), |folder| {
            build(&go, &parts, &format!("{ARGO_CD}/cmd"), &flags, &folder.join("argocd"))?;
            let source = go.source(&parts, ARGO_CD)?;
            for kept in ["manifests", "hack", "entrypoint.sh"] {
                copy(&source.join(kept), &folder.join(kept))?;
            }
            Ok(())
        })?;
        let helm = tool(cache, &go, &parts.join("helm"), "helm", "helm.sh/helm/v3/cmd/helm", STRIPPED, |_| Ok(()))?;
        let module = parts.join("external-secrets");
        let external_secrets = tool(cache, &go, &module, "external-secrets", EXTERNAL_SECRETS, STRIPPED, |folder| {
            copy(&go.source(&module, EXTERNAL_SECRETS)?.join("config/crds/bases"), &folder.join("crds"))
        })?;
        let tofu = tofu(cache, &parts)?;
        let provider = provider(cache, &go, &parts)?;
        let own = cache.made("own", &with_sources([], &parts, OWN)?, |folder| {
            OWN.iter().try_for_each(|name| build(&go, &parts, &format!("./{name}"), STRIPPED, &folder.join(name)))
        })?;
        let moto = cache.made("moto", &key([MOTO.as_bytes()]), |folder| {
            run(pip_install(folder).arg(MOTO))?;
            Ok(())
        })?;
        Ok(Self { kubernetes, argo_cd, argo_cd_version, external_secrets, helm, moto, terraform, tofu, provider, own })
    }
}

fn tofu(cache: &Cache, parts: &Path) -> Result<PathBuf> {
    let go = Toolchain::get(cache, toolchain::PREVIOUS)?;
    let flags = format!("{STRIPPED} -X {TOFU}/version.dev=no");
    tool(cache, &go, &parts.join("opentofu"), "tofu", &format!("{TOFU}/cmd/tofu"), &flags, |_| Ok(()))
}

fn provider(cache: &Cache, go: &Toolchain, parts: &Path) -> Result<PathBuf> {
    let module = parts.join("cloud");
    let sources = with_sources([pins(&module)?.as_str(), PROVIDER], parts, &["cloud"])?;
    cache.made("provider", &sources, |folder| build(go, &module, ".", STRIPPED, &folder.join(PROVIDER)))
}

/// A program from a module that has a `go.mod` of its own, for its requirements meet no others.
fn tool(
    cache: &Cache,
    go: &Toolchain,
    module: &Path,
    name: &str,
    package: &str,
    flags: &str,
    more: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    cache.made(name, &pins(module)?, |folder| {
        build(go, module, package, flags, &folder.join(name))?;
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

/// The key of what else decides, and of programs of our own.
fn with_sources<'a>(decides: impl IntoIterator<Item = &'a str>, parts: &Path, programs: &[&str]) -> Result<String> {
    let mut inputs: Vec<Vec<u8>> = decides.into_iter().map(|text| text.as_bytes().to_vec()).collect();
    for program in programs {
        for file in sources(&parts.join(program))? {
            inputs.push(fs::read(file)?);
        }
    }
    Ok(key(inputs.iter().map(Vec::as_slice)))
}

/// The files of a program's source, in order.
fn sources(program: &Path) -> Result<Vec<PathBuf>> {
    let files: Vec<PathBuf> = fs::read_dir(program)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let mut sources: Vec<PathBuf> =
        files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "go")).collect();
    sources.sort();
    Ok(sources)
}

/// The version of a module that `go.mod` pins, without its `v`.
fn pinned(parts: &Path, module: &str) -> Result<String> {
    let text = fs::read_to_string(parts.join("go.mod"))?;
    let version = text.lines().find_map(|line| line.trim().strip_prefix(module)?.trim_start().strip_prefix('v'));
    let version = version.and_then(|rest| rest.split(' ').next());
    version.map(str::to_owned).with_context(|| format!("go.mod pins no {module}"))
}

/// What the linker is told of Kubernetes' version.
fn kubernetes_flags() -> String {
    let package = "k8s.io/component-base/version";
    let mut numbers = KUBERNETES.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    format!(
        "{STRIPPED} -X {package}.gitVersion={KUBERNETES} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}"
    )
}

/// Copies a file or a folder out of Go's cache, where everything is read-only.
fn copy(from: &Path, to: &Path) -> Result<()> {
    run(Command::new("cp").args(["-r", "--no-preserve=mode"]).arg(from).arg(to))?;
    Ok(())
}
