//! Argo CD's contract: environment, folders, exit codes, and that bad input ends soon with one clear error.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{Ended, Run, copy, folders, name, testdata};

/// What Argo CD sets, but for what a test is about.
fn argocd(folder: &Path, source_path: &str, namespace: &str) -> Run {
    Run::new(folder, ["generate"])
        .env("ARGOCD_APP_NAME", "argocd_acme")
        .env("ARGOCD_APP_NAMESPACE", namespace)
        .env("ARGOCD_APP_PROJECT_NAME", "tenants")
        .env("ARGOCD_APP_REVISION", "3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7")
        .env("ARGOCD_APP_SOURCE_PATH", source_path)
        .env("ARGOCD_APP_SOURCE_REPO_URL", "https://git.example.com/tenants.git")
        .env("ARGOCD_APP_SOURCE_TARGET_REVISION", "main")
        .env("ARGOCD_APP_PARAMETERS", "null")
        .env("KUBE_VERSION", "1.37.0")
        .env("KUBE_API_VERSIONS", "v1,apps/v1")
}

fn fleet() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("repo");
    copy(&testdata().join("fleet"), &root);
    (folder, root)
}

fn wrong(ended: &Ended, stderr: &str) {
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (1, "", stderr));
}

#[test]
fn the_same_objects_in_the_sidecar_and_on_a_laptop() {
    let (_keep, root) = fleet();
    for tenant in folders(&root.join("tenants")) {
        let name = name(&tenant);
        let plain = Run::new(&tenant, ["generate"]).run();
        let in_sidecar = argocd(&tenant, &format!("tenants/{name}"), &format!("t-{name}")).run();
        assert_eq!(plain.code, 0, "{plain}");
        assert_eq!(plain, in_sidecar, "{name}");
        let rendered = Run::new(&root, ["render", "-o", "json", &format!("tenants/{name}")]).run();
        assert_eq!(rendered.stdout, plain.stdout);
        // A cell handed over alone, at another place, in another locale.
        let elsewhere = tempfile::tempdir().unwrap();
        let other = elsewhere.path().canonicalize().unwrap().join("a b/ü");
        copy(&root, &other);
        let moved =
            argocd(&other.join("tenants").join(&name), &format!("cells/eu/tenants/{name}"), &format!("t-{name}"))
                .env("LC_ALL", "tr_TR.UTF-8")
                .env("TZ", "Pacific/Kiritimati")
                .env("HOME", "/nonexistent")
                .run();
        assert_eq!(moved.stdout, plain.stdout);
    }
}

#[test]
fn many_runs_are_one_answer() {
    let (_keep, root) = fleet();
    let tenant = root.join("tenants/globex");
    let first = Run::new(&tenant, ["generate"]).run();
    for _ in 0..20 {
        assert_eq!(Run::new(&tenant, ["generate"]).run(), first);
    }
    // Made anew in another order, a folder lists its files in another order.
    let shuffled = root.with_file_name("shuffled");
    let mut files: Vec<PathBuf> = Vec::new();
    fn all(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { all(&path, files) } else { files.push(path) }
        }
    }
    all(&root, &mut files);
    files.sort();
    for file in files.iter().rev() {
        let target = shuffled.join(file.strip_prefix(&root).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
    assert_eq!(Run::new(&shuffled.join("tenants/globex"), ["generate"]).run(), first);
}

#[test]
fn parameters_are_refused() {
    let (_keep, root) = fleet();
    let tenant = root.join("tenants/acme");
    let hint = "remove them from the Application, and any `.argocd-source.yaml` from the folder";
    let run = |key: &str, value: &str| argocd(&tenant, "tenants/acme", "t-acme").env(key, value).run();
    wrong(
        &run("ARGOCD_APP_PARAMETERS", r#"[{"name":"tier","string":"enterprise"}]"#),
        &format!(".: tenantry takes no parameters, and was given plugin.parameters; {hint}\n"),
    );
    wrong(
        &run("ARGOCD_ENV_TIER", "enterprise"),
        &format!(".: tenantry takes no parameters, and was given plugin.env `TIER`; {hint}\n"),
    );
    assert_eq!(run("ARGOCD_APP_PARAMETERS", "[]").code, 0);
}

#[test]
fn another_destination_is_refused() {
    let (_keep, root) = fleet();
    wrong(
        &argocd(&root.join("tenants/acme"), "tenants/acme", "t-globex").run(),
        "tenants/acme/tenant.yaml:4:18: the Application's destination is namespace `t-globex`, and this is rendered for \
         `t-acme`; write `destination: {namespace: t-acme}` in the Application\n",
    );
    let platform = argocd(&root, ".", "t-acme").run();
    assert_eq!((platform.code, platform.stdout.as_str()), (1, ""));
    assert_eq!(argocd(&root, ".", "tenantry-system").run().code, 0);
}

#[test]
fn another_version_is_refused() {
    let (_keep, root) = fleet();
    let platform = root.join("platform.yaml");
    let text = fs::read_to_string(&platform).unwrap();
    fs::write(&platform, text.replacen("tenantry: 0.1.0", "tenantry: 0.2.0", 1)).unwrap();
    let ended = Run::new(&root.join("tenants/acme"), ["generate"]).run();
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    assert!(
        ended.stderr.ends_with(
            "this commit is rendered by tenantry 0.2.0, and this is 0.1.0; name the plugin `tenantry-v0.2.0` in the Application\n"
        ),
        "{}",
        ended.stderr
    );
}

/// Each of these ends with exit 1, one line, and nothing on standard output.
#[test]
fn bad_input_ends_soon() {
    let (_keep, root) = fleet();
    let tenant = root.join("tenants/acme");
    let file = tenant.join("tenant.yaml");
    let original = fs::read_to_string(&file).unwrap();
    let refused = |expected: &str| {
        let begun = std::time::Instant::now();
        // 64 MiB of address space beyond the binary's own needs are plenty; a second is long.
        let ended = limited(&tenant);
        assert!(begun.elapsed().as_secs() < 20, "took {:?}", begun.elapsed());
        wrong(&ended, expected);
    };
    let line = |text: &str| format!("tenants/acme/tenant.yaml{text}\n");

    fs::write(&file, "").unwrap();
    refused(&line(
        ":1:1: `tenants/acme/tenant.yaml` is empty; it must hold one document; where nothing is wanted, delete the file",
    ));
    fs::write(&file, format!("{original}---\n{original}")).unwrap();
    assert!(limited(&tenant).stderr.contains("a second document"));
    fs::write(&file, "kind: Deployment\n").unwrap();
    refused(&line(":1:7: kind `Deployment` where a `Tenant` belongs"));

    fs::File::create(&file).unwrap().set_len(1 << 30).unwrap();
    refused(&line(
        ": `tenants/acme/tenant.yaml` is larger than 1024 KiB; a file of this kind has some kilobytes; is it the right one?",
    ));
    fs::write(&file, (0..1_000_000).map(|at| format!("k{at}: 1\n")).collect::<String>()).unwrap();
    refused(&line(
        ": `tenants/acme/tenant.yaml` is larger than 1024 KiB; a file of this kind has some kilobytes; is it the right one?",
    ));
    fs::write(&file, (0..100_000).map(|at| format!("{at}:\n")).collect::<String>()).unwrap();
    assert_eq!(limited(&tenant).stderr.lines().count(), 11);
    fs::write(&file, (0..60_000).map(|at| format!("k{at}: 1\n")).collect::<String>()).unwrap();
    refused(&line(":2001:1: more than 2000 keys in one map"));
    fs::write(&file, "- x\n".repeat(60_000)).unwrap();
    refused(&line(":50001:3: more than 50000 keys and values in one file"));
    for deep in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000)] {
        fs::write(&file, deep).unwrap();
        let ended = limited(&tenant);
        assert!(
            ended.stderr.starts_with("tenants/acme/tenant.yaml:1:") && ended.stderr.lines().count() == 1,
            "{ended}"
        );
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    }
    let bomb: String = std::iter::once("a0: &a0 [x]\n".to_owned())
        .chain((1..30).map(|at| format!("a{at}: &a{at} [{}]\n", format!("*a{},", at - 1).repeat(9))))
        .collect();
    fs::write(&file, bomb).unwrap();
    refused(&line(":1:9: an anchor (`&name`); write the value out where it is wanted"));

    fs::write(&file, b"kind: \xff\n").unwrap();
    refused(&line(": `tenants/acme/tenant.yaml` is not UTF-8: byte 7 on line 1; save the file as UTF-8"));
    fs::remove_file(&file).unwrap();
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    refused(&line(": `tenants/acme/tenant.yaml` is a pipe or device, not a file"));
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    refused(&line(": `tenants/acme/tenant.yaml` is a folder, not a file"));
    fs::remove_dir(&file).unwrap();
    symlink("/dev/zero", &file).unwrap();
    let leaves = line(
        ": `tenants/acme/tenant.yaml` is a link that leaves the repository; put the file itself there, or link to one inside the repository",
    );
    refused(&leaves);
    fs::remove_file(&file).unwrap();
    fs::write(root.with_file_name("outside.yaml"), &original).unwrap();
    symlink("../../../outside.yaml", &file).unwrap();
    refused(&leaves);
    fs::remove_file(&file).unwrap();
    // A link inside the repository is no harm.
    fs::write(root.join("shared.yaml"), &original).unwrap();
    symlink("../../shared.yaml", &file).unwrap();
    assert_eq!(limited(&tenant).code, 0);
    fs::remove_file(&file).unwrap();
    refused(
        "tenants/acme: `tenants/acme` holds neither `tenant.yaml` nor `platform.yaml`; render a tenant's folder, or the platform's\n",
    );
    fs::write(&file, &original).unwrap();
    fs::remove_file(root.join("platform.yaml")).unwrap();
    assert!(limited(&tenant).stderr.starts_with("tenants/acme: no `platform.yaml` in a folder above `tenants/acme`;"));
}

/// An object may have 256 KiB of annotations, and Argo CD's `kubectl apply` writes the object into one more.
#[test]
fn objects_leave_room_for_what_argo_cd_notes() {
    let (_keep, root) = fleet();
    let with = |count: usize| {
        let annotations: String =
            (0..count).map(|at| format!("    example.com/a{at}: {}\n", "x".repeat(16_000))).collect();
        let head = "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata:\n  name: acme\n  annotations:\n";
        fs::write(root.join("tenants/acme/tenant.yaml"), format!("{head}{annotations}spec: {{tier: pro}}\n")).unwrap();
        Run::new(&root.join("tenants/acme"), ["generate"]).run()
    };
    assert_eq!(with(8).code, 0);
    let ended = with(9);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    assert!(ended.stderr.contains("Namespace t-acme: an object of 141 KiB with annotations of 140 KiB"), "{ended}");
}

/// Argo CD renders nothing of a repository with a link that leaves it, and nothing of a cell with one that leaves the cell.
#[test]
fn validate_refuses_links_in_a_tenants_folder() {
    let (_keep, root) = fleet();
    symlink("../../../elsewhere", root.join("tenants/acme/README.md")).unwrap();
    fs::rename(root.join("tenants/globex/tenant.yaml"), root.join("shared.yaml")).unwrap();
    symlink("../../shared.yaml", root.join("tenants/globex/tenant.yaml")).unwrap();
    let ended = Run::new(&root, ["validate", "tenants/acme", "tenants/globex"]).run();
    let problem = |file: &str| {
        format!(
            "error: `{file}` is a link\n--> {file}\n = hint: put the file itself there; Argo CD renders nothing where a \
             link leads too far\n\n"
        )
    };
    let wanted = [problem("tenants/acme/README.md"), problem("tenants/globex/tenant.yaml")].concat();
    wrong(&ended, &format!("{wanted}2 problems found\n"));
}

#[test]
fn templates_that_loop_end() {
    let (_keep, root) = fleet();
    let folder = root.join("templates/tenant");
    fs::create_dir_all(&folder).unwrap();
    for template in [
        "$for: i in range(100000)\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
        "a:\n- $for: i in range(3000)\n  b:\n  - $for: j in range(3000)\n    c: ${{ i * j }}\n",
        "a: ${{ 'x' * 100000000 }}\n",
        "a: ${{ range(90000) | list | length }}\n",
    ] {
        fs::write(folder.join("loop.yaml"), template).unwrap();
        let ended = limited(&root.join("tenants/acme"));
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended}");
        assert!(ended.stderr.starts_with("templates/tenant/loop.yaml:"), "{ended}");
    }
}

/// `generate` as Argo CD runs it, with no more than 64 MiB of memory to live in.
fn limited(folder: &Path) -> Ended {
    let output = Command::new("sh")
        .arg("-c")
        .arg("ulimit -v 65536; exec \"$0\" generate")
        .arg(env!("CARGO_BIN_EXE_tenantry"))
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("ARGOCD_APP_SOURCE_PATH", format!("tenants/{}", name(folder)))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The plugin's version stands in several files; it is one version.
#[test]
fn one_version() {
    let version = env!("CARGO_PKG_VERSION");
    let root = testdata().join("..");
    for (file, text) in [
        ("argocd-cmp.yaml", format!("version: v{version}")),
        ("Dockerfile", format!("VERSION={version}")),
        ("testdata/fleet/platform.yaml", format!("tenantry: {version}")),
        ("deploy/argocd/example/tenant-application.yaml", format!("tenantry-v{version}")),
        ("deploy/argocd/example/platform-application.yaml", format!("tenantry-v{version}")),
    ] {
        assert!(fs::read_to_string(root.join(file)).unwrap().contains(&text), "{file} should say `{text}`");
    }
}
