use serde_json::json;

use super::*;

pub(super) fn platform() -> Platform {
    let text = str::to_owned;
    Platform {
        account: text("111122223333"),
        region: text("eu-central-1"),
        role_prefix: text("zenml-"),
        provider_role: text("tenantry-terraform"),
        state_role: text("tenantry-state"),
        boundary: text("arn:aws:iam::111122223333:policy/tenant-boundary"),
        oidc: text("oidc.example.com/id/A"),
        cluster: text("prod-eu"),
        control_namespace: text("tenantry-system"),
        states: text("tenants-state"),
        bucket_prefix: text("example-tenants-"),
        shared_bucket: text("tenants-artifacts"),
        shared_prefix: text("tenants/"),
        secrets_prefix: text("tenants/"),
        written_prefix: text("zenml/"),
        tag: text("zenml"),
        extra_policy: text("arn:aws:iam::111122223333:policy/data"),
        kms_key: Some(text("arn:aws:kms:eu-central-1:111122223333:key/k")),
    }
}

pub(super) fn tenants() -> Vec<Tenant> {
    let tenant = |id: &str, identity, bucket, database| Tenant {
        name: id.to_owned(),
        id: id.to_owned(),
        namespace: format!("t-{id}"),
        service_accounts: vec!["zenml".to_owned(), "jobs".to_owned()],
        role: format!("zenml-{id}"),
        identity,
        cluster: identity == Identity::PodIdentity,
        bucket,
        database,
        secrets: Secrets::Read,
        customers_role: database.then(|| "arn:aws:iam::999988887777:role/data".to_owned()),
        state: format!("tenants/{id}/terraform.tfstate"),
        session: json!({"Version": "2012-10-17", "Statement": []}),
    };
    vec![
        tenant("acme", Identity::Irsa, Bucket::Shared, true),
        tenant("globex", Identity::PodIdentity, Bucket::None, true),
        tenant("hobby", Identity::Irsa, Bucket::None, false),
    ]
}

/// Roles that are told apart by their policies' texts.
pub(super) fn standing() -> Standing {
    let role = |name: &str, tenant: Option<&str>| {
        json!({
            "arn": format!("arn:aws:iam::111122223333:role/{name}"), "name": name, "id": format!("AROA{name}"),
            "tags": tenant.map_or(json!({}), |tenant| json!({"tenant": tenant})),
            "trust": {"Statement": [{"Sid": format!("trust of {name}")}]},
            "inline": {"own": {"Statement": [{"Sid": format!("own of {name}")}]}},
            "attached": {},
            "boundary": tenant.map(|_| json!({
                "arn": "arn:aws:iam::111122223333:policy/tenant-boundary", "document": {"Statement": [{"Sid": "boundary"}]},
            })),
        })
    };
    let secret = |tenant: &str| {
        let name = format!("tenants/{tenant}/database");
        let arn = format!("arn:aws:secretsmanager:eu-central-1:111122223333:secret:{name}-AbCdEf");
        json!({"arn": arn, "name": name, "tags": {"zenml": tenant}})
    };
    let roles: Vec<Value> =
        ["acme", "globex", "hobby"].iter().map(|id| role(&format!("zenml-{id}"), Some(id))).collect();
    let jobs = ["tenantry-terraform", "tenantry-state"].map(|name| role(name, None));
    let standing = json!({
        "roles": ([roles, jobs.to_vec()].concat()), "policies": {}, "databases": [], "secrets": [secret("acme"), secret("globex")],
        "buckets": {"tenants-state": {"Statement": [{"Sid": "fence"}]}, "example-tenants-acme": null},
    });
    serde_json::from_value(standing).unwrap()
}

/// The cases of a row for the first tenant and the second, as the simulator gets them, with policies in the places' stead.
fn cases(row: &str) -> Vec<Value> {
    let header = "| who | action | on | with | answer | what it is about |";
    let row = table::rows(&format!("{header}\n{row}\n")).unwrap().remove(0);
    let tenants = tenants();
    let other = case::others(&row, &tenants[0], &tenants)[0];
    let mut batch = Batch::default();
    for request in case::requests(&row, &standing(), &platform(), &tenants[0], other).unwrap() {
        batch.add(request);
    }
    let batch = serde_json::to_value(&batch).unwrap();
    let sid = |place: &Value| batch["policies"][place.as_u64().unwrap() as usize]["Statement"].clone();
    let mut cases = batch["cases"].as_array().unwrap().clone();
    for case in &mut cases {
        for kind in ["boundary", "session", "resourcePolicy"] {
            if !case[kind].is_null() {
                case[kind] = sid(&case[kind]);
            }
        }
        case["identity"] = case["identity"].as_array().unwrap().iter().map(sid).collect();
    }
    cases
}

#[test]
fn a_tenant_asks_with_what_stands() {
    let row = "| tenant, any policy | `secretsmanager:GetSecretValue` | `secretsmanager:secret:{other_database_secret}` |  | denied | x |";
    let [case, alone] = cases(row).try_into().unwrap();
    // The other fence.
    assert_eq!(alone["identity"], json!([[{"Sid": "own of zenml-acme"}]]));
    assert_eq!((&alone["boundary"], &alone["context"]), (&Value::Null, &case["context"]));
    assert_eq!(
        case,
        json!({
            "principal": "arn:aws:iam::111122223333:role/zenml-acme", "action": "secretsmanager:GetSecretValue",
            "resource": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:tenants/globex/database-AbCdEf",
            "account": "111122223333",
            "context": {
                "aws:PrincipalAccount": "111122223333",
                "aws:PrincipalArn": "arn:aws:iam::111122223333:role/zenml-acme",
                "aws:PrincipalTag/tenant": "acme", "aws:ResourceTag/zenml": "globex", "aws:SecureTransport": "true",
            },
            "identity": [[{"Effect": "Allow", "Action": "*", "Resource": "*"}]],
            "boundary": [{"Sid": "boundary"}], "session": null, "resourcePolicy": null, "issuer": null,
        })
    );
}

#[test]
fn a_role_has_its_boundary_until_a_row_takes_it_away() {
    let row = |with: &str| format!("| terraform | `iam:PutRolePolicy` | `iam:role/{{role}}` | {with} | denied | x |");
    let boundary = |with: &str| cases(&row(with))[0]["context"]["iam:PermissionsBoundary"].clone();
    assert_eq!(boundary(""), "arn:aws:iam::111122223333:policy/tenant-boundary");
    assert_eq!(boundary("`iam:PermissionsBoundary=`"), Value::Null);
    assert_eq!(boundary("`iam:PermissionsBoundary={extra_policy}`"), "arn:aws:iam::111122223333:policy/data");
}

#[test]
fn a_token_is_asked_for_each_service_account() {
    let with = "`sub=system:serviceaccount:{namespace}:{service_account}`";
    let row = format!("| token | `sts:AssumeRoleWithWebIdentity` | `iam:role/{{role}}` | {with} | denied | x |");
    let [first, second] = cases(&row).try_into().unwrap();
    assert_eq!(first["context"]["oidc.example.com/id/A:sub"], "system:serviceaccount:t-acme:zenml");
    assert_eq!(second["context"]["oidc.example.com/id/A:sub"], "system:serviceaccount:t-acme:jobs");
    assert_eq!(first["principal"], "arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/A");
    assert_eq!(first["resourcePolicy"], json!([{"Sid": "trust of zenml-acme"}]));
    let other = cases(&row.replace(with, "`iss=other.example.com`, `aud=x`"));
    assert_eq!(other[0]["principal"], "arn:aws:iam::111122223333:oidc-provider/other.example.com");
    assert_eq!(
        other[0]["context"],
        json!({"aws:ResourceTag/tenant": "acme", "aws:SecureTransport": "true", "other.example.com:aud": "x"})
    );
}

#[test]
fn what_is_opened_is_opened_beside_what_it_says() {
    let sids = |on: &str, action: &str| {
        let row = format!("| states, in a run | `{action}` | `{on}` | `opened` | denied | x |");
        cases(&row)[0]["resourcePolicy"].as_array().unwrap().len()
    };
    assert_eq!(sids("s3:{states}/x", "s3:GetObject"), 2);
    assert_eq!(sids("s3:{bucket_prefix}{tenant}/x", "s3:GetObject"), 1);
    assert_eq!(sids("iam:role/{role}", "sts:AssumeRole"), 2);
    assert_eq!(sids("iam:role/admin", "sts:AssumeRole"), 2);
}

#[test]
fn says_what_is_wrong() {
    let row = "| tenant | `s3:GetObject` | `s3:x/{other}` | `a=b` | denied | x |";
    let page = format!("| who | action | on | with | answer | what it is about |\n{row}\n");
    let row = table::rows(&page).unwrap().remove(0);
    let verdict = |outcome| Verdict {
        row: row.clone(),
        resource: "arn:aws:s3:::x/globex".to_owned(),
        with: vec!["a=b".to_owned()],
        tenant: "acme".to_owned(),
        other: Some("globex".to_owned()),
        outcome,
    };
    assert!(verdict(Outcome::Answer(Answer::Denied)).holds());
    let allowed = verdict(Outcome::Answer(Answer::Allowed));
    assert!(!allowed.holds());
    assert_eq!(
        allowed.to_string(),
        "line 2: `tenant` may `s3:GetObject` on `arn:aws:s3:::x/globex` with `a=b`: expected denied, is allowed, for acme \
         against globex"
    );
    let none = verdict(Outcome::None("invalid.action".to_owned()));
    assert!(!none.holds() && none.to_string().contains("expected denied, has no answer (invalid.action), for acme"));
    let other = Row { line: 7, ..row.clone() };
    let rows = [row.clone(), other];
    assert_eq!(unasked(&rows, &[allowed]).iter().map(|row| row.line).collect::<Vec<_>>(), [7]);
}
