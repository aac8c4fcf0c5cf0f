use super::found;
use crate::review::rules::testing::{of_fleet, of_objects};

const NOTHING: [&str; 0] = [];
const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";

/// What comes of one rule that becomes another, without the object.
fn rules(before: &str, after: &str) -> Vec<String> {
    let role = |rules: &str| {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {{name: r, namespace: n}}, rules: [{rules}]}}"
        )
    };
    let before = if before.is_empty() { String::new() } else { role(before) };
    of_objects(found, &before, &role(after)).into_iter().map(|line| line.replace(" Role n/r", "")).collect()
}

#[test]
fn roles() {
    let pods = "{apiGroups: [''], resources: [pods], verbs: [get, list]}";
    assert_eq!(
        rules(pods, "{apiGroups: [''], resources: [pods], verbs: [get, delete, watch]}"),
        ["ACCESS+: may now `delete`, `watch` `pods`", "ACCESS-: may no longer `list` `pods`"]
    );
    assert_eq!(
        rules(pods, "{apiGroups: ['', apps], resources: [pods], verbs: [get, list]}"),
        ["ACCESS+: may now `get`, `list` `pods.apps`"]
    );
    assert_eq!(
        rules(pods, "{apiGroups: [''], resources: [pods], verbs: ['*']}"),
        ["ACCESS+: may now do anything (`*`) with `pods`"]
    );
    assert_eq!(
        rules(pods, "{apiGroups: ['*'], resources: ['*'], verbs: [get, list]}"),
        ["ACCESS+: may now `get`, `list` everything there is"]
    );
    // In other words, the same.
    let split =
        "{apiGroups: [''], resources: [pods], verbs: [list]}, {apiGroups: [''], resources: [pods], verbs: [get]}";
    assert_eq!(rules(pods, split), NOTHING);
    let named =
        |name: &str| format!("{{apiGroups: [''], resources: [secrets], resourceNames: [{name}], verbs: [get]}}");
    assert_eq!(
        rules(&named("a"), &named("b")),
        ["ACCESS+: may now `get` `secrets` named `b`", "ACCESS-: may no longer `get` `secrets` named `a`"]
    );
    assert_eq!(rules(&named("a-g1"), &named("a-g2")), NOTHING);
    assert_eq!(rules("", pods), NOTHING);
    assert_eq!(
        rules("", "{apiGroups: [apps], resources: ['*'], verbs: [get]}"),
        ["ACCESS+: may now `get` everything of group `apps`"]
    );
}

fn binding(role: &str, subjects: &str) -> String {
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: b, namespace: n}}, \
         roleRef: {{kind: ClusterRole, name: {role}}}, subjects: [{subjects}]}}"
    )
}

#[test]
fn bindings() {
    let group = "{kind: Group, name: g}";
    let account = "{kind: ServiceAccount, namespace: n, name: s}";
    let of = |before: &str, after: &str| -> Vec<String> {
        of_objects(found, before, after).into_iter().map(|line| line.replace(" RoleBinding n/b", "")).collect()
    };
    assert_eq!(of("", &binding("r", group)), ["ACCESS+: Group `g` gets ClusterRole `r`"]);
    assert_eq!(of(&binding("r", group), ""), ["ACCESS-: Group `g` loses ClusterRole `r`"]);
    assert_eq!(
        of(&binding("r", group), &binding("r", account)),
        ["ACCESS+: ServiceAccount `s` gets ClusterRole `r`", "ACCESS-: Group `g` loses ClusterRole `r`"]
    );
    assert_eq!(
        of(&binding("r", group), &binding("q", group)),
        ["ACCESS+: Group `g` gets ClusterRole `q`", "ACCESS-: Group `g` loses ClusterRole `r`"]
    );
    assert_eq!(
        of(&binding("tenantry-edit", group), &binding("tenantry-admin", group)),
        ["ACCESS+: Group `g` has ClusterRole `tenantry-edit` → `tenantry-admin`"]
    );
    assert_eq!(
        of(&binding("admin", group), &binding("view", group)),
        ["ACCESS-: Group `g` has ClusterRole `admin` → `view`"]
    );
    assert_eq!(
        of(&binding("r", group), &binding("r", &format!("{account}, {group}"))),
        ["ACCESS+: ServiceAccount `s` gets ClusterRole `r`"]
    );
    let labelled = binding("r", group).replace("name: b,", "name: b, labels: {a: b},");
    assert_eq!(of(&binding("r", group), &labelled), NOTHING);
    // With its namespace, only people count.
    let both = format!("{account}, {group}");
    let namespace = format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: n}}}}\n---\n{}", binding("r", &both));
    assert_eq!(of("", &namespace), ["ACCESS+: Group `g` gets ClusterRole `r`"]);
    assert_eq!(of(&namespace, ""), NOTHING);
}

#[test]
fn cloud_roles() {
    let account =
        |more: &str| format!("{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: s, namespace: n{more}}}");
    let with = |arn: &str| format!("{}}}", account(&format!(", annotations: {{eks.amazonaws.com/role-arn: {arn}}}")));
    let plain = format!("{}}}", account(""));
    let of = |before: &str, after: &str| -> Vec<String> {
        of_objects(found, before, after).into_iter().map(|line| line.replace(" ServiceAccount n/s", "")).collect()
    };
    assert_eq!(of(&plain, &with("a")), ["ACCESS+: gets cloud role `a`"]);
    assert_eq!(of(&with("a"), &plain), ["ACCESS-: loses cloud role `a`"]);
    assert_eq!(of(&with("a"), &with("b")), ["ACCESS+: has another cloud role: `a` → `b`"]);
    assert_eq!(of("", &with("a")), ["ACCESS+: gets cloud role `a`"]);
    assert_eq!(of("", &plain), NOTHING);
    let closed = format!("{}, automountServiceAccountToken: false}}", account(""));
    assert_eq!(of(&closed, &plain), ["ACCESS+: its token is mounted into pods"]);
    assert_eq!(of(&plain, &closed), ["ACCESS-: its token is no longer mounted into pods"]);
}

#[test]
fn the_same_cloud_role_in_another_way() {
    let edit = ("platform.yaml", "identity: {type: irsa}", "identity: {type: podIdentity}");
    assert_eq!(of_fleet(found, "tenants/acme", &[edit]), NOTHING);
}

#[test]
fn whom_the_cloud_role_trusts() {
    let mlflow = "releases: {mlflow: {commit: 3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7}}";
    let edit = (ACME, "{tier: pro}", &*format!("{{tier: pro, {mlflow}}}"));
    let without_names = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(
        without_names(of_fleet(found, "tenants/acme", &[edit])),
        ["`mlflow` may take the tenant's cloud role", "gets cloud role `arn:aws:iam::111122223333:role/zenml-acme`"]
    );
    let less = (GLOBEX, "mlflow: {commit: 3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7}", "mlflow: {enabled: false}");
    let lines = without_names(of_fleet(found, "tenants/globex", &[less]));
    assert_eq!(lines[0], "`mlflow` may no longer take the tenant's cloud role");
}

#[test]
fn projects() {
    let project = |spec: &str| {
        format!(
            "{{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {{name: p, namespace: n}}, spec: {{{spec}}}}}"
        )
    };
    let of = |before: &str, after: &str| -> Vec<String> {
        let lines = of_objects(found, &project(before), &project(after));
        lines.into_iter().map(|line| line.replace(" AppProject n/p", "")).collect()
    };
    assert_eq!(of("sourceRepos: [a]", "sourceRepos: [a, b]"), ["ACCESS+: may now take from repository `b`"]);
    assert_eq!(of("sourceRepos: [a, b]", "sourceRepos: [b, a]"), NOTHING);
    let to = |text: &str| format!("destinations: [{{server: https://kubernetes.default.svc, namespace: {text}}}]");
    assert_eq!(of(&to("a"), &to("b")), ["ACCESS+: may now deploy to `b`", "ACCESS-: may no longer deploy to `a`"]);
    let denied = "destinations: [{server: '!http*', namespace: a}]";
    assert_eq!(of(denied, "destinations: []"), ["ACCESS+: may now deploy to `a`"]);
    assert_eq!(of("destinations: []", denied), ["ACCESS-: may no longer deploy to `a`"]);
    assert_eq!(
        of("namespaceResourceWhitelist: []", "namespaceResourceWhitelist: [{group: apps, kind: Deployment}]"),
        ["ACCESS+: may now make `Deployment.apps`"]
    );
    assert_eq!(
        of("namespaceResourceBlacklist: []", "namespaceResourceBlacklist: [{group: '', kind: Secret}]"),
        ["ACCESS-: may no longer make `Secret`"]
    );
}

#[test]
fn the_platforms_own_set() {
    let edit = ("platform.yaml", "rings: [canary", "customKinds: [cert-manager.io/v1/Certificate]\n  rings: [canary");
    assert_eq!(
        of_fleet(found, "", &[edit]),
        ["ACCESS+ AppProject argocd/tenants: may now make `Certificate.cert-manager.io`"]
    );
    let edit = ("platform.yaml", "registry.example.com/terraform@", "elsewhere.example.com/terraform@");
    assert_eq!(
        of_fleet(found, "", &[edit]),
        ["ACCESS+ ValidatingAdmissionPolicy tenantry-terraform-pods: may let other things through: \
         `spec.variables[repositories].expression`"]
    );
    assert_eq!(of_fleet(found, "", &[("platform.yaml", "deadlineSeconds: 1800", "deadlineSeconds: 1900")]), NOTHING);
}
