//! The backend's settings, laid over the module as an override file: a module says nothing of where its state is.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::inputs::{Backend, Run};

/// Terraform reads files that end like this last, and merges them.
pub const FILE: &str = "zz_tenantry_override.tf.json";

/// The override file's content. `token` is the file of the token by which the state's role is taken.
///
/// # Errors
/// There is a role for the state, and no token: whoever the pod is otherwise may reach all tenants' states.
pub fn settings(run: &Run, token: Option<&str>) -> Result<Value, Failure> {
    let backend = match &run.backend {
        Backend::S3 { bucket, region, key } => {
            let mut s3 = json!({
                "bucket": literal(bucket), "key": literal(key), "region": literal(region),
                "encrypt": true, "use_lockfile": true,
            });
            if let Some(role) = &run.state_role {
                let token = token.ok_or(Failure::NoVariable("AWS_WEB_IDENTITY_TOKEN_FILE"))?;
                s3["assume_role_with_web_identity"] = json!({
                    "role_arn": literal(role),
                    "session_name": literal(&format!("state-{}", run.id)),
                    "web_identity_token_file": literal(token),
                    "policy": literal(&policy(role, bucket, region, key).to_string()),
                });
            }
            json!({"s3": s3})
        }
        Backend::Kubernetes { namespace, secret_suffix } => json!({"kubernetes": {
            "namespace": literal(namespace), "secret_suffix": literal(secret_suffix), "in_cluster_config": true,
        }}),
    };
    Ok(json!({"terraform": {"backend": backend}}))
}

/// What a session of the state role may do: read and write this one state, and its lock. A session has no right that its role
/// has not; with this it has no other tenant's either.
fn policy(role: &str, bucket: &str, region: &str, key: &str) -> Value {
    let partition = role.split(':').nth(1).unwrap_or("aws");
    let bucket = format!("arn:{partition}:s3:::{bucket}");
    json!({"Version": "2012-10-17", "Statement": [
        {
            "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket,
            // Terraform looks for workspaces, though there is only one.
            "Condition": {"StringEquals": {"s3:prefix": [key, format!("{key}.tflock"), "env:/"]}},
        },
        {
            "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": [format!("{bucket}/{key}"), format!("{bucket}/{key}.tflock")],
        },
        {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": format!("{bucket}/{key}.tflock")},
        // Where the bucket's own key encrypts it.
        {
            "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": format!("s3.{region}.amazonaws.com")}},
        },
    ]})
}

/// In a `.tf.json` file a text is a template; here it is meant as it is.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(backend: &Value) -> Run {
        serde_json::from_value(json!({
            "tenant": "acme", "id": "acme", "namespace": "t-acme", "cluster": "prod-eu",
            "module": {"name": "tenant", "version": "1.4.0"}, "engine": "terraform", "backend": backend,
            "stateRole": "arn:aws:iam::111122223333:role/tenantry-state", "approval": "none", "unlock": "never",
            "generation": 1, "deadlineSeconds": 1800,
        }))
        .unwrap()
    }

    #[test]
    fn one_tenant_reaches_one_state() {
        let run = run(
            &json!({"s3": {"bucket": "states", "region": "eu-central-1", "key": "tenants/${acme}/terraform.tfstate"}}),
        );
        let settings = settings(&run, Some("/token")).unwrap();
        let s3 = &settings["terraform"]["backend"]["s3"];
        assert_eq!(s3["key"], "tenants/$${acme}/terraform.tfstate");
        let policy = s3["assume_role_with_web_identity"]["policy"].as_str().unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&serde_json::from_str::<Value>(policy).unwrap()).unwrap());
    }

    #[test]
    fn without_a_role_the_pod_is_who_it_is() {
        let backend = json!({"s3": {"bucket": "states", "region": "eu-central-1", "key": "k"}});
        let mut run = run(&backend);
        let refused = settings(&run, None).unwrap_err().to_string();
        assert_eq!(refused, "no variable `AWS_WEB_IDENTITY_TOKEN_FILE` in the environment");
        run.state_role = None;
        let expected =
            json!({"bucket": "states", "key": "k", "region": "eu-central-1", "encrypt": true, "use_lockfile": true});
        assert_eq!(settings(&run, None).unwrap(), json!({"terraform": {"backend": {"s3": expected}}}));
    }

    #[test]
    fn in_the_cluster() {
        let run = run(&json!({"kubernetes": {"namespace": "tenantry-system", "secretSuffix": "acme-tenant"}}));
        let expected =
            json!({"namespace": "tenantry-system", "secret_suffix": "acme-tenant", "in_cluster_config": true});
        assert_eq!(
            settings(&run, Some("/token")).unwrap(),
            json!({"terraform": {"backend": {"kubernetes": expected}}})
        );
    }
}
