//! What is the same on both sides is not rendered, and is reviewed as if it were.

mod support;

use support::testdata;
use tenantry::find::{Files, Listed, Memory};
use tenantry::problem::Problem;
use tenantry::review::forms;
use tenantry::review::model::SideInfo;
use tenantry::review::side::Kept;
use tenantry::review::{Side, review};
use tenantry::source::Sources;

/// Files with a comment at the end of those whose paths end so: what is rendered from them is the same.
struct Commented<'a>(&'a Memory, &'static str);

impl Files for Commented<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, Problem> {
        let comment = if path.ends_with(self.1) { "\n# a comment\n" } else { "" };
        Ok(self.0.read(path)?.map(|text| text + comment))
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, Problem> {
        self.0.list(folder)
    }

    fn exists(&self, path: &str) -> bool {
        self.0.exists(path)
    }

    fn show(&self, path: &str) -> String {
        self.0.show(path)
    }
}

const ACME: &str = "tenants/acme/tenant.yaml";
const PLATFORM: &str = "platform.yaml";
const MODULE: &str = "modules/tenant-2.0.0.json";
const TEMPLATE: &str = "templates/tenant/banner.yaml";
const BANNER: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: banner, namespace: \"${{ tenant.namespace }}\", labels: \"${{ labels }}\"}\n";

fn fleet() -> Memory {
    let text = |path: &str| std::fs::read_to_string(testdata().join("fleet").join(path)).unwrap();
    let tenants = ["acme", "globex", "meridian", "lighthouse"].map(|name| format!("tenants/{name}/tenant.yaml"));
    let paths = tenants.iter().map(String::as_str).chain([PLATFORM, MODULE]);
    paths.fold(Memory::default(), |files, path| files.with(path, text(path)))
}

fn edited(path: &str, from: &str, to: &str) -> Memory {
    let text = fleet().read(path).unwrap().unwrap();
    assert!(text.contains(from), "{path}: {from}");
    fleet().with(path, text.replace(from, to))
}

fn told(base: &dyn Files, head: &dyn Files) -> String {
    let (base_sources, head_sources, starts) = (Sources::default(), Sources::default(), [String::new()]);
    let (base, head) = (Side::find(base, &base_sources, &starts), Side::find(head, &head_sources, &starts));
    forms::json::write(&review((&base, SideInfo::default()), (&head, SideInfo::default()), &|_, _| {}))
}

#[test]
fn as_if_both_sides_were_rendered() {
    let sides = [
        fleet(),
        edited(ACME, "tier: pro", "tier: free"),
        edited(ACME, "spec: {tier: pro}", "spec: {tier: pro, quta: {pods: 20}}"),
        edited(PLATFORM, "cost-centre: platform", "cost-centre: everybody"),
        edited(PLATFORM, "version: 0.94.2", "version: 0.94.3"),
        edited(PLATFORM, "spec:\n", "spec:\n  none: such\n"),
        edited(MODULE, "2.0.0", "2.0.1"),
        fleet().with(TEMPLATE, BANNER),
        fleet().with(TEMPLATE, BANNER.replace("name: banner", "name: flag")),
        fleet().with(
            "tenants/birch/tenant.yaml",
            "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {name: birch}\nspec: {tier: free}\n",
        ),
    ];
    for (at, base) in sides.iter().enumerate() {
        // What is broken and was not touched is unchanged, which a comment would be.
        for (_, head) in sides.iter().enumerate().filter(|(other, _)| *other != at) {
            let found = told(base, head);
            for ends in ["tenant.yaml", "platform.yaml", ".yaml"] {
                assert_eq!(found, told(&Commented(base, ends), head), "{ends}");
            }
        }
    }
}

#[test]
fn what_is_kept_is_known_by_content() {
    let kept = |head: &dyn Files| {
        let (files, base, now, starts) = (fleet(), Sources::default(), Sources::default(), [String::new()]);
        let (base, head) = (Side::find(&files, &base, &starts), Side::find(head, &now, &starts));
        ["acme", "globex"].map(|name| head.kept(&base, &format!("tenants/{name}")))
    };
    assert_eq!(kept(&fleet()), [Kept::All; 2]);
    assert_eq!(kept(&edited(ACME, "tier: pro", "tier: free")), [Kept::Nothing, Kept::All]);
    assert_eq!(kept(&edited(PLATFORM, "version: 0.94.2", "version: 0.94.3")), [Kept::File; 2]);
    assert_eq!(kept(&edited(PLATFORM, "spec:\n", "spec:\n  none: such\n")), [Kept::File; 2]);
    assert_eq!(kept(&fleet().with(TEMPLATE, BANNER)), [Kept::File; 2]);
}

/// A change of the platform that decides nothing about a tenant changes nothing of it, whatever may be wrong with it.
#[test]
fn a_change_of_another_tier() {
    let counts = |base: &dyn Files, head: &dyn Files| {
        let (before, now, starts) = (Sources::default(), Sources::default(), [String::new()]);
        let (base, head) = (Side::find(base, &before, &starts), Side::find(head, &now, &starts));
        let counts = review((&base, SideInfo::default()), (&head, SideInfo::default()), &|_, _| {}).counts;
        (counts.all, counts.unchanged, counts.changed, counts.still_failing)
    };
    let (from, to) = ("pods: 200", "pods: 100");
    // Three tenants are of another tier, and so is the platform's own set.
    assert_eq!(counts(&fleet(), &edited(PLATFORM, from, to)), (5, 4, 1, 0));
    // A template that fails for all of them.
    let failing = BANNER.replace("kind: ConfigMap", "kind: Banner");
    let head = edited(PLATFORM, from, to).with(TEMPLATE, failing.clone());
    assert_eq!(counts(&fleet().with(TEMPLATE, failing), &head), (5, 4, 0, 1));
}

/// A tenant's file that is the same is read once, and what the earlier side has against it is told with its place all the same.
#[test]
fn a_tier_that_the_platform_adds() {
    let without = edited(PLATFORM, "    enterprise:\n", "    large:\n");
    let review: serde_json::Value = serde_json::from_str(&told(&without, &fleet())).unwrap();
    let mended: Vec<_> = review["sets"].as_array().unwrap().iter().filter(|set| set["status"] == "mended").collect();
    assert_eq!(mended.len(), 1, "{review}");
    assert_eq!(
        mended[0]["problems"],
        serde_json::json!([
            "tenants/lighthouse/tenant.yaml:13:9: unknown tier `enterprise`; the platform has `free`, `large` and `pro`"
        ])
    );
}
