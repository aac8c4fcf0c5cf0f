//! Two versions of the plugin side by side, as an upgrade goes: a sidecar of the new one beside the old, then tenant by tenant.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use e2e::argo;
use e2e::cache::{key, workspace};
use e2e::dockerfile::Build;
use e2e::image::Archive;
use e2e::images::{GLIBC, STATIC};
use e2e::process::run;
use serde_json::{Value, json};

use crate::objects::{APPLICATION, identity, same, wanted};
use crate::world::World;

/// The version after this one.
const NEXT: &str = "0.2.0";
/// This one.
const THIS: &str = env!("CARGO_PKG_VERSION");

/// Nothing moves when the sidecar comes; what moves, moves with its pin.
pub(crate) fn a_new_version_moves_nothing_by_itself(world: &World) -> Result<()> {
    world.platform()?;
    let tenants = &world.fleet.tenants;
    let file = "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {name: cypress}\nspec: {tier: free}\n";
    tenants.write("tenants/cypress/tenant.yaml", file)?;
    let old = tenants.commit("cypress")?;
    world.pin("cypress", "t-cypress", &old)?;
    world.until_synced("argocd", "cypress", Some(&old), 90)?;
    let before = seen(world)?;

    add_sidecar(world)?;
    world.patch(
        APPLICATION,
        "argocd",
        "cypress",
        &json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}),
    )?;
    world.until("a refresh beside the new sidecar", 90, || {
        let application = world.get(APPLICATION, "argocd", "cypress")?;
        ensure!(application["metadata"]["annotations"]["argocd.argoproj.io/refresh"].is_null(), "not done");
        Ok(())
    })?;
    world.until_synced("argocd", "cypress", Some(&old), 60)?;
    same(&before, &seen(world)?).context("the new sidecar changed a tenant whose pin did not move")?;

    // The platform file names the new version. Whoever does not name its plugin too is told which.
    let pinned = tenants.read("platform.yaml")?;
    tenants.replace("platform.yaml", &format!("tenantry: {THIS}"), &format!("tenantry: {NEXT}"))?;
    let new = tenants.commit("Version after this one")?;
    tenants.write("platform.yaml", pinned)?;
    tenants.commit("And back, for other tests")?;
    world.pin("cypress", "t-cypress", &new)?;
    let words = format!("this commit is rendered by tenantry {NEXT}, and this is {THIS}");
    world.until("the refusal", 60, || {
        let conditions = world.get(APPLICATION, "argocd", "cypress")?["status"]["conditions"].to_string();
        ensure!(conditions.contains(&words), "{conditions}");
        Ok(())
    })?;
    same(&before, &seen(world)?).context("a refused render changed something")?;

    let plugin = json!({"spec": {"source": {"plugin": {"name": format!("tenantry-v{NEXT}")}}}});
    world.patch(APPLICATION, "argocd", "cypress", &plugin)?;
    world.until_synced("argocd", "cypress", Some(&new), 90)?;
    Ok(())
}

/// Every object of the tenant with its number and what is wanted of it.
fn seen(world: &World) -> Result<BTreeMap<String, Value>> {
    let mut seen = BTreeMap::new();
    for object in world.rendered("tenants/cypress")? {
        let (kind, namespace, name) = identity(&object)?;
        seen.insert(format!("{} {name}", kind.1), wanted(&world.get(kind, namespace, name)?));
    }
    Ok(seen)
}

/// Adds the sidecar of the next version as the shipped one's comment says: the same file, under another name.
fn add_sidecar(world: &World) -> Result<()> {
    let image = next_image(world)?;
    let name = format!("registry.example.com/tenantry@{}", image.digest);
    world.cluster.import(Path::new(env!("CARGO_BIN_EXE_e2e")), &name, &image)?;
    let text = include_str!("../../../deploy/argocd/sidecar.yaml");
    let text = text
        .replace(&THIS.replace('.', "-"), &NEXT.replace('.', "-"))
        .replace("image: registry.example.com/tenantry", &format!("image: {name}"));
    let patch = world.cluster.folder.join("sidecar.yaml");
    fs::write(&patch, text)?;
    let mut kubectl = world.cluster.kubectl();
    kubectl.args(["--namespace", "argocd", "patch", "deployment", "argocd-repo-server", "--patch-file"]).arg(&patch);
    run(&mut kubectl)?;
    world.wait(argo::wait(&world.cluster))
}

/// The image of this checkout with the next version's number on it: built from a copy, and quickly rather than well.
fn next_image(world: &World) -> Result<Archive> {
    let from = workspace();
    let files =
        ["Cargo.toml", "Cargo.lock", "Dockerfile", "argocd-cmp.yaml", "rust-toolchain.toml", "plugin", "templates"];
    let sources = run(Command::new("sh").current_dir(from).arg("-c").arg(format!(
        "find {} -path plugin/tests -prune -o -type f -print0 | sort -z | xargs -0 sha256sum",
        files.join(" ")
    )))?;
    let made = world.cache().made("next", &key([sources.as_bytes(), NEXT.as_bytes()]), |folder| {
        run(Command::new("cp").arg("-r").args(files).arg(folder).current_dir(from))?;
        for file in ["Cargo.toml", "Dockerfile", "argocd-cmp.yaml"] {
            let path = folder.join(file);
            let text = fs::read_to_string(&path)?.replace(THIS, NEXT);
            // The workspace's other crates are not copied.
            let lines =
                text.lines().map(|line| if line.starts_with("members = ") { "members = [\"plugin\"]" } else { line });
            fs::write(path, lines.collect::<Vec<_>>().join("\n") + "\n")?;
        }
        let cargo = std::env::var_os("CARGO").context("run by cargo")?;
        let quickly = ["profile.release.lto=false", "profile.release.opt-level=0", "profile.release.codegen-units=16"];
        let mut build = Command::new(cargo);
        build.current_dir(folder).args(["build", "--release", "-p", "tenantry", "--target", GLIBC]);
        build.env("RUSTFLAGS", STATIC);
        for setting in quickly {
            build.args(["--config", setting]);
        }
        run(build.arg("--target-dir").arg(folder.join("target")))?;
        let text = fs::read_to_string(folder.join("Dockerfile"))?;
        let archive = Build::of(folder).last_stage(&text)?.write(folder, "image")?;
        fs::write(folder.join("digest"), archive.digest)?;
        Ok(fs::remove_dir_all(folder.join("target"))?)
    })?;
    Ok(Archive { path: made.join("image.tar"), digest: fs::read_to_string(made.join("digest"))? })
}
