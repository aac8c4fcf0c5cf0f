//! The last stage of a `Dockerfile`, read so that the image of the tests is the image that users build.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::image::{Content, Entry, Image};

/// Reads the last stage, which begins at nothing: `FROM scratch`. Where it copies from the stage `build`, the file is taken
/// from `build` of this machine: the checkout stands for that stage's `/src`.
///
/// # Errors
/// The stage holds something that is not understood here.
pub fn last_stage(text: &str, checkout: &Path) -> Result<Image> {
    let lines = logical_lines(text);
    let start = lines.iter().rposition(|line| line.starts_with("FROM ")).context("no `FROM`")?;
    ensure!(lines[start] == "FROM scratch", "the last stage begins with `{}`, not with `FROM scratch`", lines[start]);
    let mut arguments = BTreeMap::new();
    let mut image = Image::default();
    for line in &lines[start + 1..] {
        let (instruction, rest) = line.split_once(' ').with_context(|| format!("`{line}`"))?;
        match instruction {
            "ARG" => {
                let (name, value) = rest.split_once('=').with_context(|| format!("no default: `{line}`"))?;
                arguments.insert(name.to_owned(), value.to_owned());
            }
            "LABEL" => {
                for pair in words(rest) {
                    let (name, value) = pair.split_once('=').with_context(|| format!("`{line}`"))?;
                    image.run.labels.insert(name.to_owned(), expand(value, &arguments));
                }
            }
            "COPY" => image.files.extend(copied(rest, checkout)?),
            "WORKDIR" => image.run.working_dir = rest.to_owned(),
            "USER" => image.run.user = rest.to_owned(),
            "ENTRYPOINT" => image.run.entrypoint = serde_json::from_str(rest).with_context(|| format!("`{line}`"))?,
            _ => bail!("`{instruction}` in the last stage is not understood by the tests"),
        }
    }
    Ok(image)
}

/// Lines without comments, those that end in `\` joined with the next.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_suffix('\\') {
            Some(begun) => open.push_str(begun),
            None => lines.push(std::mem::take(&mut open) + line),
        }
    }
    lines
}

/// Words apart at blanks, but not at those between double quotes, which are left out.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().into_iter().for_each(|word| word.push(character)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn expand(text: &str, arguments: &BTreeMap<String, String>) -> String {
    arguments.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
}

/// A file, and the folders above it, as a builder makes them.
fn copied(rest: &str, checkout: &Path) -> Result<Vec<Entry>> {
    let mut mode = None;
    let mut paths = Vec::new();
    let mut from_build = false;
    for word in rest.split_whitespace() {
        match word.split_once('=') {
            Some(("--chmod", digits)) => mode = Some(u32::from_str_radix(digits, 8)?),
            Some(("--from", "build")) => from_build = true,
            _ if word.starts_with("--") => bail!("`COPY {word}` is not understood by the tests"),
            _ => paths.push(word),
        }
    }
    let [source, target] = paths[..] else { bail!("`COPY {rest}` is not one file to one path") };
    let source = if from_build {
        checkout.join(source.strip_prefix("/src/").with_context(|| format!("`{source}` is not below /src"))?)
    } else {
        checkout.join(source)
    };
    let path = target.strip_prefix('/').with_context(|| format!("`{target}` does not begin with `/`"))?;
    let mode = mode.with_context(|| format!("`COPY {rest}` has no `--chmod`"))?;
    let mut entries: Vec<Entry> =
        path.match_indices('/').map(|(end, _)| Entry::folder(&path[..end], 0o755, 0)).collect();
    entries.push(Entry { path: path.to_owned(), mode, owner: 0, content: Content::File(source) });
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_shipped_one() {
        let checkout = crate::cache::workspace();
        let text = std::fs::read_to_string(checkout.join("Dockerfile")).unwrap();
        let image = last_stage(&text, checkout).unwrap();
        assert_eq!(image.run.user, "999:999");
        assert_eq!(image.run.entrypoint, ["/var/run/argocd/argocd-cmp-server"]);
        assert_eq!(image.run.working_dir, "/home/argocd");
        assert_eq!(image.run.labels["org.opencontainers.image.version"], env!("CARGO_PKG_VERSION"));
        let files: Vec<(&str, u32)> = image
            .files
            .iter()
            .filter(|entry| matches!(entry.content, Content::File(_)))
            .map(|entry| (entry.path.as_str(), entry.mode))
            .collect();
        assert_eq!(files, [("usr/local/bin/tenantry", 0o555), ("home/argocd/cmp-server/config/plugin.yaml", 0o444)]);
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        let error = |text: &str| last_stage(text, Path::new("/")).unwrap_err().to_string();
        assert_eq!(error("FROM alpine"), "the last stage begins with `FROM alpine`, not with `FROM scratch`");
        assert_eq!(error("FROM scratch\nRUN true"), "`RUN` in the last stage is not understood by the tests");
        assert_eq!(error("FROM scratch\nCOPY a /b"), "`COPY a /b` has no `--chmod`");
    }
}
