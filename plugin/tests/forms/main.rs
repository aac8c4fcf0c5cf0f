//! The forms of a review that people read: Markdown for comments, and a page.

mod comment;
mod models;
mod page;
mod strategy;

use models::{between, edit, fleet, hostile};
use tenantry::review::Review;
use tenantry::review::forms::markdown;

/// What rules there are shows in all of these: look at them once, and accept.
fn snapshot(name: &str, review: &Review) {
    let text = markdown::write(review);
    comment::check(review, &text);
    insta::with_settings!({snapshot_path => "../snapshots/forms", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

const ACME: &str = "tenants/acme/tenant.yaml";

#[test]
fn nothing_happens() {
    snapshot("nothing", &between(&fleet(), &fleet()));
}

#[test]
fn another_tier() {
    let base = fleet();
    snapshot("tier", &between(&base, &edit(&base, ACME, "tier: pro", "tier: enterprise")));
}

#[test]
fn less_quota() {
    let base = fleet();
    let head = edit(
        &base,
        "platform.yaml",
        "requests.cpu: \"4\", requests.memory: 8Gi",
        "requests.cpu: \"2\", requests.memory: 8Gi",
    );
    snapshot("quota", &between(&base, &head));
}

#[test]
fn another_image_for_all() {
    let base = fleet();
    snapshot("image", &between(&base, &edit(&base, "platform.yaml", &"1".repeat(64), &"3".repeat(64))));
}

#[test]
fn a_tenant_more_and_one_less() {
    let base = fleet();
    let text = "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {name: novel}\nspec: {tier: pro}\n";
    let head = base.clone().with("tenants/novel/tenant.yaml", text);
    snapshot("added", &between(&base, &head));
    snapshot("removed", &between(&head, &base));
}

#[test]
fn a_tenant_destroyed_with_its_data() {
    let base = fleet();
    let head =
        edit(&base, ACME, "{tier: pro}", "{tier: pro, state: destroying, destroy: {confirm: acme, data: delete}}");
    snapshot("destroyed", &between(&base, &head));
}

#[test]
fn a_tenant_that_cannot_be_rendered() {
    let base = fleet();
    snapshot("failing", &between(&base, &edit(&base, ACME, "{tier: pro}", "{tier: gold, quta: {}}")));
}

#[test]
fn hostile_texts() {
    snapshot("hostile", &hostile());
}

#[test]
fn a_large_fleet() {
    snapshot("large", &models::large(300));
}
