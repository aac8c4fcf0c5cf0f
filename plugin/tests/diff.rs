//! `tenantry diff` on a real repository: real changes of the example fleet, each with what a person, a pull request and a program
//! are told of it.

mod repository;
mod support;

use std::fs;

use repository::Repository;
use serde_json::Value;

/// A change, by what it is about.
type Edit = (&'static str, fn(&Repository));

const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";
const LIGHTHOUSE: &str = "tenants/lighthouse/tenant.yaml";
const PLATFORM: &str = "platform.yaml";

const EDITS: &[Edit] = &[
    ("tier-change", |fleet| fleet.replace(ACME, "tier: pro", "tier: free")),
    ("chart-bump", |fleet| {
        let text = fs::read_to_string(fleet.root.join(PLATFORM)).unwrap();
        fleet.write(PLATFORM, &text.replace("version: 0.94.2", "version: 0.94.3"));
    }),
    ("quota-cut", |fleet| {
        fleet.replace(
            PLATFORM,
            "{requests.cpu: \"4\", requests.memory: 8Gi, pods: 40}",
            "{requests.cpu: \"2\", requests.memory: 8Gi, pods: 30}",
        )
    }),
    ("group-with-admin", |fleet| {
        fleet.replace(
            GLOBEX,
            "    data-science: {group: globex-ds, role: edit}",
            "    data-science: {group: globex-ds, role: edit}\n    owners: {group: globex-owners, role: admin}",
        );
    }),
    ("policy-opened", |fleet| {
        fleet.replace(GLOBEX, "{to: 203.0.113.0/24, ports: [5439]}", "{to: 203.0.112.0/22, ports: [5432, 5439]}")
    }),
    ("template-added", |fleet| {
        fleet.write("templates/tenant/banner.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: banner\n  namespace: ${{ tenant.namespace }}\n  labels: ${{ labels }}\ndata:\n  text: Maintained by the platform team\n");
    }),
    ("tenant-added", |fleet| {
        fleet.write(
            "tenants/birch/tenant.yaml",
            "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {name: birch}\nspec: {tier: free}\n",
        )
    }),
    ("suspended", |fleet| fleet.replace(GLOBEX, "state: active", "state: suspended")),
    ("destroying", |fleet| {
        fleet.replace(
            ACME,
            "spec: {tier: pro}",
            "spec: {tier: pro, state: destroying, destroy: {confirm: acme, data: delete}}",
        )
    }),
    ("file-deleted", |fleet| fs::remove_dir_all(fleet.root.join("tenants/acme")).unwrap()),
    ("secret-rotated", |fleet| fleet.replace(GLOBEX, "jwt: {generation: 2}", "jwt: {generation: 3}")),
    ("image-bump", |fleet| fleet.replace(PLATFORM, &"2".repeat(64), &"3".repeat(64))),
    ("id-changed", |fleet| fleet.replace(LIGHTHOUSE, "id: 0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90", "id: lighthouse-2")),
    ("broken", |fleet| fleet.replace(ACME, "spec: {tier: pro}", "spec: {tier: pro, quta: {pods: 20}}")),
    ("other-version", |fleet| fleet.replace(PLATFORM, "tenantry: 0.1.0", "tenantry: 0.2.0")),
    ("folder-moved", |fleet| {
        fs::create_dir_all(fleet.root.join("tenants/eu")).unwrap();
        fs::rename(fleet.root.join("tenants/acme"), fleet.root.join("tenants/eu/acme")).unwrap();
    }),
];

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "snapshots/diff", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn real_changes_whole() {
    let fleet = Repository::new();
    let schema = fs::read_to_string(support::testdata().join("../schema/review.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (name, edit) in EDITS {
        edit(&fleet);
        fleet.commit(name);
        let range = format!("{}..HEAD", fleet.base);
        for form in ["terminal", "markdown", "json"] {
            let ended = fleet.diff(&[&range, "-o", form]);
            assert_eq!(ended.stderr, "", "{name}");
            if form == "json" {
                let review = serde_json::from_str(&ended.stdout).unwrap();
                let wrong: Vec<String> = schema.iter_errors(&review).map(|error| error.to_string()).collect();
                assert!(wrong.is_empty(), "{name}: {wrong:?}");
            }
            snapshot(&format!("{name}.{form}"), &ended.to_string());
        }
        fleet.reset();
    }
}

/// Who is compared with what, where it is not said.
#[test]
fn sides() {
    let fleet = Repository::new();
    let nothing = fleet.diff(&[]);
    assert_eq!((nothing.code, nothing.stderr.as_str()), (0, ""), "{nothing}");
    assert!(nothing.stdout.contains("16 unchanged") || nothing.stdout.contains("17 unchanged"), "{nothing}");

    // The working tree, as it lies there; nothing is committed for it, and it is not touched.
    fleet.replace(ACME, "tier: pro", "tier: pro, ring: canary");
    let status = fleet.git(&["status", "--porcelain"]);
    let changed = fleet.diff(&[]);
    assert_eq!((changed.code, changed.stderr.as_str()), (2, ""), "{changed}");
    assert_eq!(fleet.git(&["status", "--porcelain"]), status);
    assert_eq!(
        fleet.diff(&["HEAD"]).stdout.lines().skip(1).collect::<Vec<_>>(),
        changed.stdout.lines().skip(1).collect::<Vec<_>>()
    );
    assert_eq!(fleet.diff(&["HEAD..HEAD"]).code, 0);
    // Only what was asked for.
    assert_eq!(fleet.diff(&["HEAD", "tenants/globex"]).code, 0);
    assert_eq!(fleet.diff(&["tenants/acme"]).code, 2);
    assert_eq!(fleet.diff(&["HEAD", "tenants/acme"]).code, 2);

    // From where a branch left the main one: what was done there meanwhile is not its own.
    fleet.reset();
    fleet.git(&["switch", "--quiet", "--create", "change"]);
    fleet.replace(ACME, "tier: pro", "tier: pro, ring: canary");
    fleet.commit("Change");
    fleet.git(&["switch", "--quiet", "main"]);
    fleet.replace(GLOBEX, "state: active", "state: suspended");
    fleet.commit("Meanwhile");
    fleet.git(&["switch", "--quiet", "change"]);
    for arguments in [&["main...HEAD"][..], &["main...change"], &["main..."], &[]] {
        let ended = fleet.diff(arguments);
        assert!(ended.stdout.contains("acme") && !ended.stdout.contains("globex"), "{arguments:?}: {ended}");
    }
    let both = fleet.diff(&["main..change"]);
    assert!(both.stdout.contains("acme") && both.stdout.contains("globex"), "{both}");
}

/// The exit code is the verdict.
#[test]
fn verdicts() {
    let fleet = Repository::new();
    fleet.replace(
        ACME,
        "spec: {tier: pro}",
        "spec: {tier: pro, state: destroying, destroy: {confirm: acme, data: delete}}",
    );
    fleet.commit("Destroy");
    let code = |arguments: &[&str]| fleet.diff(&[&["HEAD~1..HEAD"], arguments].concat()).code;
    assert_eq!(code(&[]), 3);
    assert_eq!(code(&["--allow", "DATA-LOSS:acme"]), 2);
    assert_eq!(code(&["--allow", "DATA-LOSS:*"]), 2);
    assert_eq!(code(&["--allow", "DATA-LOSS:globex"]), 3);
    assert_eq!(code(&["--allow", "ROTATE:acme"]), 3);
    assert_eq!(code(&["--fail-on", "none"]), 2);
    assert_eq!(code(&["--fail-on", "RELEASE,QUOTA-"]), 3);
    for wrong in
        [["--allow", "DATA-LOSS"], ["--allow", "LOSS:acme"], ["--allow", "DATA-LOSS:"], ["--fail-on", "data-loss"]]
    {
        assert_eq!(code(&wrong), 64, "{wrong:?}");
    }
}

#[test]
fn what_is_wrong_is_told() {
    let fleet = Repository::new();
    let mut text = String::new();
    for arguments in [&["nowhere..HEAD"][..], &["nowhere"], &["HEAD..nowhere"], &["HEAD", "/"], &["--", "--output=x"]] {
        text.push_str(&format!("$ tenantry diff {}\n{}\n", arguments.join(" "), fleet.diff(arguments)));
    }
    snapshot("wrong", &text);
}

/// Every tenant in one set, whatever its own names, hashes and hours are.
#[test]
fn a_platform_wide_change_is_one_set() {
    let fleet = Repository::new();
    for entry in fs::read_dir(fleet.root.join("tenants")).unwrap() {
        fs::remove_dir_all(entry.unwrap().path()).unwrap();
    }
    // An id of its own, a host of its own, a name that is shortened.
    for (name, spec) in [
        ("acme", "{tier: pro}"),
        ("acme-dev", "{tier: pro, id: 7c9e6679-7425-40de-944b-e07fc1f90ae7}"),
        ("globex", "{tier: pro, domain: {host: ml.globex.example}}"),
        ("the-international-association-of-surveys", "{tier: pro}"),
    ] {
        let text =
            format!("apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec: {spec}\n");
        fleet.write(&format!("tenants/{name}/tenant.yaml"), &text);
    }
    fleet.commit("Alike");
    let (label, other) = ("{example.com/cost-centre: platform}", "{example.com/cost-centre: everybody}");
    fleet.replace(PLATFORM, label, other);
    fleet.replace(PLATFORM, &"2".repeat(64), &"3".repeat(64));
    fleet.commit("Label and image");
    let ended = fleet.diff(&["HEAD~1..HEAD", "-o", "json"]);
    let review: Value = serde_json::from_str(&ended.stdout).unwrap();
    let members = |set: &Value| -> Vec<String> {
        let members = set["members"].as_array().unwrap();
        members.iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
    };
    let sets: Vec<Vec<String>> = review["sets"].as_array().unwrap().iter().map(members).collect();
    let tenants = ["acme", "acme-dev", "globex", "the-international-association-of-surveys"];
    assert_eq!(sets, [tenants.map(str::to_owned).to_vec(), vec!["platform".to_owned()]]);
}
