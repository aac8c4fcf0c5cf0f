//! Container images, put together without a container engine: archives in the OCI image layout.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cache::hex;
use crate::process::run;

/// What an image is made of.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// A whole root file system, as a folder; under the files.
    pub root: Option<PathBuf>,
    /// Files, folders and links of the image's own.
    pub files: Vec<Entry>,
    /// How it is run.
    pub run: Run,
}

/// How a container of an image is run, by the names of the OCI image specification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Run {
    /// The program and what always comes with it.
    pub entrypoint: Vec<String>,
    /// `NAME=value`.
    pub env: Vec<String>,
    /// Names and values that say what it is.
    pub labels: std::collections::BTreeMap<String, String>,
    /// Who runs it, `UID:GID`.
    pub user: String,
    /// The folder that it is run in.
    pub working_dir: String,
}

/// A file, folder or link in an image.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path, from the root, without a `/` at its beginning.
    pub path: String,
    /// Its rights.
    pub mode: u32,
    /// User and group.
    pub owner: u64,
    /// What it is.
    pub content: Content,
}

/// What an entry of an image is.
#[derive(Clone, Debug)]
pub enum Content {
    /// A folder.
    Folder,
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of this file of the machine's.
    File(PathBuf),
    /// A link to this path.
    Link(String),
}

impl Entry {
    /// A program.
    pub fn program(path: &str, file: impl Into<PathBuf>) -> Self {
        Self { path: path.to_owned(), mode: 0o755, owner: 0, content: Content::File(file.into()) }
    }

    /// A file that all may read.
    pub fn text(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), mode: 0o644, owner: 0, content: Content::Bytes(bytes.into()) }
    }

    /// A folder of somebody's.
    pub fn folder(path: &str, mode: u32, owner: u64) -> Self {
        Self { path: path.to_owned(), mode, owner, content: Content::Folder }
    }

    /// A symbolic link.
    pub fn link(path: &str, target: &str) -> Self {
        Self { path: path.to_owned(), mode: 0o777, owner: 0, content: Content::Link(target.to_owned()) }
    }
}

/// An image in a file.
#[derive(Clone, Debug)]
pub struct Archive {
    /// The file.
    pub path: PathBuf,
    /// The digest of its manifest, `sha256:…`.
    pub digest: String,
}

impl Image {
    /// Writes it as `NAME.tar` into a folder. The same image gives the same bytes.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn write(&self, folder: &Path, name: &str) -> Result<Archive> {
        let mut layers = Vec::new();
        if let Some(root) = &self.root {
            let layer = folder.join(format!("{name}.root"));
            let mut tar = Command::new("tar");
            tar.args(["--numeric-owner", "--sort=name", "--mtime=@0", "--create", "--file"]);
            run(tar.arg(&layer).arg("--directory").arg(root).arg("."))?;
            layers.push(Blob::of(layer)?);
        }
        if !self.files.is_empty() {
            let layer = folder.join(format!("{name}.files"));
            self.write_files(&layer)?;
            layers.push(Blob::of(layer)?);
        }
        let config = serde_json::to_vec(&json!({
            "architecture": "amd64", "os": "linux", "config": self.run,
            "rootfs": {"type": "layers", "diff_ids": layers.iter().map(|layer| &layer.digest).collect::<Vec<_>>()},
        }))?;
        let described: Vec<Value> = layers
            .iter()
            .map(|layer| descriptor("application/vnd.oci.image.layer.v1.tar", &layer.digest, layer.size))
            .collect();
        let manifest = serde_json::to_vec(&json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor("application/vnd.oci.image.config.v1+json", &digest(&config), config.len() as u64),
            "layers": described,
        }))?;
        let index = serde_json::to_vec(&json!({
            "schemaVersion": 2, "manifests": [descriptor(MANIFEST, &digest(&manifest), manifest.len() as u64)],
        }))?;
        let path = folder.join(format!("{name}.tar"));
        let mut tar = tar::Builder::new(fs::File::create(&path)?);
        append(&mut tar, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        append(&mut tar, "index.json", &index)?;
        append(&mut tar, &blob_path(&digest(&config)), &config)?;
        append(&mut tar, &blob_path(&digest(&manifest)), &manifest)?;
        for layer in &layers {
            tar.append_file(blob_path(&layer.digest), &mut fs::File::open(&layer.path)?)?;
            fs::remove_file(&layer.path)?;
        }
        tar.into_inner()?.flush()?;
        Ok(Archive { path, digest: digest(&manifest) })
    }

    /// Unpacks it into an empty folder, as a root file system in which its programs can be run without a container: with
    /// `/dev/null`, which every container has. To be called as root.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn unpack(&self, folder: &Path) -> Result<()> {
        if let Some(root) = &self.root {
            run(Command::new("cp").arg("--archive").arg(root.join(".")).arg(folder))?;
        }
        let layer = folder.with_extension("files");
        self.write_files(&layer)?;
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--preserve-permissions", "--same-owner", "--numeric-owner", "--file"]).arg(&layer);
        run(tar.arg("--directory").arg(folder))?;
        fs::remove_file(layer)?;
        let devices = folder.join("dev");
        fs::create_dir_all(&devices)?;
        run(Command::new("mknod").args(["--mode=666"]).arg(devices.join("null")).args(["c", "1", "3"]))?;
        Ok(())
    }

    fn write_files(&self, to: &Path) -> Result<()> {
        let mut tar = tar::Builder::new(fs::File::create(to)?);
        for entry in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_mode(entry.mode);
            header.set_uid(entry.owner);
            header.set_gid(entry.owner);
            header.set_mtime(0);
            match &entry.content {
                Content::Folder => {
                    header.set_entry_type(tar::EntryType::Directory);
                    header.set_size(0);
                    tar.append_data(&mut header, &entry.path, std::io::empty())?;
                }
                Content::Bytes(bytes) => {
                    header.set_size(bytes.len() as u64);
                    tar.append_data(&mut header, &entry.path, bytes.as_slice())?;
                }
                Content::File(file) => {
                    let opened = fs::File::open(file).with_context(|| format!("{}", file.display()))?;
                    header.set_size(opened.metadata()?.len());
                    tar.append_data(&mut header, &entry.path, opened)?;
                }
                Content::Link(target) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_size(0);
                    tar.append_link(&mut header, &entry.path, target)?;
                }
            }
        }
        tar.into_inner()?.flush()?;
        Ok(())
    }
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Bytes in a file, by their digest.
struct Blob {
    path: PathBuf,
    digest: String,
    size: u64,
}

impl Blob {
    fn of(path: PathBuf) -> Result<Self> {
        let mut hasher = Sha256::new();
        let size = std::io::copy(&mut fs::File::open(&path)?, &mut HashWriter(&mut hasher))?;
        Ok(Self { path, digest: format!("sha256:{}", hex(&hasher.finalize())), size })
    }
}

struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn append(tar: &mut tar::Builder<fs::File>, path: &str, bytes: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(bytes.len() as u64);
    Ok(tar.append_data(&mut header, path, bytes)?)
}

fn descriptor(media_type: &str, digest: &str, size: u64) -> Value {
    json!({"mediaType": media_type, "digest": digest, "size": size})
}

/// The digest of bytes, `sha256:…`.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn blob_path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}
