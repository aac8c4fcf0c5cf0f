//! The last stage of a `Dockerfile`, read so that the image of the tests is the image that users build.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::image::{Content, Entry, Image};

/// What a build is given, and what stands for the stages before its last one, which are not run here.
#[derive(Clone, Debug)]
pub struct Build {
    context: PathBuf,
    arguments: BTreeMap<String, String>,
    made: Vec<Made>,
}

/// What a stage would have made at a path: a file or a folder of this machine.
#[derive(Clone, Debug)]
struct Made {
    stage: String,
    path: String,
    here: PathBuf,
}

impl Build {
    /// One of this checkout, which stands for `/src` of the stage `build`, too.
    pub fn of(checkout: &Path) -> Self {
        let build = Self { context: checkout.to_owned(), arguments: BTreeMap::new(), made: Vec::new() };
        build.made("build", "/src", checkout)
    }

    /// Gives an argument, as `--build-arg` does.
    pub fn argument(mut self, name: &str, value: impl Into<String>) -> Self {
        self.arguments.insert(name.to_owned(), value.into());
        self
    }

    /// Has a file or a folder of this machine stand for what a stage makes at a path.
    pub fn made(mut self, stage: &str, path: &str, here: impl Into<PathBuf>) -> Self {
        self.made.push(Made { stage: stage.to_owned(), path: path.to_owned(), here: here.into() });
        self
    }

    /// Reads the last stage, which begins at nothing: `FROM scratch`.
    ///
    /// # Errors
    /// The stage holds something that is not understood here, or copies what nothing stands for.
    pub fn last_stage(&self, text: &str) -> Result<Image> {
        let lines = logical_lines(text);
        let start = lines.iter().rposition(|line| line.starts_with("FROM ")).context("no `FROM`")?;
        ensure!(
            lines[start] == "FROM scratch",
            "the last stage begins with `{}`, not with `FROM scratch`",
            lines[start]
        );
        let mut arguments = BTreeMap::new();
        let mut image = Image::default();
        for line in &lines[start + 1..] {
            let (instruction, rest) = line.split_once(' ').with_context(|| format!("`{line}`"))?;
            if instruction == "ARG" {
                let (name, default) = rest.split_once('=').map_or((rest, None), |(name, value)| (name, Some(value)));
                let value = self.arguments.get(name).map(String::as_str).or(default);
                let value = value.with_context(|| format!("`{line}` has no default, and no value is given"))?;
                arguments.insert(name.to_owned(), value.to_owned());
                continue;
            }
            let rest = expand(rest, &arguments)?;
            match instruction {
                "LABEL" => image.run.labels.extend(pairs(&rest)?),
                "ENV" => image.run.env.extend(pairs(&rest)?.map(|(name, value)| format!("{name}={value}"))),
                "COPY" => self.copy(&rest, &mut image.files)?,
                "WORKDIR" => image.run.working_dir = rest,
                "USER" => image.run.user = rest,
                "ENTRYPOINT" => {
                    image.run.entrypoint = serde_json::from_str(&rest).with_context(|| format!("`{line}`"))?;
                }
                _ => bail!("`{instruction}` in the last stage is not understood by the tests"),
            }
        }
        Ok(image)
    }

    /// A file, or what is in a folder, and the folders above it, as a builder makes them.
    fn copy(&self, rest: &str, files: &mut Vec<Entry>) -> Result<()> {
        let mut mode = None;
        let mut paths = Vec::new();
        let mut stage = None;
        for word in rest.split_whitespace() {
            match word.split_once('=') {
                Some(("--chmod", digits)) => mode = Some(u32::from_str_radix(digits, 8)?),
                Some(("--from", name)) => stage = Some(name),
                _ if word.starts_with("--") => bail!("`COPY {word}` is not understood by the tests"),
                _ => paths.push(word),
            }
        }
        let [source, target] = paths[..] else { bail!("`COPY {rest}` is not one path to another") };
        let target = target.strip_prefix('/').with_context(|| format!("`{target}` does not begin with `/`"))?;
        let mode = mode.with_context(|| format!("`COPY {rest}` has no `--chmod`"))?;
        let found = match stage {
            None => vec![(String::new(), self.context.join(source))],
            Some(stage) => self.of_stage(stage, source),
        };
        ensure!(!found.is_empty(), "`COPY {rest}`: nothing stands for it here");
        for (relative, here) in found {
            let path = join(target, &relative);
            for (end, _) in path.match_indices('/') {
                add(files, Entry::folder(&path[..end], 0o755, 0));
            }
            add_all(files, &path, mode, here)?;
        }
        Ok(())
    }

    /// What stands for a path of a stage, by paths from there.
    fn of_stage(&self, stage: &str, path: &str) -> Vec<(String, PathBuf)> {
        let below = |path: &str, folder: &str| {
            let rest = path.strip_prefix(folder)?;
            if rest.is_empty() { Some(String::new()) } else { rest.strip_prefix('/').map(str::to_owned) }
        };
        let made = self.made.iter().filter(|made| made.stage == stage);
        made.filter_map(|made| match below(path, &made.path) {
            Some(rest) if rest.is_empty() => Some((rest, made.here.clone())),
            Some(rest) => Some((String::new(), made.here.join(rest))),
            None => Some((below(&made.path, path)?, made.here.clone())),
        })
        .collect()
    }
}

fn join(folder: &str, relative: &str) -> String {
    if relative.is_empty() { folder.to_owned() } else { format!("{folder}/{relative}") }
}

/// Adds an entry; a folder that is there already stays as it is.
fn add(files: &mut Vec<Entry>, entry: Entry) {
    if !matches!(entry.content, Content::Folder) || !files.iter().any(|other| other.path == entry.path) {
        files.push(entry);
    }
}

/// Adds a file, or a folder with all below it in the order of names.
fn add_all(files: &mut Vec<Entry>, path: &str, mode: u32, here: PathBuf) -> Result<()> {
    if !here.is_dir() {
        add(files, Entry { path: path.to_owned(), mode, owner: 0, content: Content::File(here) });
        return Ok(());
    }
    add(files, Entry::folder(path, mode, 0));
    let mut names: Vec<_> = fs::read_dir(&here)?.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
    names.sort();
    for name in names {
        add_all(files, &join(path, &name.to_string_lossy()), mode, here.join(&name))?;
    }
    Ok(())
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

/// `NAME=value`, some of them.
fn pairs(text: &str) -> Result<impl Iterator<Item = (String, String)>> {
    let pairs = words(text).into_iter().map(|word| {
        let (name, value) = word.split_once('=').with_context(|| format!("`{word}` is not `NAME=value`"))?;
        Ok((name.to_owned(), value.to_owned()))
    });
    Ok(pairs.collect::<Result<Vec<_>>>()?.into_iter())
}

/// Puts arguments into a text: `${NAME}`, and no other form.
fn expand(text: &str, arguments: &BTreeMap<String, String>) -> Result<String> {
    let mut parts = text.split("${");
    let mut expanded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').with_context(|| format!("`{text}` has a `${{` without `}}`"))?;
        let value = arguments.get(name).with_context(|| format!("`{text}`: no `ARG {name}` in the last stage"))?;
        expanded.push_str(value);
        expanded.push_str(rest);
    }
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::workspace;
    use crate::image::Run;

    /// The last stage of a shipped file, of a build in the checkout.
    fn shipped(file: &str, build: &Build) -> Image {
        build.last_stage(&fs::read_to_string(workspace().join(file)).unwrap()).unwrap()
    }

    /// Path, mode, and the file below the checkout that it is.
    fn listed(image: &Image) -> Vec<(&str, u32, Option<String>)> {
        let list = image.files.iter().map(|entry| {
            let file = match &entry.content {
                Content::File(file) => Some(file.strip_prefix(workspace()).unwrap_or(file).display().to_string()),
                _ => None,
            };
            (entry.path.as_str(), entry.mode, file)
        });
        list.collect()
    }

    fn folder(path: &str, mode: u32) -> (&str, u32, Option<String>) {
        (path, mode, None)
    }

    fn file<'a>(path: &'a str, mode: u32, here: &str) -> (&'a str, u32, Option<String>) {
        (path, mode, Some(here.to_owned()))
    }

    fn labels(title: &str, description: &str) -> BTreeMap<String, String> {
        [("title", title), ("description", description), ("version", env!("CARGO_PKG_VERSION"))]
            .map(|(name, value)| (format!("org.opencontainers.image.{name}"), value.to_owned()))
            .into()
    }

    fn licensed(mut labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
        labels.insert("org.opencontainers.image.licenses".to_owned(), "Apache-2.0".to_owned());
        labels
    }

    #[test]
    fn reads_the_plugins() {
        let image = shipped("Dockerfile", &Build::of(workspace()));
        assert_eq!(
            image.run,
            Run {
                entrypoint: vec!["/var/run/argocd/argocd-cmp-server".to_owned()],
                labels: licensed(labels(
                    "tenantry",
                    "An Argo CD Config Management Plugin: one small file per tenant becomes everything the tenant needs"
                )),
                user: "999:999".to_owned(),
                working_dir: "/home/argocd".to_owned(),
                ..Run::default()
            }
        );
        assert_eq!(
            listed(&image),
            [
                folder("usr", 0o755),
                folder("usr/local", 0o755),
                folder("usr/local/bin", 0o755),
                file("usr/local/bin/tenantry", 0o555, "target/x86_64-unknown-linux-gnu/release/tenantry"),
                folder("home", 0o755),
                folder("home/argocd", 0o755),
                folder("home/argocd/cmp-server", 0o755),
                folder("home/argocd/cmp-server/config", 0o755),
                file("home/argocd/cmp-server/config/plugin.yaml", 0o444, "argocd-cmp.yaml"),
            ]
        );
    }

    #[test]
    fn reads_the_runners() {
        let image = shipped("runner/Dockerfile", &Build::of(workspace()));
        assert_eq!(
            image.run,
            Run {
                entrypoint: vec!["/usr/local/bin/tenantry-runner".to_owned()],
                env: vec!["PATH=/usr/local/bin".to_owned()],
                labels: licensed(labels(
                    "tenantry-runner",
                    "Makes a tenant's generated secrets, and holds images on nodes"
                )),
                user: "65532:65532".to_owned(),
                ..Run::default()
            }
        );
        assert_eq!(
            listed(&image),
            [
                folder("usr", 0o755),
                folder("usr/local", 0o755),
                folder("usr/local/bin", 0o755),
                file(
                    "usr/local/bin/tenantry-runner",
                    0o555,
                    "target/x86_64-unknown-linux-musl/release/tenantry-runner"
                ),
            ]
        );
    }

    #[test]
    fn reads_terraforms() {
        let build = Build::of(workspace())
            .argument("MODULES", "testdata/modules")
            .made("tool", "/etc/ssl/certs/ca-certificates.crt", "/authority.crt")
            .made("tool", "/engine/tofu", "/somewhere/tofu")
            .made("mirror", "/opt/terraform/providers", workspace().join("runner/src/secret"));
        let image = shipped("terraform/Dockerfile", &build);
        assert_eq!(
            image.run,
            Run {
                entrypoint: vec!["/usr/local/bin/tenantry-runner".to_owned()],
                env: vec!["PATH=/usr/local/bin".to_owned()],
                labels: labels(
                    "tenantry-terraform",
                    "Runs Terraform for the tenants of one platform: its modules, their providers and nothing to be fetched"
                ),
                user: "65532:65532".to_owned(),
                ..Run::default()
            }
        );
        let module = |path: &'static str| (format!("opt/terraform/modules/{path}"), format!("testdata/modules/{path}"));
        let modules = [
            "bucket/0.3.1/main.tf.json",
            "bucket/0.3.1/tenantry.yaml",
            "tenant/2.0.0/.terraform.lock.hcl",
            "tenant/2.0.0/main.tf",
            "tenant/2.0.0/outputs.tf",
            "tenant/2.0.0/tenantry.yaml",
            "tenant/2.0.0/variables.tf",
            "tenant/2.0.0/versions.tf",
        ];
        let modules = modules.map(module);
        let files = |of: std::ops::Range<usize>| modules[of].iter().map(|(path, here)| file(path, 0o555, here));
        let mut expected = vec![
            folder("etc", 0o755),
            folder("etc/ssl", 0o755),
            folder("etc/ssl/certs", 0o755),
            file("etc/ssl/certs/ca-certificates.crt", 0o444, "/authority.crt"),
            folder("usr", 0o755),
            folder("usr/local", 0o755),
            folder("usr/local/bin", 0o755),
            file("usr/local/bin/tofu", 0o555, "/somewhere/tofu"),
            folder("opt", 0o755),
            folder("opt/terraform", 0o755),
            file("opt/terraform/terraformrc", 0o444, "terraform/terraformrc"),
            folder("opt/terraform/providers", 0o555),
            file("opt/terraform/providers/mod.rs", 0o555, "runner/src/secret/mod.rs"),
            file("opt/terraform/providers/shape.rs", 0o555, "runner/src/secret/shape.rs"),
            folder("opt/terraform/modules", 0o555),
            folder("opt/terraform/modules/bucket", 0o555),
            folder("opt/terraform/modules/bucket/0.3.1", 0o555),
        ];
        expected.extend(files(0..2));
        expected.extend([
            folder("opt/terraform/modules/tenant", 0o555),
            folder("opt/terraform/modules/tenant/2.0.0", 0o555),
        ]);
        expected.extend(files(2..8));
        let runner = "target/x86_64-unknown-linux-musl/release/tenantry-runner";
        expected.push(file("usr/local/bin/tenantry-runner", 0o555, runner));
        assert_eq!(listed(&image), expected);
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        let error = |text: &str| Build::of(Path::new("/")).last_stage(text).unwrap_err().to_string();
        assert_eq!(error("FROM alpine"), "the last stage begins with `FROM alpine`, not with `FROM scratch`");
        assert_eq!(error("FROM scratch\nRUN true"), "`RUN` in the last stage is not understood by the tests");
        assert_eq!(error("FROM scratch\nCOPY a /b"), "`COPY a /b` has no `--chmod`");
        assert_eq!(error("FROM scratch\nARG A"), "`ARG A` has no default, and no value is given");
        assert_eq!(error("FROM scratch\nUSER ${A}"), "`${A}`: no `ARG A` in the last stage");
        assert_eq!(
            error("FROM scratch\nCOPY --from=tool --chmod=0444 /a /b"),
            "`COPY --from=tool --chmod=0444 /a /b`: nothing stands for it here"
        );
    }
}
