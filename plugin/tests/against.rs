//! `tenantry validate --against`: what may not become of a tenant, on a real repository.

mod repository;
mod support;

use std::fs;

use repository::Repository;

const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";

/// A change with its name, and with the words that take it, if any do.
type Change = (&'static str, &'static [&'static str], fn(&Repository));

const CHANGES: &[Change] = &[
    ("id", &[], |fleet| fleet.replace(GLOBEX, "id: 7c9e6679-7425-40de-944b-e07fc1f90ae7", "id: globex")),
    ("id-by-default", &[], |fleet| fleet.replace(GLOBEX, "  id: 7c9e6679-7425-40de-944b-e07fc1f90ae7\n", "")),
    ("namespace", &[], |fleet| fleet.replace(ACME, "{tier: pro}", "{tier: pro, namespace: t-acme-2}")),
    ("namespaces-of-all", &[], |fleet| {
        fleet.replace("platform.yaml", "{prefix: t-, deny: [t-system]}", "{prefix: w-, deny: [w-system]}")
    }),
    ("identity-by-tier", &[], |fleet| fleet.replace(ACME, "{tier: pro}", "{tier: enterprise}")),
    ("terraform-off", &[], |fleet| {
        fleet.replace(
            GLOBEX,
            "terraform: {variables: {database_mode: dedicated}, generation: 1}",
            "terraform: {enabled: false}",
        )
    }),
    ("terraform-off-by-tier", &[], |fleet| fleet.replace(ACME, "{tier: pro}", "{tier: free, identity: {type: irsa}}")),
    ("role", &[], |fleet| {
        fleet.replace(ACME, "{tier: pro}", "{tier: pro, identity: {roleArn: arn:aws:iam::111122223333:role/admin}}")
    }),
    ("state", &[], |fleet| fleet.replace("platform.yaml", "bucket: tenants-state", "bucket: states")),
    ("release-for-another", &["SHRUNK:globex"], |fleet| {
        fleet.replace(GLOBEX, "    mlflow: {commit: 3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7}\n", "");
        fleet.replace(GLOBEX, "    data-science:", "    owners: {group: globex-owners, role: edit}\n    others: {group: globex-all, role: view}\n    data-science:");
    }),
    ("file-gone", &[], |fleet| fs::remove_dir_all(fleet.root.join("tenants/acme")).unwrap()),
    // All others of its cell move below where it was.
    ("a-platform-in-its-place", &[], |fleet| {
        let (tenants, acme) = (fleet.root.join("tenants"), fleet.root.join("tenants/acme"));
        fs::remove_file(acme.join("tenant.yaml")).unwrap();
        for name in ["platform.yaml", "modules"] {
            fs::rename(fleet.root.join(name), acme.join(name)).unwrap();
        }
        for tenant in fs::read_dir(&tenants).unwrap().map(|tenant| tenant.unwrap().file_name()) {
            if tenant != "acme" {
                fs::rename(tenants.join(&tenant), acme.join(&tenant)).unwrap();
            }
        }
    }),
    ("generation-down", &["GENERATION:globex"], |fleet| {
        fleet.replace(GLOBEX, "jwt: {generation: 2}", "jwt: {generation: 1}")
    }),
    ("terraform-generation-down", &["GENERATION:*"], |fleet| {
        fleet.replace("tenants/tidepool/tenant.yaml", "generation: 4", "generation: 3")
    }),
    ("shrunk", &["SHRUNK:globex"], |fleet| {
        fleet.replace(
            GLOBEX,
            "    data-science: {group: globex-ds, role: edit}",
            "    data-science: {group: globex-ds, role: edit, enabled: false}",
        )
    }),
];

#[test]
fn what_is_refused_whole() {
    let fleet = Repository::new();
    let mut text = String::new();
    for (name, words, edit) in CHANGES {
        edit(&fleet);
        let ended = fleet.run(&["validate", "--against", "HEAD"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{name}: {ended}");
        text.push_str(&format!("# {name}\n{}\n", ended.stderr));
        for word in *words {
            let ended = fleet.run(&["validate", "--against", "HEAD", "--allow", word]);
            assert_eq!(ended.code, 0, "{name} with {word}: {ended}");
        }
        fleet.reset();
    }
    insta::with_settings!({snapshot_path => "snapshots/diff", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("against", text);
    });
}

#[test]
fn what_may_be() {
    let fleet = Repository::new();
    let fine: &[fn(&Repository)] = &[
        |_| {},
        |fleet| fleet.replace(ACME, "{tier: pro}", "{tier: pro, ring: canary}"),
        |fleet| fleet.replace(ACME, "{tier: pro}", "{tier: pro, state: destroying, destroy: {confirm: acme}}"),
        |fleet| fleet.replace(GLOBEX, "jwt: {generation: 2}", "jwt: {generation: 3}"),
        |fleet| fleet.replace(GLOBEX, "state: active", "state: suspended"),
        // It was destroying: its file may go.
        |fleet| fs::remove_dir_all(fleet.root.join("tenants/harbour")).unwrap(),
        |fleet| {
            fs::create_dir_all(fleet.root.join("tenants/eu")).unwrap();
            fs::rename(fleet.root.join("tenants/acme"), fleet.root.join("tenants/eu/acme")).unwrap();
        },
    ];
    for (at, edit) in fine.iter().enumerate() {
        edit(&fleet);
        let ended = fleet.run(&["validate", "--against", "HEAD"]);
        assert_eq!(ended.code, 0, "change {at}: {ended}");
        fleet.reset();
    }
    for wrong in [&["--against", "nowhere"][..], &["--against", "HEAD", "--allow", "acme"], &["--allow", "SHRUNK:acme"]]
    {
        let ended = fleet.run(&[&["validate"], wrong].concat());
        assert!(ended.code == 1 || ended.code == 64, "{wrong:?}: {ended}");
    }
}

/// What cannot be compared is not passed over in silence.
#[test]
fn a_base_that_cannot_be_read() {
    let fleet = Repository::new();
    fleet.replace("platform.yaml", "kind: Platform", "kind: Platfrom");
    fleet.commit("Broken");
    fleet.replace("platform.yaml", "kind: Platfrom", "kind: Platform");
    let ended = fleet.run(&["validate", "--against", "HEAD"]);
    insta::with_settings!({snapshot_path => "snapshots/diff", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("against-broken", ended.to_string());
    });
    assert_eq!(fleet.run(&["validate", "--against", "HEAD", "--allow", "UNREAD:acme"]).code, 1);
    assert_eq!(fleet.run(&["validate", "--against", "HEAD", "--allow", "UNREAD:*"]).code, 0);
}
