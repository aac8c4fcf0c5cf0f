use crate::review::rules::access::found;
use crate::review::rules::testing::{between, of_fleet, of_objects};

const NOTHING: [&str; 0] = [];
const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";

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

/// What takes the place of all is less, and the namespace is a part of whom the role trusts.
#[test]
fn all_and_another_namespace() {
    let role = "arn:aws:iam::444455556666:role/customer";
    let fewer = ("platform.yaml", "assume_roles: [\"*\"]", &*format!("assume_roles: [\"{role}\"]"));
    let lines = of_fleet(found, "tenants/acme", &[fewer]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("ACCESS-") && lines[0].ends_with("`*` may no longer be taken by the tenant's cloud role")
    );
    let other = ("platform.yaml", "namespace: ${{ tenant.namespace }}", "namespace: t-globex");
    let lines = of_fleet(found, "tenants/acme", &[other]);
    assert!(lines.len() == 1 && lines[0].starts_with("ACCESS+"), "{lines:?}");
    assert!(lines[0].ends_with("another namespace's pods may take the tenant's cloud role: `t-acme` → `t-globex`"));
}

/// However long it is.
#[test]
fn long_arns() {
    let policy = format!("arn:aws:iam::111122223333:policy/{}/AdministratorAccessForEverybody", "teams".repeat(16));
    let edit = format!("{{tier: pro, terraform: {{variables: {{extra_policies: ['{policy}']}}}}}}");
    let lines = of_fleet(found, "tenants/acme", &[(ACME, "{tier: pro}", &edit)]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].ends_with(&format!(": `{policy}` is a policy of the tenant's cloud role")), "{lines:?}");
}

#[test]
fn what_the_cloud_role_may_do() {
    let of = |before: &[(&str, &str, &str)], after: &[(&str, &str, &str)]| -> Vec<String> {
        let lines = between(found, "tenants/acme", before, after);
        lines.into_iter().map(|line| format!("{}: {}", &line[..7], line.split_once(": ").unwrap().1)).collect()
    };
    const PLATFORM: &str = "platform.yaml";
    let boundary = "arn:aws:iam::111122223333:policy/tenant-boundary";
    let none = (PLATFORM, "          permissions_boundary: ${{ platform.boundary }}\n", "");
    assert_eq!(
        of(&[], &[none]),
        [format!("ACCESS+: the tenant's cloud role has another boundary: `{boundary}` → `none`")]
    );
    assert_eq!(
        of(&[none], &[]),
        [format!("ACCESS-: the tenant's cloud role has another boundary: `none` → `{boundary}`")]
    );
    assert_eq!(
        of(
            &[],
            &[(
                PLATFORM,
                "boundary: arn:aws:iam::111122223333:policy/tenant-boundary",
                "boundary: arn:aws:iam::111122223333:policy/none-at-all"
            )]
        ),
        [format!(
            "ACCESS+: the tenant's cloud role has another boundary: `{boundary}` → `arn:aws:iam::111122223333:policy/none-at-all`"
        )]
    );
    let read = (PLATFORM, "secrets_access: write", "secrets_access: read");
    let told = "the tenant's cloud role may do something else with secrets";
    assert_eq!(of(&[read], &[]), [format!("ACCESS+: {told}: `read` → `write`")]);
    assert_eq!(of(&[], &[read]), [format!("ACCESS-: {told}: `write` → `read`")]);
    assert_eq!(
        of(&[], &[(PLATFORM, "secrets_tag: zenml", "secrets_tag: env")]),
        ["ACCESS+: the tenant's cloud role reaches secrets by another tag: `zenml` → `env`"]
    );
}
