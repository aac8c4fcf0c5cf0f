//! `graph`: the whole of it for tenants in every state, for a platform, and for hooks of one's own.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Ended, Run, copy, testdata};

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "snapshots/graph", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

fn graph(root: &Path, path: &str, form: &str) -> String {
    let ended = Run::new(root, ["graph", path, "--output", form]).run();
    let Ended { code: 0, stdout, stderr } = &ended else { panic!("{path}: {ended}") };
    assert_eq!(stderr, "");
    stdout.clone()
}

fn fleet() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    copy(&testdata().join("fleet"), &root);
    (folder, root)
}

#[test]
fn in_every_state() {
    let root = testdata().join("fleet");
    for tenant in ["lighthouse", "globex", "juniper", "orchard"] {
        for form in ["text", "mermaid"] {
            snapshot(&format!("{tenant}.{form}"), &graph(&root, &format!("tenants/{tenant}"), form));
        }
    }
}

#[test]
fn of_a_platform() {
    for form in ["text", "mermaid"] {
        snapshot(&format!("platform.{form}"), &graph(&testdata().join("fleet"), "platform.yaml", form));
    }
}

/// Destroyed without Terraform; and suspended, with a Terraform Job that runs at every sync and pauses.
#[test]
fn without_a_terraform_job() {
    for tenant in ["tundra", "quarry"] {
        snapshot(&format!("{tenant}.text"), &graph(&testdata().join("fleet"), &format!("tenants/{tenant}"), "text"));
    }
}

/// Secrets by the operator's generators, and a kind that only Argo CD's settings know.
#[test]
fn of_another_platform() {
    snapshot("custom-cedar.text", &graph(&testdata().join("custom"), "tenants/cedar/tenant.yaml", "text"));
}

#[test]
fn hooks_and_what_waits_in_vain() {
    let (_keep, root) = fleet();
    fs::create_dir_all(root.join("templates/tenant")).unwrap();
    fs::write(root.join("templates/tenant/hooks.yaml"), HOOKS).unwrap();
    for form in ["text", "mermaid"] {
        snapshot(&format!("hooks.{form}"), &graph(&root, "tenants/globex", form));
    }
}

const HOOKS: &str = r#"
$for: hook in ["PreSync", "Sync", "PostSync,SyncFail", "SyncFail", "PostDelete", "Skip"]
apiVersion: batch/v1
kind: Job
metadata:
  name: ${{ hook | lower | replace(",", "-") }}
  namespace: ${{ tenant.namespace }}
  labels: ${{ labels }}
  annotations:
    argocd.argoproj.io/sync-wave: "2"
    argocd.argoproj.io/hook: ${{ hook }}
    argocd.argoproj.io/hook-delete-policy: HookSucceeded
spec:
  template:
    spec:
      restartPolicy: Never
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: hook
          image: registry.example.com/hook@sha256:3333333333333333333333333333333333333333333333333333333333333333
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: early
  namespace: ${{ tenant.namespace }}
  labels: ${{ labels }}
  annotations:
    argocd.argoproj.io/sync-wave: "0"
    argocd.argoproj.io/sync-options: Prune=false
spec:
  selector: {matchLabels: {app: early}}
  template:
    metadata: {labels: {app: early}}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: early
          image: registry.example.com/early@sha256:4444444444444444444444444444444444444444444444444444444444444444
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          envFrom: [{secretRef: {name: database}}, {secretRef: {name: perhaps, optional: true}}]
"#;

#[test]
fn errors() {
    let (_keep, root) = fleet();
    let platform = fs::read_to_string(root.join("platform.yaml")).unwrap();
    fs::write(
        root.join("tenants/acme/tenant.yaml"),
        "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {name: acme}\nspec: {tier: pr}\n",
    )
    .unwrap();
    let wrong = |name: &str, arguments: &[&str], code: i32| {
        let ended = Run::new(&root, arguments).run();
        assert_eq!((ended.code, ended.stdout.as_str()), (code, ""), "{name}: {ended}");
        snapshot(name, &ended.to_string());
    };
    wrong("error-tenant", &["graph", "tenants/acme"], 1);
    wrong("error-missing", &["graph", "tenants/nobody"], 1);
    wrong("error-folder", &["graph", "tenants"], 1);
    wrong("error-form", &["graph", "tenants/globex", "--output", "png"], 64);
    wrong("error-no-path", &["graph"], 64);
    fs::write(root.join("platform.yaml"), platform.replace(", owner: true", "")).unwrap();
    wrong("error-not-owner", &["graph", "."], 1);
}

/// Colour is paint and nothing else, and a flowchart has none.
#[test]
fn colour() {
    let root = testdata().join("fleet");
    let painted = Run::new(&root, ["graph", "tenants/acme", "--color", "always"]).run().stdout;
    assert!(painted.contains("\u{1b}[36mwave 0\u{1b}[0m\n"), "{painted}");
    let mermaid = ["graph", "tenants/acme", "-o", "mermaid"];
    let plain = Run::new(&root, mermaid).run();
    assert_eq!(Run::new(&root, mermaid.into_iter().chain(["--color", "always"])).run(), plain);
}
