//! What is not known is never taken for unchanged: sides that cannot be read, words that mean nothing, half a checkout.

mod repository;
mod support;

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use repository::Repository;

const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";
const PLATFORM: &str = "platform.yaml";

/// What is asked of each of them, and what they say.
fn said(fleet: &Repository, asked: &[&[&str]]) -> String {
    let one = |arguments: &&[&str]| format!("$ tenantry {}\n{}\n", arguments.join(" "), fleet.run(arguments));
    asked.iter().map(one).collect()
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "snapshots/unknown", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

/// A tenant that is destroyed, and whose file before that is not in the clone any more.
#[test]
fn a_damaged_base() {
    let fleet = Repository::new();
    fleet.replace(GLOBEX, "database_mode: dedicated", "database_mode: shared");
    fleet.commit("Shared");
    let id = fleet.git(&["rev-parse", &format!("{}:{GLOBEX}", fleet.base)]);
    let object = fleet.root.join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::set_permissions(&object, fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(object).unwrap();
    for arguments in [
        &["diff", "HEAD~1..HEAD"][..],
        &["diff", "HEAD..HEAD~1"],
        &["diff", "HEAD~1", "-o", "json"],
        &["validate", "--against", "HEAD~1"],
    ] {
        let ended = fleet.run(arguments);
        let first = ended.stderr.lines().next().unwrap_or_default();
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{arguments:?}: {ended}");
        assert!(first.starts_with("error: `tenants/globex/tenant.yaml` cannot be read: "), "{arguments:?}: {ended}");
    }
    // Nobody asked for it.
    assert_eq!(fleet.run(&["diff", "HEAD~1..HEAD", "tenants/acme"]).code, 0);
}

/// What was broken before may have been anything.
#[test]
fn a_broken_base() {
    let fleet = Repository::new();
    fleet.replace(GLOBEX, "tier: pro", "tier: prof");
    fleet.commit("Broken");
    fleet.replace(GLOBEX, "tier: prof", "tier: pro");
    fleet.replace(GLOBEX, "id: 7c9e6679-7425-40de-944b-e07fc1f90ae7", "id: another");
    let asked: &[&[&str]] = &[
        &["diff", "HEAD"],
        &["diff", "HEAD", "-o", "markdown"],
        &["validate", "--against", "HEAD"],
        &["validate", "--against", "HEAD", "--allow", "UNREAD:globex"],
        &["validate", "--against", "HEAD", "--allow", "UNREAD:acme"],
        &["validate", "--against", "HEAD~1"],
    ];
    let mut text = said(&fleet, asked);
    fs::remove_dir_all(fleet.root.join("tenants/globex")).unwrap();
    text += &said(&fleet, &[&["diff", "HEAD"], &["validate", "--against", "HEAD"]]);
    snapshot("broken_base", &text);
}

/// What cannot be rendered at either side is told, and so is a platform file that takes all of its tenants with it.
#[test]
fn broken_on_both_sides() {
    let fleet = Repository::new();
    fleet.replace(GLOBEX, "tier: pro", "tier: prof");
    fleet.commit("Broken");
    fleet.replace(ACME, "tier: pro", "tier: pro, ring: canary");
    // What was not touched is as it was, whatever it is.
    assert_eq!(fleet.diff(&["HEAD", "tenants/globex"]).code, 0);
    fleet.replace(GLOBEX, "ring: early", "ring: late");
    let mut text = said(&fleet, &[&["diff", "HEAD"], &["diff", "HEAD", "tenants/globex"]]);
    fleet.reset();
    fleet.replace(PLATFORM, "kind: Platform", "kind: Platfrom");
    fleet.commit("No platform");
    text += &said(&fleet, &[&["diff", "HEAD"]]);
    snapshot("broken_on_both_sides", &text);
}

/// A word that is mistyped would be a tenant that nobody looked at.
#[test]
fn words() {
    let fleet = Repository::new();
    fleet.git(&["switch", "--quiet", "--create", "change"]);
    fs::remove_dir_all(fleet.root.join("tenants/acme")).unwrap();
    fleet.commit("Gone");
    let asked: &[&[&str]] = &[
        &["diff", "tenants", "main..change"],
        &["diff", "", "main..change"],
        &["diff", "main", "change"],
        &["diff", "main..change", "tenants/hobby", "tenants/golbex"],
        &["diff", "main..change", "tenants/hobby/README.md"],
        &["diff", "main..change", "tenants/hobby/tenant.yaml"],
        &["diff", "main..change", "tenants/acme"],
        &["diff", "main..change", "--allow", "FAILS:acme,FAILS:globex"],
        &["diff", "main..change", "--allow", "FAILS:ac*"],
        &["diff", "main..change", "--allow", "FAILS:tenants/acme"],
    ];
    snapshot("words", &said(&fleet, asked));
}

/// Half a checkout would look like tenants that are gone.
#[test]
fn working_trees() {
    let fleet = Repository::new();
    fleet.git(&["sparse-checkout", "set", "tenants/hobby", "modules"]);
    let asked: &[&[&str]] = &[&["diff", "HEAD"], &["validate", "--against", "HEAD"], &["diff", "HEAD..HEAD"]];
    let mut text = said(&fleet, asked);
    fleet.git(&["sparse-checkout", "disable"]);
    assert_eq!(fleet.diff(&["HEAD"]).code, 0);
    fleet.git(&["config", "core.bare", "true"]);
    text += &said(&fleet, &[&["diff", "main"], &["diff", "main..main"]]);
    snapshot("working_trees", &text);
}

/// Whoever stops reading does not change the verdict.
#[test]
fn a_pipe_that_is_closed() {
    let fleet = Repository::new();
    fleet.replace(PLATFORM, "{example.com/cost-centre: platform}", "{example.com/cost-centre: everybody}");
    fs::remove_dir_all(fleet.root.join("tenants/acme")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.args(["diff", "HEAD", "-o", "html"]).current_dir(&fleet.root).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut some = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

/// Two branches that were merged into each other: either point is as good as the other.
#[test]
fn histories_that_meet_twice() {
    let fleet = Repository::new();
    for (branch, path) in [("a", ACME), ("b", "tenants/hobby/tenant.yaml")] {
        fleet.git(&["switch", "--quiet", "--create", branch, "main"]);
        let text = fs::read_to_string(fleet.root.join(path)).unwrap();
        fleet.write(path, &format!("{text}# {branch}\n"));
        fleet.commit(branch);
        fleet.git(&["branch", &format!("{branch}-1")]);
    }
    for (branch, other) in [("a", "b-1"), ("b", "a-1")] {
        fleet.git(&["switch", "--quiet", branch]);
        fleet.git(&["merge", "--quiet", "--no-edit", other]);
    }
    let ended = fleet.diff(&["a...b"]);
    let warning = "warning: the two histories meet in several commits, and one of them is compared with; what came from `a` \
                   by the others may be shown as well\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (0, warning), "{ended}");
}

/// The folder of another repository is compared with that one's commits.
#[test]
fn another_repository() {
    let (here, there) = (Repository::new(), Repository::new());
    there.replace(GLOBEX, "jwt: {generation: 2}", "jwt: {generation: 1}");
    let folder = there.root.to_string_lossy().into_owned();
    let ended = here.run(&["validate", "--against", "main", &folder]);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended}");
    assert!(
        ended.stderr.starts_with("error: the generation of secret `jwt` of tenant `globex` was 2, and is 1"),
        "{ended}"
    );
}

/// One name in two cells of two clusters is two tenants.
#[test]
fn a_name_that_two_have() {
    let fleet = Repository::new();
    for (cell, cluster) in [("eu", "prod-eu"), ("us", "prod-us")] {
        for path in [PLATFORM, "modules/tenant-2.0.0.json", ACME] {
            let text = fs::read_to_string(fleet.root.join(path)).unwrap();
            let text = text.replace("prod-eu", cluster).replace("domain: tenants.", &format!("domain: {cell}."));
            fleet.write(
                &format!("{cell}/{path}"),
                &text.replace("{tier: pro}", &format!("{{tier: pro, id: acme-{cell}}}")),
            );
        }
    }
    for path in [PLATFORM, "modules", "tenants"] {
        fleet.git(&["rm", "-r", "--quiet", path]);
    }
    fleet.commit("Cells");
    assert_eq!(fleet.run(&["validate"]).code, 0);
    for cell in ["eu", "us"] {
        fs::remove_dir_all(fleet.root.join(cell).join("tenants/acme")).unwrap();
        fleet.write(&format!("{cell}/tenants/README.md"), "None for now.\n");
    }
    let code = |allow: &[&str]| {
        let words = allow.iter().flat_map(|word| ["--allow", *word]);
        fleet.diff(&["HEAD"].into_iter().chain(words).collect::<Vec<_>>()).code
    };
    let told = |word: &str| fleet.diff(&["HEAD", "--allow", word]).stderr;
    assert_eq!(
        told("FAILS:acme"),
        "warning: `FAILS:acme` acknowledges nothing: 2 have that name: say it for their folders\n"
    );
    assert_eq!(
        told("FAILS:acmee"),
        "warning: `FAILS:acmee` acknowledges nothing: nothing happens to one of that name\n"
    );
    assert_eq!(told("FAILS:us/tenants/acme"), "");
    assert_eq!(code(&["FAILS:acme"]), 3);
    assert_eq!(code(&["FAILS:eu/tenants/acme"]), 3);
    assert_eq!(code(&["FAILS:eu/tenants/acme", "FAILS:us/tenants/acme"]), 2);
    assert_eq!(code(&["FAILS:*"]), 2);
}

/// A tenant that goes from one cluster's cell to another's stays behind in the first.
#[test]
fn a_tenant_that_changes_its_cluster() {
    let fleet = Repository::new();
    let copy = |from: &str, to: &str| {
        let text = fs::read_to_string(fleet.root.join(from)).unwrap();
        fleet.write(to, &text.replace("prod-eu", "prod-us").replace("domain: tenants.", "domain: us."));
    };
    copy(PLATFORM, "us/platform.yaml");
    copy("modules/tenant-2.0.0.json", "us/modules/tenant-2.0.0.json");
    fs::create_dir_all(fleet.root.join("eu")).unwrap();
    for path in [PLATFORM, "modules", "tenants"] {
        fs::rename(fleet.root.join(path), fleet.root.join("eu").join(path)).unwrap();
    }
    fleet.commit("Cells");
    fs::create_dir_all(fleet.root.join("us/tenants")).unwrap();
    fs::rename(fleet.root.join("eu/tenants/hobby"), fleet.root.join("us/tenants/hobby")).unwrap();
    snapshot("another_cluster", &said(&fleet, &[&["diff", "HEAD"], &["validate", "--against", "HEAD"]]));
}

/// What is named in parts is one fleet all the same.
#[test]
fn paths_together() {
    let fleet = Repository::new();
    assert_eq!(
        fleet.run(&["validate", ".", "tenants/acme", "tenants"]).stdout,
        "16 tenants and 1 platform: no problems\n"
    );
    for cell in ["eu", "us"] {
        fleet.write(&format!("{cell}/platform.yaml"), &fs::read_to_string(fleet.root.join(PLATFORM)).unwrap());
        for path in ["modules/tenant-2.0.0.json", ACME] {
            fleet.write(&format!("{cell}/{path}"), &fs::read_to_string(fleet.root.join(path)).unwrap());
        }
    }
    for path in [PLATFORM, "modules", "tenants"] {
        fleet.git(&["rm", "-r", "--quiet", path]);
    }
    let (whole, parts) = (fleet.run(&["validate"]), fleet.run(&["validate", "eu", "us"]));
    assert_eq!((whole.code, &whole), (1, &parts));
    let mut text = said(&fleet, &[&["validate", "eu", "us"], &["validate", "eu", "none"]]);
    fleet.write("docs/README.md", "Nothing.\n");
    text += &said(&fleet, &[&["validate", "eu", "docs"]]);
    snapshot("paths_together", &text);
}
