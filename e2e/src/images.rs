//! The images that the cluster's pods run, and how each is made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::authority::Authority;
use crate::cache::{Cache, key, workspace};
use crate::debian;
use crate::dockerfile::Build;
use crate::image::{Archive, Entry, Image, Run};
use crate::parts::Parts;
use crate::process::run;

/// What holds a pod's namespaces.
pub const PAUSE: &str = "registry.example.com/pause:1";
/// The External Secrets operator.
pub const OPERATOR: &str = "registry.example.com/external-secrets:1";
/// What Debian's packages are wanted for: Argo CD calls git, gpg and ssh; its pods begin with a shell.
const PACKAGES: &[&str] =
    &["ca-certificates", "coreutils", "dash", "git", "gpg", "gpg-agent", "openssh-client", "tini"];
/// Argo CD's own user in its image.
const ARGO_CD_USER: u64 = 999;

/// How the variables begin that cargo sets for one crate.
const OF_A_CRATE: &[&str] =
    &["CARGO_BIN_EXE_", "CARGO_CRATE_NAME", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_PACKAGE"];

/// An image under the name by which pods call for it.
#[derive(Clone, Debug)]
pub struct Named {
    /// The name: with a tag, or with a digest.
    pub name: String,
    /// The image.
    pub archive: Archive,
}

/// The images that stay as they are from run to run: they take long to unpack.
///
/// # Errors
/// One of them cannot be made.
pub fn lasting(cache: &Cache, parts: &Parts, authority: &Authority) -> Result<Vec<Named>> {
    let manifests = fs::read_to_string(parts.argo_cd.join("manifests/core-install.yaml"))?;
    let called = |part: &str| {
        let image =
            manifests.lines().filter_map(|line| line.trim().strip_prefix("image: ")).find(|name| name.contains(part));
        image.map(str::to_owned).with_context(|| format!("Argo CD's manifests call for no image of {part}"))
    };
    let argo_cd = |folder: &Path| argo_cd(parts, authority, folder);
    let redis = |folder: &Path| redis(authority, folder);
    let operator = |folder: &Path| single(&parts.external_secrets.join("external-secrets")).write(folder, "image");
    let pause = |folder: &Path| single(&parts.own.join("pause")).write(folder, "image");
    Ok(vec![
        named(cache, "image-argo-cd", called("argoproj/argocd")?, &[&parts.argo_cd, &parts.helm], authority, argo_cd)?,
        named(cache, "image-redis", called("library/redis")?, &[], authority, redis)?,
        named(cache, "image-operator", OPERATOR.to_owned(), &[&parts.external_secrets], authority, operator)?,
        named(cache, "image-pause", PAUSE.to_owned(), &[&parts.own], authority, pause)?,
    ])
}

/// The plugin's image, as the last stage of the `Dockerfile` says, of the release binary of this checkout.
///
/// # Errors
/// The binary does not build, or the `Dockerfile` holds something that is not understood.
pub fn plugin(folder: &Path) -> Result<Archive> {
    release("tenantry")?;
    described("Dockerfile", &Build::of(workspace()))?.write(folder, "tenantry")
}

/// Builds a crate's static release binary, as the `Dockerfile`s do.
///
/// # Errors
/// It does not compile.
pub fn release(package: &str) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    // What cargo sets for the crate that runs this is not for the one that is built: a build script that asks for it would
    // run again, and all that depends on it be compiled again, after every build by hand.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if OF_A_CRATE.iter().any(|prefix| name.starts_with(prefix)) {
            build.env_remove(name.as_ref());
        }
    }
    if target(package) == GLIBC {
        build.env("RUSTFLAGS", STATIC);
    }
    run(build
        .current_dir(workspace())
        .args(["build", "--release", "--locked", "-p", package])
        .args(["--target", target(package)]))?;
    Ok(())
}

/// Where [`release`] leaves a program.
pub fn release_binary(name: &str) -> PathBuf {
    workspace().join("target").join(target(name)).join("release").join(name)
}

/// What a program is built for. The plugin has no network code, and is faster with glibc; a static glibc looks no names up.
fn target(program: &str) -> &'static str {
    if program == "tenantry" { GLIBC } else { "x86_64-unknown-linux-musl" }
}

/// What the plugin is built for.
pub const GLIBC: &str = "x86_64-unknown-linux-gnu";
/// With these flags of rustc it needs nothing of the system that it runs on.
pub const STATIC: &str = "-C target-feature=+crt-static";

/// The image that the last stage of a `Dockerfile` of this checkout describes.
///
/// # Errors
/// It holds something that is not understood.
pub fn described(dockerfile: &str, build: &Build) -> Result<Image> {
    let text = fs::read_to_string(workspace().join(dockerfile))?;
    build.last_stage(&text).with_context(|| dockerfile.to_owned())
}

/// An image of one of our own small programs, as `/usr/local/bin/NAME`.
pub fn single(program: &Path) -> Image {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let path = format!("usr/local/bin/{name}");
    Image {
        root: None,
        files: vec![Entry::folder("tmp", 0o1777, 0), Entry::program(&path, program)],
        run: Run {
            entrypoint: vec![format!("/{path}")],
            env: vec!["PATH=/usr/local/bin".to_owned()],
            user: "65532:65532".to_owned(),
            ..Run::default()
        },
    }
}

fn named(
    cache: &Cache,
    kind: &str,
    name: String,
    from: &[&PathBuf],
    authority: &Authority,
    make: impl FnOnce(&Path) -> Result<Archive>,
) -> Result<Named> {
    // The folders of parts have their own key in their names.
    let mut inputs = vec![name.clone(), format!("{PACKAGES:?}"), authority.certificate().display().to_string()];
    inputs.extend(from.iter().map(|path| path.display().to_string()));
    inputs.push(include_str!("images.rs").to_owned());
    let folder = cache.made(kind, &key(inputs.iter().map(String::as_bytes)), |folder| {
        let archive = make(folder)?;
        Ok(fs::write(folder.join("digest"), archive.digest)?)
    })?;
    let digest = fs::read_to_string(folder.join("digest"))?;
    Ok(Named { name, archive: Archive { path: folder.join("image.tar"), digest } })
}

/// Argo CD's image: what its own `Dockerfile` puts into it, from Debian's packages.
fn argo_cd(parts: &Parts, authority: &Authority, folder: &Path) -> Result<Archive> {
    let root = folder.join("root");
    fs::create_dir(&root)?;
    debian::unpack(PACKAGES, &authority.certificate(), &root)?;
    let mut files = vec![
        Entry::folder("tmp", 0o1777, 0),
        Entry::text(
            "etc/passwd",
            format!("root:x:0:0::/root:/bin/sh\nargocd:x:{ARGO_CD_USER}:{ARGO_CD_USER}::/home/argocd:/bin/sh\n"),
        ),
        Entry::text("etc/group", format!("root:x:0:\nargocd:x:{ARGO_CD_USER}:\n")),
        Entry::folder("home/argocd", 0o775, ARGO_CD_USER),
        Entry::program("usr/local/bin/argocd", parts.argo_cd.join("argocd")),
        Entry::program("usr/local/bin/helm", parts.helm.join("helm")),
        Entry::program("usr/local/bin/entrypoint.sh", parts.argo_cd.join("entrypoint.sh")),
        Entry::program("usr/local/bin/gpg-wrapper.sh", parts.argo_cd.join("hack/gpg-wrapper.sh")),
        Entry::program("usr/local/bin/git-verify-wrapper.sh", parts.argo_cd.join("hack/git-verify-wrapper.sh")),
        Entry::folder("app/config/gpg/keys", 0o700, ARGO_CD_USER),
    ];
    for folder in ["app/config/ssh", "app/config/tls", "app/config/gpg/source", "app/config/reposerver/tls"] {
        files.push(Entry::folder(folder, 0o755, 0));
    }
    for name in ["application-controller", "applicationset-controller", "cmp-server", "repo-server"] {
        files.push(Entry::link(&format!("usr/local/bin/argocd-{name}"), "/usr/local/bin/argocd"));
    }
    let run = Run {
        entrypoint: vec!["/usr/bin/tini".to_owned(), "--".to_owned()],
        env: vec![PATH.to_owned(), "USER=argocd".to_owned(), "GRPC_ENABLE_TXT_SERVICE_CONFIG=false".to_owned()],
        user: ARGO_CD_USER.to_string(),
        working_dir: "/home/argocd".to_owned(),
        ..Run::default()
    };
    let archive = Image { root: Some(root.clone()), files, run }.write(folder, "image")?;
    fs::remove_dir_all(root)?;
    Ok(archive)
}

fn redis(authority: &Authority, folder: &Path) -> Result<Archive> {
    let root = folder.join("root");
    fs::create_dir(&root)?;
    debian::unpack(&["ca-certificates", "dash", "redis-server"], &authority.certificate(), &root)?;
    let run = Run {
        entrypoint: vec!["/usr/bin/redis-server".to_owned()],
        env: vec![PATH.to_owned()],
        user: "999".to_owned(),
        working_dir: "/tmp".to_owned(),
        ..Run::default()
    };
    let files = vec![Entry::folder("tmp", 0o1777, 0)];
    let archive = Image { root: Some(root.clone()), files, run }.write(folder, "image")?;
    fs::remove_dir_all(root)?;
    Ok(archive)
}

const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
