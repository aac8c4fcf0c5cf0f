//! `terraform/rights.md`, row by row, for the tenants of the shipped fleet: by the policies that stand in moto once Argo CD and the
//! runner are done.

use std::fs;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};
use e2e::account::ACCOUNT;
use e2e::cache::workspace;
use e2e::rights::standing::Standing;
use e2e::rights::table::{self, Row};
use e2e::rights::{self, Bucket, Identity, Platform, Secrets, Tenant, Verdict, lint, verdicts};
use serde_json::{Value, json};

use crate::aws;
use crate::tenant::text;
use crate::world::World;

/// What was found, once for all rows.
struct Found {
    standing: Standing,
    verdicts: Vec<Verdict>,
}

/// A tenant that has what none of the fleet has: associations with a named cluster, secrets that it only reads, no bucket, and no
/// customer's role.
const OTHER_KIND: &str = "cedar";

/// The page's rows.
pub(crate) fn rows() -> Result<Vec<Row>> {
    table::rows(&fs::read_to_string(workspace().join("terraform/rights.md"))?)
}

/// A row holds, for every tenant that it is about and each other one.
pub(crate) fn holds(world: &World, row: &Row) -> Result<()> {
    let verdicts: Vec<&Verdict> =
        found(world)?.verdicts.iter().filter(|verdict| verdict.row.line == row.line).collect();
    ensure!(!verdicts.is_empty(), "line {}: nobody was asked", row.line);
    let failed: Vec<String> =
        verdicts.iter().filter(|verdict| !verdict.holds()).map(|verdict| verdict.to_string()).collect();
    ensure!(failed.is_empty(), "{} of {}:\n{}", failed.len(), verdicts.len(), failed.join("\n"));
    Ok(())
}

/// A linter has nothing against any policy that stands.
pub(crate) fn the_linter_finds_nothing(world: &World) -> Result<()> {
    let findings: Vec<String> =
        lint::findings(world.cache(), &found(world)?.standing)?.iter().map(ToString::to_string).collect();
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    Ok(())
}

fn found(world: &World) -> Result<&'static Found> {
    static FOUND: OnceLock<Found> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return Ok(found);
    }
    let platform = platform(world)?;
    let mut tenants = Vec::new();
    for (name, set) in aws::fleet(world)? {
        let Some(variables) = aws::variables(set)? else { continue };
        if variables["create_role"] == true {
            tenants.push(tenant(name, &variables, session(world, &text(&variables["tenant_id"]))?)?);
        }
    }
    ensure!(tenants.len() >= 9, "{} tenants have a role", tenants.len());
    let account = world.fleet.account.as_ref().context("no account")?;
    let other = other_kind(&platform);
    account.add_tenant(OTHER_KIND, &other)?;
    let lighthouse = tenants.iter().find(|tenant| tenant.name == "lighthouse").context("no lighthouse")?;
    let session = lighthouse.session.to_string().replace(&lighthouse.id, OTHER_KIND);
    tenants.push(tenant(OTHER_KIND, &other, serde_json::from_str(&session)?)?);

    // With the policy of the states' bucket, which nobody could work with here.
    account.apply()?;
    let standing = aws::standing(world)?;
    account.open_the_states()?;
    let rows = rows()?;
    let verdicts = verdicts(world.cache(), &standing, &platform, &tenants, &rows)?;
    let unasked: Vec<usize> = rights::unasked(&rows, &verdicts).iter().map(|row| row.line).collect();
    ensure!(unasked.is_empty(), "lines {unasked:?} are about nobody");
    world.note(&[
        String::new(),
        "## Who may do what in AWS".to_owned(),
        String::new(),
        format!("{} rows, {} tenants, {} verdicts.", rows.len(), tenants.len(), verdicts.len()),
    ]);
    Ok(FOUND.get_or_init(|| Found { standing, verdicts }))
}

/// What `testdata/platform.tfvars` and the shipped platform file say.
fn platform(world: &World) -> Result<Platform> {
    let file: Value = serde_yaml::from_str(&world.fleet.tenants.read("platform.yaml")?)?;
    let (spec, module) = (&file["spec"], &file["spec"]["terraform"]["modules"]["tenant"]["variables"]);
    let role_of = |arn: &Value| text(arn).rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Platform {
        account: ACCOUNT.to_owned(),
        region: text(&spec["cluster"]["region"]),
        role_prefix: text(&spec["aws"]["role"]["prefix"]),
        provider_role: role_of(&spec["terraform"]["roles"]["provider"]),
        state_role: role_of(&spec["terraform"]["roles"]["state"]),
        boundary: text(&spec["aws"]["role"]["boundary"]),
        oidc: text(&spec["aws"]["oidcProvider"]),
        cluster: text(&spec["cluster"]["name"]),
        control_namespace: text(&spec["control"]["namespace"]),
        states: text(&spec["terraform"]["backend"]["s3"]["bucket"]),
        bucket_prefix: text(&module["bucket_prefix"]),
        shared_bucket: text(&module["shared_bucket"]),
        shared_prefix: "tenants/".to_owned(),
        secrets_prefix: "tenants/".to_owned(),
        written_prefix: text(&module["secrets_write_prefix"]),
        tag: text(&module["secrets_tag"]),
        extra_policy: format!("arn:aws:iam::{ACCOUNT}:policy/lighthouse-data"),
        kms_key: module["kms_key"].as_str().map(str::to_owned),
    })
}

fn other_kind(platform: &Platform) -> Value {
    json!({
        "tenant": OTHER_KIND, "tenant_id": OTHER_KIND, "namespace": format!("t-{OTHER_KIND}"), "service_accounts": ["zenml"],
        "identity_type": "podIdentity", "role_name": format!("{}{OTHER_KIND}", platform.role_prefix),
        "permissions_boundary": platform.boundary, "cluster": platform.cluster, "secrets_tag": platform.tag,
        "secrets_access": "read", "kms_key": platform.kms_key,
    })
}

/// A tenant, by what its module is given.
fn tenant(name: &str, variables: &Value, session: Value) -> Result<Tenant> {
    let id = text(&variables["tenant_id"]);
    let accounts = variables["service_accounts"].as_array().context("no ServiceAccounts")?;
    Ok(Tenant {
        name: name.to_owned(),
        namespace: text(&variables["namespace"]),
        service_accounts: accounts.iter().map(text).collect(),
        role: text(&variables["role_name"]),
        identity: if variables["identity_type"] == "irsa" { Identity::Irsa } else { Identity::PodIdentity },
        cluster: variables["cluster"].is_string(),
        bucket: match variables["bucket_mode"].as_str() {
            Some("dedicated") => Bucket::Dedicated,
            Some("shared") => Bucket::Shared,
            _ => Bucket::None,
        },
        database: variables["database_mode"] == "dedicated",
        secrets: if variables["secrets_access"] == "write" { Secrets::Write } else { Secrets::Read },
        // The fleet's may take all that trust the account.
        customers_role: variables["assume_roles"]
            .is_array()
            .then(|| "arn:aws:iam::999988887777:role/customer".to_owned()),
        state: format!("tenants/{id}/terraform.tfstate"),
        session,
        id,
    })
}

/// The policy that the runner sent with its session for a tenant's state, as the forge noted it.
fn session(world: &World, id: &str) -> Result<Value> {
    let calls = fs::read_to_string(world.cluster.folder.join("cloud/aws.jsonl"))?;
    let mut calls = calls.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let call =
        calls.find(|call| call["session"] == format!("state-{id}")).with_context(|| format!("{id} has no session"))?;
    Ok(serde_json::from_str(&text(&call["policy"]))?)
}
