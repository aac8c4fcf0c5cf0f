//! `tenantry diff --pins`: each tenant and platform against what its own Application is pinned to.

mod repository;
mod support;

use std::fs;

use repository::Repository;
use serde_json::Value;

const ACME: &str = "tenants/acme/tenant.yaml";
const PAPERCUT: &str = "tenants/papercut/tenant.yaml";
const PLATFORM: &str = "platform.yaml";
const URL: &str = "https://git.example.com/tenants.git";

/// An Application as `deploy/argocd/example` has them, without what says nothing of its source.
fn application(name: &str, path: &str, revision: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n  namespace: argocd\nspec:\n  project: \
         tenants\n  source:\n    repoURL: {URL}\n    targetRevision: {revision}\n    path: {path}\n    plugin: {{name: \
         tenantry-v0.1.0}}\n"
    )
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "snapshots/pins", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

fn review(fleet: &Repository, arguments: &[&str]) -> Value {
    let ended = fleet.diff(&[arguments, &["-o", "json"]].concat());
    assert_eq!(ended.stderr, "", "{arguments:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

/// The folders of a review's sets.
fn members(review: &Value) -> Vec<String> {
    let sets = review["sets"].as_array().unwrap().iter();
    let members = sets.flat_map(|set| set["members"].as_array().unwrap());
    members.map(|member| member["folder"].as_str().unwrap().to_owned()).collect()
}

/// A fleet with one Application each of three tenants and the platform, in every shape that Argo CD takes.
fn fleet() -> Repository {
    let fleet = Repository::new();
    let first = fleet.base.clone();
    fleet.replace(ACME, "{tier: pro}", "{tier: pro, ring: canary}");
    let second = fleet.commit("Ring");
    fleet.write("applications/acme.yaml", &application("acme", "./tenants/acme/", &second));
    fleet.write(
        "applications/more/globex.yml",
        &format!(
            "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: argoproj.io/v1alpha1\n    kind: Application\n    metadata: {{name: \
             globex, creationTimestamp: null}}\n    spec:\n      sources:\n        - {{repoURL: {URL}, targetRevision: main, ref: \
             values}}\n        - {{repoURL: {URL}, targetRevision: {first}, path: tenants/globex, plugin: {{name: tenantry-v0.1.0}}}}\n"
        ),
    );
    let both = [application("hobby", "tenants/hobby", &first), application("platform", ".", &first)].join("---\n");
    fleet.write("applications/more/hobby-and-platform.yaml", &both);
    // Of other people, and of a chart: nothing of the fleet's.
    fleet.write(
        "applications/more/monitoring.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: monitoring}\nspec:\n  source: {repoURL: \
         https://charts.example.com, chart: prometheus, targetRevision: 27.1.0}\n",
    );
    fleet.write("applications/more/chart/service.yaml", "kind: Service\nmetadata: {{ .Values.metadata }}\n");
    fleet.write("applications/more/old.yaml", "# kind: Application, before it was written anew\n");
    fleet.replace(
        PLATFORM,
        "labels: {example.com/cost-centre: platform}",
        "labels: {example.com/cost-centre: everybody}",
    );
    fleet.commit("Label");
    fleet
}

/// What each would get if its own pin moved: each once, and those without an Application are named.
#[test]
fn each_from_its_own_pin() {
    let fleet = fleet();
    let ring = fleet.git(&["rev-parse", "HEAD~1"]);
    for form in ["terminal", "markdown"] {
        let told = fleet.diff(&["HEAD~1", "--pins", "applications", "-o", form]).to_string();
        snapshot(form, &told.replace(&ring[..10], "<ring>"));
    }
    let whole = review(&fleet, &["HEAD", "--pins", "applications"]);
    let schema = fs::read_to_string(support::testdata().join("../schema/review.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    assert!(schema.is_valid(&whole), "{whole}");
    let mut folders = members(&whole);
    folders.sort();
    assert_eq!(folders, ["", "tenants/acme", "tenants/globex", "tenants/hobby"]);
    assert_eq!(whole["counts"]["all"], 4);
    // acme has its ring already; the others get nothing but the label.
    assert!(!whole.to_string().contains("data.ring"), "{whole}");
    // Only what is asked for; a path is one without a commit before it as well.
    for arguments in [&["HEAD", "tenants/acme"][..], &["tenants/acme"]] {
        let one = review(&fleet, &[arguments, &["--pins", "applications"]].concat());
        assert_eq!((members(&one), one["base"].get("notes")), (vec!["tenants/acme".to_owned()], None));
    }
}

/// The one commit that is typed is the end; without one it is the working tree.
#[test]
fn the_end_is_what_is_typed() {
    let fleet = fleet();
    fleet.replace(ACME, "ring: canary", "ring: stable");
    let ring = |arguments: &[&str]| {
        let review = review(&fleet, &[arguments, &["--pins", "applications", "tenants/acme"]].concat());
        (review["head"]["name"].clone(), review.to_string().contains("stable"))
    };
    assert_eq!(ring(&[]), ("working tree".into(), true));
    assert_eq!(ring(&["HEAD"]), ("HEAD".into(), false));
    assert_eq!(fleet.diff(&["HEAD~1", "--pins", "applications", "tenants/acme"]).code, 0);
    // A commit that destroys, after the pin.
    fleet.replace(ACME, "ring: stable", "state: destroying, destroy: {confirm: acme, data: delete}");
    assert_eq!(fleet.diff(&["--pins", "applications", "tenants/acme"]).code, 3);
    let mut text = String::new();
    for range in ["HEAD~1..HEAD", "HEAD~1...HEAD"] {
        text.push_str(&format!("$ {range} --pins applications\n{}\n", fleet.diff(&[range, "--pins", "applications"])));
    }
    snapshot("range", &text);
}

/// A destroying commit of a tenant that has no Application is not seen, and that is said.
#[test]
fn a_tenant_without_an_application_is_named() {
    let fleet = fleet();
    fs::remove_file(fleet.root.join(PAPERCUT)).unwrap();
    fleet.write(
        PAPERCUT,
        "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {name: papercut}\nspec: {tier: pro, state: destroying, destroy: \
         {confirm: papercut, data: delete}}\n",
    );
    let ended = fleet.diff(&["--pins", "applications", "tenants/hobby", "tenants/papercut"]);
    let first = ended.stdout.lines().next().unwrap_or_default();
    assert_eq!(first, "note: no Application renders `tenants/papercut`, which is not compared", "{ended}");
}

/// Whatever may be an Application and is not read as one ends the review: its tenant's base would be wrong, and nobody told.
#[test]
fn nothing_is_left_out() {
    let fleet = Repository::new();
    let base = fleet.base.clone();
    let good = application("hobby", "tenants/hobby", &base);
    let acme = application("acme", "tenants/acme", &base);
    let large = format!("{acme}# {}\n", "x".repeat(1 << 20));
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: tenants}\nspec:\n  generators: [{git: {}}]\n  \
               template:\n    spec:\n      source: {repoURL: x, path: '{{path}}', plugin: {name: tenantry-v0.1.0}}\n";
    let cases: &[(&str, &str)] = &[
        ("an anchor", &acme.replace("name: acme", "name: &name acme")),
        ("a tab", &acme.replace("  project", "\tproject")),
        ("a template", &acme.replace(": acme", ": {{ .Values.name }}")),
        ("a large file", &large),
        ("a branch", &acme.replace(&format!("targetRevision: {base}"), "targetRevision: main")),
        ("counted from a branch", &acme.replace(&format!("targetRevision: {base}"), "targetRevision: HEAD~1")),
        ("no pin", &acme.replace(&format!("    targetRevision: {base}\n"), "")),
        ("a branch's pin", &acme.replace(&base, "HEAD")),
        ("a number", &acme.replace(&base, "12")),
        ("a patch", "kind: Application\nmetadata: {name: acme}\nspec: {source: {targetRevision: main}}\n"),
        ("no commit", &acme.replace(&base, "gone")),
        ("no folder", &acme.replace("tenants/acme", "tenants/acmee")),
        ("an absolute folder", &acme.replace("tenants/acme", "/tenants/acme")),
        ("a folder elsewhere", &acme.replace("tenants/acme", "../tenants/acme")),
        ("a set of them", set),
        ("one folder twice", &application("hobby-2", "tenants/./hobby", &base)),
    ];
    let mut text = String::new();
    for (name, manifest) in cases {
        fleet.write("applications/hobby.yaml", &good);
        fleet.write("applications/more/other.yaml", manifest);
        text.push_str(&format!("# {name}\n{}\n", fleet.diff(&["HEAD", "--pins", "applications"])));
        fs::remove_dir_all(fleet.root.join("applications")).unwrap();
    }
    fleet.write("applications/hobby.yaml", &good);
    fs::write(fleet.root.join("applications/other.yaml"), [b"# ".as_slice(), &[0xff], acme.as_bytes()].concat())
        .unwrap();
    std::os::unix::fs::symlink("hobby.yaml", fleet.root.join("applications/link.yaml")).unwrap();
    text.push_str(&format!("# not UTF-8, and a link\n{}\n", fleet.diff(&["HEAD", "--pins", "applications"])));
    for folder in ["none", "tenants"] {
        text.push_str(&format!("# {folder}\n{}\n", fleet.diff(&["HEAD", "--pins", folder])));
    }
    snapshot("wrong", &text);
}

/// Other repositories have folders of the same names: which one this is, the clone's remotes say.
#[test]
fn applications_of_other_repositories() {
    let fleet = Repository::new();
    fleet.replace(ACME, "{tier: pro}", "{tier: pro, ring: canary}");
    let second = fleet.commit("Ring");
    fleet.write("applications/acme.yaml", &application("acme", "tenants/acme", &fleet.base));
    let other = application("acme-eu", "tenants/acme", &second).replace("tenants.git", "tenants-eu.git");
    fleet.write("applications/acme-eu.yaml", &other);
    let diff = || fleet.diff(&["HEAD", "--pins", "applications", "tenants/acme"]);
    let mut text = format!("# no remote\n{}\n", diff());
    fleet.git(&["remote", "add", "origin", "git@git.example.com:tenants"]);
    text.push_str(&format!("# a remote\n{}\n", diff()));
    let set =
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: addons}\nspec: {generators: []}\n";
    fleet.write("applications/acme-eu.yaml", set);
    text.push_str(&format!("# a set of others\n{}\n", diff()));
    snapshot("repositories", &text);
}
