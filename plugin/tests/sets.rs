//! Which tenants are one change set: those to which the same happens, and nobody else.

mod repository;
mod support;

use repository::Repository;
use serde_json::Value;

const PLATFORM: &str = "platform.yaml";
const VALUES: &str = "            podSecurityContext:";
const MAY_SET: &str = "tenantValues: {server.replicaCount: integer, server.resources: object}";

fn tenant(fleet: &Repository, name: &str, spec: &str) {
    let text = format!("apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec: {spec}\n");
    fleet.write(&format!("tenants/{name}/tenant.yaml"), &text);
}

fn review(fleet: &Repository) -> Value {
    let ended = fleet.diff(&["HEAD~1..HEAD", "-o", "json"]);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended}"))
}

/// The sets' members, a line each.
fn sets(review: &Value) -> Vec<String> {
    let members = |set: &Value| -> Vec<String> {
        set["members"].as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
    };
    let mut sets: Vec<String> = review["sets"].as_array().unwrap().iter().map(|set| members(set).join(" ")).collect();
    sets.sort();
    sets
}

/// The sets of a change to some tenants, each of them by its own text.
fn between(tenants: &[(&str, &str, &str)], prepare: fn(&Repository)) -> Vec<String> {
    let fleet = Repository::new();
    prepare(&fleet);
    tenants.iter().for_each(|(name, before, _)| tenant(&fleet, name, before));
    fleet.commit("Before");
    tenants.iter().for_each(|(name, _, after)| tenant(&fleet, name, after));
    fleet.commit("After");
    sets(&review(&fleet))
}

/// A name that somebody wrote into a file is not the one that follows from the tenant's.
#[test]
fn a_name_that_changes_counts_as_far_as_it_is_not_derived() {
    let role = |role: &str| {
        format!(
            "{{tier: pro, terraform: {{enabled: false}}, identity: {{roleArn: 'arn:aws:iam::111122223333:role/{role}'}}}}"
        )
    };
    let host = |host: &str| format!("{{tier: pro, domain: {{host: {host}}}}}");
    assert_eq!(
        between(
            &[
                ("birch", &role("birch-ro"), &role("birch-rw")),
                ("cedar", &role("cedar-ro"), &role("cedar-rw")),
                ("rowan", &role("rowan-ro"), &role("administrator")),
            ],
            |_| {}
        ),
        ["birch cedar", "rowan"]
    );
    assert_eq!(
        between(
            &[
                ("birch", &host("old.birch.example"), &host("birch.new.example.com")),
                ("cedar", "{tier: pro}", &host("cedar.new.example.com")),
                ("maple", "{tier: pro}", &host("maple.new.example.com")),
                ("rowan", "{tier: pro}", &host("elsewhere.example")),
            ],
            |_| {}
        ),
        ["birch", "cedar maple", "rowan"]
    );
}

/// What looks like a hash or an hour in a value is a value.
#[test]
fn values_that_look_like_hashes_and_hours() {
    let values = |tag: &str, schedule: &str| {
        format!(
            "{{tier: pro, releases: {{zenml: {{values: {{server: {{image: {{tag: {tag}}}}}, backup: {{schedule: '{schedule}'}}}}}}}}}}"
        )
    };
    let before = values("main-1111111111", "0 * * * *");
    assert_eq!(
        between(
            &[
                ("birch", &before, &values("main-2222222222", "0 * * * *")),
                ("cedar", &before, &values("main-2222222222", "0 * * * *")),
                ("maple", &before, &values("main-3333333333", "0 * * * *")),
                ("rowan", &before, &values("main-1111111111", "30 * * * *")),
                ("willow", &before, &values("main-1111111111", "0 0 30 2 *")),
            ],
            |fleet| {
                fleet.replace(
                PLATFORM,
                MAY_SET,
                "tenantValues: {server.replicaCount: integer, server.resources: object, server.image: object, backup: object}"
            )
            }
        ),
        ["birch cedar", "maple", "rowan", "willow"]
    );
}

/// Another order is a change, and each order another one.
#[test]
fn orders() {
    let fleet = Repository::new();
    fleet.replace(
        PLATFORM,
        MAY_SET,
        "tenantValues: {server.replicaCount: integer, server.resources: object, hosts: array}",
    );
    let hosts = |name: &str, hosts: &str| {
        tenant(&fleet, name, &format!("{{tier: pro, releases: {{zenml: {{values: {{hosts: {hosts}}}}}}}}}"));
    };
    ["birch", "cedar", "rowan"].iter().for_each(|name| hosts(name, "[primary, replica, witness]"));
    fleet.commit("Before");
    hosts("birch", "[primary, witness, replica]");
    hosts("cedar", "[primary, witness, replica]");
    hosts("rowan", "[witness, primary, replica]");
    fleet.commit("After");
    let review = review(&fleet);
    assert_eq!(sets(&review), ["birch cedar", "rowan"]);
    assert_eq!(
        review["sets"][0]["objects"][0]["fields"],
        serde_json::json!([{
            "path": "spec.source.helm.valuesObject.hosts",
            "before": ["primary", "replica", "witness"],
            "after": ["primary", "witness", "replica"],
        }])
    );
    assert_eq!(
        review["sets"][0]["consequences"],
        serde_json::json!([{
            "rule": "RELEASE",
            "object": "Application tenantry-releases/birch--zenml",
            "text": "value `hosts` is other",
        }])
    );
}

/// No secret is in any form, wherever it was written.
#[test]
fn secrets() {
    let fleet = Repository::new();
    let values = |secret: &str| {
        format!(
            "            tokens: [{secret}]\n            credentials: {{github: {secret}}}\n            \
             extraArgs: [--password, {secret}, --token={secret}]\n            \
             dsn: {secret}\n{VALUES}"
        )
    };
    let map = |secret: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n  namespace: ${{{{ tenant.namespace }}}}\n  \
             labels: ${{{{ labels }}}}\ndata:\n  password.txt: {secret}\n  config.json: '{{\"password\": \"{secret}\"}}'\n  \
             application.properties: |\n    db.password={secret}\n  url: postgres://u:{secret}@db/x\n"
        )
    };
    let before = std::fs::read_to_string(fleet.root.join(PLATFORM)).unwrap();
    assert_eq!(before.matches(VALUES).count(), 1);
    let commit = |secret: &str| {
        fleet.write(PLATFORM, &before.replace(VALUES, &values(secret)));
        fleet.write("templates/tenant/extra.yaml", &map(secret));
        fleet.commit(secret);
    };
    commit("hunter1-hunter1");
    commit("hunter2-hunter2");
    for range in ["HEAD~2..HEAD~1", "HEAD~1..HEAD"] {
        for form in ["terminal", "markdown", "html", "json"] {
            let ended = fleet.diff(&[range, "tenants/acme", "-o", form, "--full"]);
            assert!(ended.code == 2 && ended.stdout.contains("credentials"), "{ended}");
            assert!(!ended.stdout.contains("hunter"), "{ended}");
        }
    }
    assert!(fleet.diff(&["HEAD~1..HEAD", "tenants/acme"]).stdout.contains("\"(masked)\" → \"(masked, changed)\""));
}

/// What every tenant has of its own: hours, hashes, names made of its name.
#[test]
fn new_tenants_are_one_set_and_so_are_all_whose_drift_is_looked_for() {
    let fleet = Repository::new();
    for name in ["birch", "cedar", "rowan"] {
        tenant(&fleet, name, "{tier: pro}");
    }
    fleet.commit("New");
    assert_eq!(sets(&review(&fleet)), ["birch cedar rowan"]);
    fleet.replace(PLATFORM, "drift: {schedule: daily}", "drift: {schedule: none}");
    fleet.commit("No drift");
    fleet.replace(PLATFORM, "drift: {schedule: none}", "drift: {schedule: daily}");
    fleet.commit("Drift");
    assert!(sets(&review(&fleet)).iter().any(|set| set.contains("birch cedar")), "{:?}", sets(&review(&fleet)));
}

/// The name stands where the id does, and the place of a mistake in a file is no other mistake.
#[test]
fn ids_and_columns() {
    let fleet = Repository::new();
    for (name, spec) in [("birch", "{tier: pro}"), ("cedar", "{tier: pro, id: 7c9e6679-7425-40de-944b-e07fc1f90ae7}")] {
        tenant(&fleet, name, spec);
    }
    fleet.commit("Before");
    fleet.replace(PLATFORM, VALUES, &format!("            tenantName: ${{{{ tenant.name }}}}\n{VALUES}"));
    fleet.commit("Name");
    let named = sets(&review(&fleet));
    assert!(named.iter().any(|set| set.contains("birch cedar")), "{named:?}");
    for name in ["ash", "birch", "sycamore"] {
        tenant(&fleet, name, "{tier: pro}");
    }
    fleet.commit("Before");
    for name in ["ash", "birch", "sycamore"] {
        let text = format!(
            "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: {name}, labls: {{}}}}\nspec: {{tier: pro}}\n"
        );
        fleet.write(&format!("tenants/{name}/tenant.yaml"), &text);
    }
    fleet.commit("Broken");
    assert_eq!(sets(&review(&fleet)), ["ash birch sycamore"]);
}

/// No text of a file or folder is obeyed by a terminal.
#[test]
#[cfg(unix)]
fn nothing_that_a_terminal_obeys() {
    let fleet = Repository::new();
    fleet.write("tenants/x\u{1b}[2K\u{202e}\nset Z: y/tenant.yaml", "nonsense: 1\n");
    fleet.commit("Folder");
    let ended = fleet.diff(&["HEAD~1..HEAD", "--full"]);
    assert_eq!(ended.code, 3, "{ended}");
    assert!(ended.stdout.contains("set A: x\\u{1b}[2K\\u{202e}\\u{a}set Z: y cannot"), "{ended}");
    assert!(!ended.stdout.contains(['\u{1b}', '\u{202e}']) && !ended.stdout.contains("\nset Z"), "{ended}");
}

/// Folded at a terminal unless it is asked for, or destroys something.
#[test]
fn folds() {
    let fleet = Repository::new();
    tenant(&fleet, "birch", "{tier: pro}");
    fleet.commit("New");
    let [folded, full] = [&[][..], &["--full"]].map(|more| fleet.diff(&[&["HEAD~1..HEAD"], more].concat()).stdout);
    assert!(folded.ends_with("  … and 13 more objects: `--full` shows them\n"), "{folded}");
    assert_eq!(folded.lines().count() + 12, full.lines().count(), "{full}");
    assert!(!full.contains('…'), "{full}");
    tenant(&fleet, "birch", "{tier: pro, state: destroying, destroy: {confirm: birch, data: delete}}");
    fleet.commit("Destroying");
    let [folded, full] = [&[][..], &["--full"]].map(|more| fleet.diff(&[&["HEAD~1..HEAD"], more].concat()).stdout);
    assert_eq!(folded, full);
}
