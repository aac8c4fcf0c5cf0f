//! The command line: help, exit codes, forms of output, pipes, colour.

mod support;

use std::fs;
use std::process::{Command, Stdio};

use support::{Ended, Run, copy, testdata};

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "snapshots/commands", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn help() {
    for command in
        ["", "generate", "render", "validate", "explain", "graph", "schema", "module", "module describe", "completions"]
    {
        let arguments = command.split_whitespace().chain(["--help"]);
        let ended = Run::new(&testdata(), arguments).run();
        snapshot(&format!("help-{}", command.replace(' ', "-")), &ended.to_string());
    }
}

#[test]
fn wrong_usage_is_64() {
    for arguments in [vec![], vec!["fly"], vec!["render", "-o", "xml"], vec!["schema", "secret"], vec!["completions"]] {
        let ended = Run::new(&testdata(), &arguments).run();
        assert_eq!((ended.code, ended.stdout.as_str()), (64, ""), "{arguments:?}: {ended}");
        assert!(!ended.stderr.is_empty());
    }
    let ended = Run::new(&testdata().join("fleet"), ["render", "platform.yaml/x"]).run();
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    let ended = Run::new(&testdata(), ["render", "strings.jsonl"]).run();
    assert_eq!(ended.code, 64, "{ended}");
}

#[test]
fn completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = Run::new(&testdata(), ["completions", shell]).run();
        assert!(ended.code == 0 && ended.stdout.contains("validate"), "{shell}: {ended}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let fleet = testdata().join("fleet");
    let run = |arguments: &[&str]| Run::new(&fleet, arguments);
    let plain = run(&["render", "tenants/acme"]).run();
    assert!(!plain.stdout.contains('\u{1b}'));
    let painted = run(&["render", "tenants/acme", "--color", "always"]).run();
    assert!(painted.stdout.contains("\u{1b}[36mapiVersion"));
    let stripped = anstream_strip(&painted.stdout);
    assert_eq!(stripped, plain.stdout);
    assert_eq!(run(&["render", "tenants/acme"]).env("NO_COLOR", "1").run(), plain);
    assert_eq!(run(&["render", "tenants/acme", "--color", "never"]).run(), plain);
}

/// Text without its colour.
fn anstream_strip(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = rest[at..].split_once('m').unwrap().1;
    }
    plain + rest
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .args(["render", "tenants"])
        .current_dir(testdata().join("fleet"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_file_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    copy(&testdata().join("fleet"), &root);
    let render = || Run::new(&root, ["render", "tenants/acme", "tenants/globex", "-o", "dir=out"]).run();
    let Ended { code: 0, .. } = render() else { panic!("{}", render()) };
    let mut files = Vec::new();
    for tenant in ["acme", "globex"] {
        for entry in fs::read_dir(root.join("out/tenants").join(tenant)).unwrap() {
            files.push(format!("{tenant}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }
    files.sort();
    snapshot("folder", &files.join("\n"));
    // Again: replaced whole, nothing left over.
    fs::write(root.join("out/tenants/acme/old.yaml"), "old").unwrap();
    assert_eq!(render().code, 0);
    assert!(!root.join("out/tenants/acme/old.yaml").exists());
    // A folder of somebody else's is left alone.
    fs::create_dir(root.join("mine")).unwrap();
    fs::write(root.join("mine/precious"), "x").unwrap();
    let ended = Run::new(&root, ["render", "tenants/acme", "-o", "dir=mine"]).run();
    assert_eq!(
        ended,
        Ended {
            code: 1,
            stdout: String::new(),
            stderr: "error: `mine` cannot be written: the folder is not empty and was not made by `render`; name a new one\n"
                .to_owned()
        }
    );
    assert_eq!(fs::read_dir(root.join("mine")).unwrap().count(), 1);
    // Nor is what is no folder.
    fs::write(root.join("file"), "precious").unwrap();
    std::os::unix::fs::symlink("out", root.join("link")).unwrap();
    for taken in ["file", "link", ".."] {
        let ended = Run::new(&root, ["render", "tenants/acme", "-o", &format!("dir={taken}")]).run();
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{taken}: {ended}");
    }
    assert_eq!(fs::read_to_string(root.join("file")).unwrap(), "precious");
    assert!(fs::symlink_metadata(root.join("link")).unwrap().is_symlink());
    // One broken tenant: nothing is written.
    fs::write(root.join("tenants/globex/tenant.yaml"), "kind: Tenant\n").unwrap();
    assert_eq!(Run::new(&root, ["render", "tenants", "-o", "dir=none"]).run().code, 1);
    assert!(!root.join("none").exists());
}
