//! What edits of the example fleet come to: tenant, rule, object and words, whole.

use tenantry::find::Memory;
use tenantry::review::model::SideInfo;
use tenantry::review::{Side, review};
use tenantry::source::Sources;

mod support;

use support::{folders, name, testdata};

/// A file, a text in it, and what stands there instead. No text: the whole file. Nothing instead: no file.
type Edit<'a> = (&'a str, &'a str, Option<&'a str>);

/// The fleet with edits.
fn fleet(edits: &[Edit<'_>]) -> Memory {
    let root = testdata().join("fleet");
    let tenants =
        folders(&root.join("tenants")).into_iter().map(|folder| format!("tenants/{}/tenant.yaml", name(&folder)));
    let mut paths: Vec<String> = tenants.collect();
    paths.extend(["platform.yaml".to_owned(), "modules/tenant-2.0.0.json".to_owned()]);
    let mut files = Memory::default();
    for path in &paths {
        let mut text = Some(std::fs::read_to_string(root.join(path)).unwrap());
        for (_, from, to) in edits.iter().filter(|(file, ..)| file == path) {
            let old = text.unwrap();
            assert!(old.contains(from), "{path} holds no {from}");
            text = to.map(|to| if from.is_empty() { to.to_owned() } else { old.replace(from, to) });
        }
        if let Some(text) = text {
            files = files.with(path, text);
        }
    }
    for (path, _, to) in edits.iter().filter(|(path, ..)| !paths.iter().any(|known| known == path)) {
        files = files.with(*path, to.unwrap());
    }
    files
}

/// Everything that a change comes to.
fn told(before: &[Edit<'_>], after: &[Edit<'_>]) -> String {
    let (base, head) = (fleet(before), fleet(after));
    let (base_sources, head_sources) = (Sources::default(), Sources::default());
    let start = [String::new()];
    let (base, head) = (Side::find(&base, &base_sources, &start), Side::find(&head, &head_sources, &start));
    let review = review((&base, SideInfo::default()), (&head, SideInfo::default()), &|_, _| {});
    let mut lines = Vec::new();
    for set in &review.sets {
        let members: Vec<&str> = set.members.iter().map(|member| member.name.as_str()).collect();
        lines.push(format!("{} ({:?}):", members.join(", "), set.status));
        if set.consequences.is_empty() {
            lines.push("  nothing".to_owned());
        }
        for found in &set.consequences {
            let object = found.object.as_ref().map_or(String::new(), |object| format!(" [{object}]"));
            lines.push(format!("  {:<9} {}{object}", found.rule.word(), found.text));
        }
        assert!(set.consequences.is_sorted(), "{lines:?}");
    }
    lines.join("\n")
}

#[test]
fn edits_of_the_fleet() {
    const ACME: &str = "tenants/acme/tenant.yaml";
    const GLOBEX: &str = "tenants/globex/tenant.yaml";
    const SAFFRON: &str = "tenants/saffron/tenant.yaml";
    const PLATFORM: &str = "platform.yaml";
    let acme = |to| (ACME, "{tier: pro}", Some(to));
    let cases: &[(&str, &[Edit<'_>], &[Edit<'_>])] = &[
        ("tier_up", &[], &[(ACME, "tier: pro", Some("tier: enterprise"))]),
        ("tier_down", &[], &[(SAFFRON, "tier: enterprise", Some("tier: pro"))]),
        ("quota_cut", &[], &[(GLOBEX, "requests.cpu: \"16\"", Some("requests.cpu: \"2\""))]),
        ("chart_bump", &[], &[(PLATFORM, "version: 0.94.2", Some("version: 0.94.3"))]),
        ("chart_downgrade", &[], &[(GLOBEX, "version: 0.94.2", Some("version: 0.94.1"))]),
        ("group_added", &[], &[acme("{tier: pro, access: {ops: {group: acme-ops, role: admin}}}")]),
        ("group_raised", &[], &[(GLOBEX, "role: edit", Some("role: admin"))]),
        (
            "egress_opened",
            &[],
            &[acme("{tier: pro, network: {egress: {files: {to: 203.0.113.0/24, ports: [443, 22]}}}}")],
        ),
        ("egress_narrowed", &[], &[(GLOBEX, "203.0.113.0/24", Some("203.0.113.128/25"))]),
        ("suspended", &[], &[acme("{tier: pro, state: suspended}")]),
        ("destroying_keep", &[], &[acme("{tier: pro, state: destroying, destroy: {confirm: acme}}")]),
        ("destroying_delete", &[], &[acme("{tier: pro, state: destroying, destroy: {confirm: acme, data: delete}}")]),
        ("id_changed", &[], &[acme("{tier: pro, id: acme-two}")]),
        ("namespace_changed", &[], &[acme("{tier: pro, namespace: t-acme-two}")]),
        ("jwt_up", &[], &[(GLOBEX, "jwt: {generation: 2}", Some("jwt: {generation: 3}"))]),
        ("jwt_down", &[], &[(GLOBEX, "jwt: {generation: 2}", Some("jwt: {generation: 1}"))]),
        ("database_shared", &[], &[(GLOBEX, "database_mode: dedicated", Some("database_mode: shared"))]),
        ("terraform_off", &[], &[acme("{tier: pro, terraform: {enabled: false}}")]),
        ("tenant_added", &[(ACME, "", None)], &[]),
        (
            "tenant_added_with_people",
            &[(ACME, "", None)],
            &[acme("{tier: pro, access: {ops: {group: acme-ops, role: admin}}}")],
        ),
        ("tenant_gone", &[], &[(GLOBEX, "", None)]),
        ("tenant_gone_after_destroying", &[], &[("tenants/harbour/tenant.yaml", "", None)]),
        ("tenant_broken", &[], &[(ACME, "tier: pro", Some("tier: proo"))]),
        ("tenant_mended", &[(ACME, "tier: pro", Some("tier: proo"))], &[]),
        (
            "verbs_widened",
            &[],
            &[(PLATFORM, "verbs: [create, get, deletecollection]", Some("verbs: [create, get, list, delete]"))],
        ),
        ("state_bucket", &[], &[(PLATFORM, "bucket: tenants-state", Some("bucket: states"))]),
        ("role_prefix", &[], &[(PLATFORM, "role: {prefix: zenml-", Some("role: {prefix: server-"))]),
        ("runner_image", &[], &[(PLATFORM, "tenantry-runner@sha256:1", Some("tenantry-runner@sha256:3"))]),
        ("terraform_image", &[], &[(PLATFORM, "/terraform@sha256:2", Some("/terraform@sha256:3"))]),
        ("drift_off", &[], &[(PLATFORM, "drift: {schedule: daily}", Some("drift: {schedule: none}"))]),
        ("blocked_wider", &[], &[(PLATFORM, "blocked: [10.0.0.0/8", Some("blocked: [192.168.0.0/16, 10.0.0.0/8"))]),
        (
            "custom_kind",
            &[],
            &[(PLATFORM, "rings: [", Some("customKinds: [cert-manager.io/v1/Certificate]\n  rings: ["))],
        ),
        ("labels", &[], &[(PLATFORM, "cost-centre: platform", Some("cost-centre: fleet"))]),
        ("nothing", &[], &[]),
    ];
    for (case, before, after) in cases {
        insta::with_settings!({snapshot_path => "snapshots/review_rules", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(*case, told(before, after));
        });
    }
}
