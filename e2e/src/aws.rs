//! moto, which stands for AWS, spoken to as AWS is, but for signatures, which it does not check. To be called in the cluster's
//! network.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::cluster::Cluster;
use crate::component::AWS_PORT;
use crate::node::ADDRESS;

/// The bucket of Terraform's states that the shipped platform file names.
pub const BUCKET: &str = "tenants-state";
/// The region that the shipped platform file names.
const REGION: &str = "eu-central-1";

/// Makes the bucket of states, with versions.
///
/// # Errors
/// moto refuses it.
pub fn make_bucket() -> Result<()> {
    let names = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    let place = format!(
        "<CreateBucketConfiguration {names}><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    );
    let versions = format!("<VersioningConfiguration {names}><Status>Enabled</Status></VersioningConfiguration>");
    for (path, body) in [(format!("/{BUCKET}"), place), (format!("/{BUCKET}?versioning"), versions)] {
        let answer = call("s3", "PUT", &path, &[("Content-Type", "application/xml")], &body)?;
        ensure!(answer.status == 200, "moto: PUT {path}: {}", answer.body);
    }
    Ok(())
}

/// An object of the bucket of states: a state, or the lock beside it, which is `KEY.tflock`.
///
/// # Errors
/// moto does not answer as S3 does.
pub fn object(key: &str) -> Result<Option<String>> {
    let answer = call("s3", "GET", &format!("/{BUCKET}/{key}"), &[], "")?;
    match answer.status {
        200 => Ok(Some(answer.body)),
        404 => Ok(None),
        status => bail!("moto: GET {key}: {status} {}", answer.body),
    }
}

/// Puts an object into the bucket of states.
///
/// # Errors
/// moto refuses it.
pub fn put_object(key: &str, body: &str) -> Result<()> {
    let answer = call("s3", "PUT", &format!("/{BUCKET}/{key}"), &[("Content-Type", "application/json")], body)?;
    ensure!(answer.status == 200, "moto: PUT {key}: {}", answer.body);
    Ok(())
}

/// Takes an object out of the bucket of states.
///
/// # Errors
/// moto refuses it.
pub fn remove_object(key: &str) -> Result<()> {
    let answer = call("s3", "DELETE", &format!("/{BUCKET}/{key}"), &[], "")?;
    ensure!(answer.status == 204, "moto: DELETE {key}: {}", answer.body);
    Ok(())
}

/// Takes a tenant's state, and the lock beside it, away from a cluster's pods, or gives them back.
///
/// # Errors
/// The forge's folder cannot be written.
pub fn refuse(cluster: &Cluster, tenant: &str, away: bool) -> Result<()> {
    let file = cluster.folder.join("cloud/away").join(tenant);
    if away {
        fs::write(file, "")?
    } else {
        fs::remove_file(file)?
    }
    Ok(())
}

/// Holds back from a cluster's pods what moto answers to an action of a service that takes forms; none is held back again.
///
/// # Errors
/// The forge's folder cannot be written.
pub fn hold_back(cluster: &Cluster, action: Option<&str>) -> Result<()> {
    Ok(fs::write(cluster.folder.join("cloud/aws-holds-back"), action.unwrap_or_default())?)
}

/// What moto says.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Asks a service of AWS.
///
/// # Errors
/// moto does not answer.
pub fn call(service: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
    let address = format!("{ADDRESS}:{AWS_PORT}").parse()?;
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).context("moto does not answer")?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {service}.{REGION}.amazonaws.com\r\nConnection: close\r\n{more}\
         Authorization: AWS4-HMAC-SHA256 Credential=example/20260101/{REGION}/{service}/aws4_request, \
         SignedHeaders=host, Signature=00\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("moto answered with half of an answer")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("an HTTP status")?;
    Ok(Answer { status, body: body.to_owned() })
}

/// Asks a service that takes forms and answers in XML.
///
/// # Errors
/// moto refuses it.
pub fn query(service: &str, version: &str, action: &str, fields: &[(&str, &str)]) -> Result<String> {
    let fields = [("Action", action), ("Version", version)].into_iter().chain(fields.iter().copied());
    let body: Vec<String> = fields.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = call(service, "POST", "/", &headers, &body.join("&"))?;
    ensure!(answer.status == 200, "moto: {action}: {}", answer.body);
    Ok(answer.body)
}

fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
