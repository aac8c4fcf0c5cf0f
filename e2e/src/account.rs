//! The AWS account before the first tenant: `terraform/platform` in moto, with what a platform team made by other means. To be
//! called in the cluster's network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::aws::{self, BUCKET};
use crate::cache::workspace;
use crate::component::AWS_PORT;
use crate::node::ADDRESS;
use crate::process::run;

/// The account of the shipped fleet.
pub const ACCOUNT: &str = "111122223333";

/// An account, by the folder that `terraform/platform` is applied in.
#[derive(Debug)]
pub struct Account {
    folder: PathBuf,
}

impl Account {
    /// Makes what `terraform/platform` makes, below a folder, with the provider of a mirror; and the managed policies, the bucket and
    /// the subnets that the shipped fleet names.
    ///
    /// # Errors
    /// Terraform fails, or moto refuses something.
    pub fn create(folder: &Path, mirror: &Path) -> Result<Self> {
        let account = Self { folder: folder.to_owned() };
        fs::create_dir_all(folder)?;
        run(Command::new("cp").arg("-r").arg(workspace().join("terraform/platform/.")).arg(folder))?;
        fs::remove_dir_all(folder.join("tests"))?;
        fs::copy(workspace().join("testdata/platform.tfvars"), folder.join("platform.auto.tfvars"))?;
        let method = format!("filesystem_mirror {{ path = {:?} }}", mirror.display().to_string());
        fs::write(folder.join("terraformrc"), format!("provider_installation {{\n  {method}\n}}\n"))?;
        fs::write(folder.join("moto_override.tf.json"), moto().to_string())?;
        account.terraform(&["init", "-lockfile=readonly"])?;
        account.apply()?;
        for name in ["lighthouse-data", "lighthouse-audit"] {
            let object = format!("arn:aws:s3:::{name}/*");
            let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": object});
            let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
            aws::query("iam", "2010-05-08", "CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &policy)])?;
        }
        let subnets = aws::query("ec2", "2016-11-15", "DescribeSubnets", &[])?;
        let (_, rest) = subnets.split_once("<subnetId>").context("moto has no subnet")?;
        let id = rest.split('<').next().unwrap_or_default();
        let group = [
            ("DBSubnetGroupName", "tenants"),
            ("DBSubnetGroupDescription", "Databases of tenants"),
            ("SubnetIds.SubnetIdentifier.1", id),
        ];
        aws::query("rds", "2014-10-31", "CreateDBSubnetGroup", &group)?;
        account.open_the_states()?;
        Ok(account)
    }

    /// Applies `terraform/platform` once more. What it says that it changed.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn apply(&self) -> Result<String> {
        self.terraform(&["apply", "-auto-approve", "-no-color"])
    }

    /// Takes the policy of the states' bucket away. moto passes over its conditions, so that it denies everybody everything;
    /// `apply` brings it back.
    ///
    /// # Errors
    /// moto refuses it.
    pub fn open_the_states(&self) -> Result<()> {
        let answer = aws::call("s3", "DELETE", &format!("/{BUCKET}?policy"), &[], "")?;
        ensure!(answer.status == 204, "moto: the policy of {BUCKET}: {}", answer.body);
        Ok(())
    }

    /// Applies `terraform/tenant` with these variables, past the cluster and without the associations that moto does not have.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn add_tenant(&self, name: &str, variables: &Value) -> Result<()> {
        let folder = self.folder.join("tenants").join(name);
        fs::create_dir_all(&folder)?;
        run(Command::new("cp").arg("-r").arg(workspace().join("terraform/tenant/.")).arg(&folder))?;
        fs::remove_dir_all(folder.join("tests"))?;
        fs::write(folder.join("tenant.auto.tfvars.json"), variables.to_string())?;
        let mut over = moto();
        over["provider"]["aws"]["region"] = json!("eu-central-1");
        over["resource"] = json!({"aws_eks_pod_identity_association": {"tenant": {"for_each": "${toset([])}"}}});
        fs::write(folder.join("moto_override.tf.json"), over.to_string())?;
        self.terraform_in(&folder, &["init", "-lockfile=readonly"])?;
        self.terraform_in(&folder, &["apply", "-auto-approve"]).map(drop)
    }

    fn terraform(&self, arguments: &[&str]) -> Result<String> {
        self.terraform_in(&self.folder, arguments)
    }

    fn terraform_in(&self, folder: &Path, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("terraform");
        command.arg(format!("-chdir={}", folder.display())).args(arguments);
        command.env("TF_CLI_CONFIG_FILE", self.folder.join("terraformrc"));
        run(command.env("TF_INPUT", "0").env("CHECKPOINT_DISABLE", "1"))
    }
}

/// The provider's settings for moto, laid over the module's own.
fn moto() -> Value {
    let endpoint = format!("http://{ADDRESS}:{AWS_PORT}");
    let services = ["iam", "kms", "rds", "s3", "s3control", "secretsmanager", "sts"];
    let endpoints: serde_json::Map<_, _> = services.iter().map(|name| ((*name).to_owned(), json!(endpoint))).collect();
    json!({"provider": {"aws": {
        "access_key": "example", "secret_key": "example", "s3_use_path_style": true, "skip_metadata_api_check": true,
        "endpoints": endpoints,
    }}})
}
