//! What Argo CD keeps in its Redis: what was rendered, what it saw in the cluster, and what it told people of that.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use k8s_openapi::api::core::v1::Secret;
use kube::Api;

use crate::objects::POD;
use crate::world::World;

/// Every key with what is behind it, as it was before Argo CD packed it.
pub(crate) fn contents(world: &World) -> Result<Vec<(String, String)>> {
    let pods = world.list(POD, "argocd", "app.kubernetes.io/name=argocd-redis")?;
    let address = pods.first().and_then(|pod| pod["status"]["podIP"].as_str()).context("no Redis")?;
    let secrets: Api<Secret> = Api::namespaced(world.client.clone(), "argocd");
    let password =
        world.wait(secrets.get("argocd-redis"))?.data.unwrap_or_default().remove("auth").context("no password")?;
    let mut redis = Redis::connect(address)?;
    redis.ask(&[b"AUTH", &password.0])?;
    let mut found = Vec::new();
    for key in redis.ask(&[b"KEYS", b"*"])? {
        let value = redis.ask(&[b"GET", &key])?.pop().unwrap_or_default();
        let text = String::from_utf8_lossy(&unpacked(value)?).into_owned();
        found.push((String::from_utf8_lossy(&key).into_owned(), text));
    }
    Ok(found)
}

struct Redis(BufReader<TcpStream>);

impl Redis {
    fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&format!("{address}:6379").parse()?, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// The strings of an answer.
    fn ask(&mut self, words: &[&[u8]]) -> Result<Vec<Vec<u8>>> {
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            request.extend(format!("${}\r\n", word.len()).bytes());
            request.extend(*word);
            request.extend(b"\r\n");
        }
        self.0.get_mut().write_all(&request)?;
        let mut found = Vec::new();
        let mut wanted = 1;
        while wanted > 0 {
            wanted -= 1;
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let (kind, rest) = line.trim_end().split_at_checked(1).context("no answer")?;
            match kind {
                "+" => found.push(rest.as_bytes().to_vec()),
                "*" => wanted += rest.parse::<usize>()?,
                // A key may be over by the time that it is asked for.
                "$" if rest == "-1" => {}
                "$" => {
                    let mut bytes = vec![0; rest.parse::<usize>()? + 2];
                    self.0.read_exact(&mut bytes)?;
                    bytes.truncate(bytes.len() - 2);
                    found.push(bytes);
                }
                _ => bail!("Redis: {line}"),
            }
        }
        Ok(found)
    }
}

/// Argo CD packs what it keeps with gzip, as long as it is not told otherwise.
fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut child = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().context("a pipe")?;
    // Written by another thread: what comes out may be more than a pipe holds before all is in.
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output()?;
    ensure!(output.status.success() && writer.join().is_ok_and(|written| written.is_ok()), "gzip failed");
    Ok(output.stdout)
}
