use super::found;
use crate::review::rules::testing::{of_fleet, of_objects};

const NOTHING: [&str; 0] = [];

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

#[test]
fn urls_are_no_resources() {
    let urls = "{nonResourceURLs: ['*'], verbs: [get]}";
    let secrets = "{apiGroups: [''], resources: [secrets], verbs: [get]}";
    let all = "{apiGroups: [''], resources: ['*'], verbs: [get]}";
    assert_eq!(rules(urls, &format!("{urls}, {secrets}")), ["ACCESS+: may now `get` `secrets`"]);
    assert_eq!(rules(all, &format!("{all}, {urls}")), ["ACCESS+: may now `get` every URL of the API server"]);
    let url = |url: &str| format!("{{nonResourceURLs: ['{url}'], verbs: [get]}}");
    assert_eq!(rules(&url("/healthz/*"), &url("/healthz/ping")), ["ACCESS-: may no longer `get` URL `/healthz/*`"]);
}

#[test]
fn aggregated_roles() {
    let role = |labels: &str, rules: &str| {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: r, labels: {{{labels}}}}}, \
             rules: [{rules}]}}"
        )
    };
    let into = "rbac.authorization.k8s.io/aggregate-to-view: 'true'";
    let secrets = "{apiGroups: [''], resources: [secrets], verbs: [get]}";
    let of = |before: &str, after: &str| -> Vec<String> {
        of_objects(found, before, after).into_iter().map(|line| line.replace(" ClusterRole r", "")).collect()
    };
    let more = "ACCESS+: what it allows goes into ClusterRole `view`";
    assert_eq!(of(&role("", secrets), &role(into, secrets)), [more]);
    assert_eq!(of("", &role(into, secrets)), ["ACCESS+: may now `get` `secrets`", more]);
    let less = "ACCESS-: what it allows goes no more into ClusterRole `view`";
    assert_eq!(of(&role(into, secrets), &role("", secrets)), [less]);
    assert_eq!(of(&role(into, secrets), ""), [less]);
    let gathers = role("", "").replace("rules: []", "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}");
    assert_eq!(of(&role("", ""), &gathers), ["ACCESS+: takes in what other roles allow: `aggregationRule` is other"]);
}

#[test]
fn somebody_elses_service_account_in_a_new_namespace() {
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: n}}\n---\n";
    let with = |subject: &str| format!("{namespace}{}", binding("tenantry-admin", subject));
    assert_eq!(
        of_objects(found, "", &with("{kind: ServiceAccount, namespace: kube-system, name: default}")),
        ["ACCESS+ RoleBinding n/b: ServiceAccount `kube-system/default` gets ClusterRole `tenantry-admin`"]
    );
    assert_eq!(of_objects(found, "", &with("{kind: ServiceAccount, namespace: n, name: zenml}")), NOTHING);
    // Tenantry's own, beside the record.
    let record = "{apiVersion: v1, kind: ConfigMap, metadata: {name: acme--record, namespace: tenantry-system}}\n---\n";
    let own = with("{kind: ServiceAccount, namespace: tenantry-system, name: tenantry-terraform}");
    let own = own.replace("kind: ClusterRole", "kind: Role");
    assert_eq!(of_objects(found, "", &format!("{record}{own}")), NOTHING);
}

#[test]
fn roles_of_projects_and_the_rest() {
    let project = |spec: &str| {
        format!(
            "{{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {{name: p, namespace: n}}, spec: {{{spec}}}}}"
        )
    };
    let role = "roles: [{name: all, groups: [everybody], policies: ['p, proj:p:all, applications, *, p/*, allow']}]";
    let of = |before: &str, after: &str| -> Vec<String> {
        let lines = of_objects(found, &project(before), &project(after));
        lines.into_iter().map(|line| line.replace(" AppProject n/p", "")).collect()
    };
    assert_eq!(
        of("", role),
        [
            "ACCESS+: group `everybody` has role `all`",
            "ACCESS+: role `all` has policy `p, proj:p:all, applications, *, p/*, allow`"
        ]
    );
    assert_eq!(
        of(role, &role.replace("groups: [everybody], ", "")),
        ["ACCESS-: no longer: group `everybody` has role `all`"]
    );
    assert_eq!(of("syncWindows: [{kind: deny}]", ""), ["ACCESS+: may let other things through: `syncWindows`"]);
    assert_eq!(of("description: a", "description: b"), NOTHING);
}

#[test]
fn a_secret_that_goes() {
    let secret = |policy: &str| {
        format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{name: s, namespace: n}}, \
             spec: {{target: {{creationPolicy: {policy}}}, data: []}}}}"
        )
    };
    assert_eq!(
        of_objects(found, &secret("Owner"), ""),
        ["ACCESS- ExternalSecret n/s: goes, and its Secret with it: pods that read it do not start any more"]
    );
    assert_eq!(of_objects(found, &secret("Orphan"), ""), NOTHING);
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: n}}\n---\n";
    assert_eq!(of_objects(found, &format!("{namespace}{}", secret("Owner")), ""), NOTHING);
}
