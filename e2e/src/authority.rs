//! The certificates of the machines that a platform team has beside its cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cache::{Cache, key};
use crate::process::run;

/// The names under which the forge is known in the cluster: the repositories and the charts of `testdata/fleet`, and what
/// Terraform works on, of which AWS is another program's. `*` stands for one word.
pub const FORGE: &[&str] = &[
    "git.example.com",
    "public.ecr.aws",
    "cloud.example.com",
    "eks.eu-central-1.amazonaws.com",
    "iam.amazonaws.com",
    "rds.eu-central-1.amazonaws.com",
    "s3.eu-central-1.amazonaws.com",
    "*.s3.eu-central-1.amazonaws.com",
    "secretsmanager.eu-central-1.amazonaws.com",
    "sts.amazonaws.com",
    "sts.eu-central-1.amazonaws.com",
];

/// A certificate authority and the one certificate that it signed. Made here, known to nobody but the test's own images.
#[derive(Clone, Debug)]
pub struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// Makes both, once.
    ///
    /// # Errors
    /// `openssl` fails.
    pub fn get(cache: &Cache) -> Result<Self> {
        let names = FORGE.iter().map(|name| format!("DNS:{name}")).collect::<Vec<_>>().join(",");
        let folder = cache.made("authority", &key([names.as_bytes()]), |folder| make(folder, &names))?;
        Ok(Self { folder })
    }

    /// The authority's own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("authority.crt")
    }

    /// The forge's certificate.
    pub fn forge_certificate(&self) -> PathBuf {
        self.folder.join("forge.crt")
    }

    /// The key that signs the tokens of ServiceAccounts, and the one that they are checked by.
    pub fn accounts(&self) -> [PathBuf; 2] {
        [self.folder.join("accounts.key"), self.folder.join("accounts.pub")]
    }

    /// The forge's key.
    pub fn forge_key(&self) -> PathBuf {
        self.folder.join("forge.key")
    }
}

fn make(folder: &Path, names: &str) -> Result<()> {
    let openssl = |arguments: &[&str]| run(Command::new("openssl").current_dir(folder).args(arguments));
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let authority = ["req", "-x509", "-days", "3650", "-subj", "/CN=tenantry tests", "-keyout", "authority.key"];
    openssl(&[&authority[..], &key, &["-out", "authority.crt"]].concat())?;
    let request = ["req", "-subj", "/CN=forge", "-keyout", "forge.key", "-out", "forge.csr"];
    openssl(&[&request[..], &key].concat())?;
    fs::write(folder.join("names"), format!("subjectAltName={names}\n"))?;
    openssl(&[
        "x509",
        "-req",
        "-days",
        "3650",
        "-in",
        "forge.csr",
        "-CA",
        "authority.crt",
        "-CAkey",
        "authority.key",
        "-CAcreateserial",
        "-extfile",
        "names",
        "-out",
        "forge.crt",
    ])?;
    openssl(&["genrsa", "-out", "accounts.key", "2048"])?;
    openssl(&["rsa", "-in", "accounts.key", "-pubout", "-out", "accounts.pub"])?;
    Ok(())
}
