//! The page in a browser: searched, walked through by keyboard, chosen from, and looked at. `tests/page/drive.mjs` does
//! it; what it finds is told here. The pictures that it takes are in `target/tmp/page`.
//!
//! Without the usual harness, which has no way to say that a test was not run because of what a machine lacks.

#[path = "forms/models.rs"]
mod models;

use std::path::Path;
use std::process::{Command, ExitCode};

use tenantry::review::forms::html;

const NAME: &str = "the_page_in_a_browser";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_other = |argument: &String| !argument.starts_with('-') && !NAME.contains(argument.as_str());
    if arguments.iter().any(is_other) {
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        println!("{NAME}: test");
        return ExitCode::SUCCESS;
    }
    let browser = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| runs(name));
    let Some(browser) = browser.filter(|_| runs("node")) else {
        println!("\ntest {NAME} ... ignored, needs chromium and node\n");
        // Where all of it must be run, what was not is a failure.
        let is_required = std::env::var("CI").is_ok_and(|ci| ci == "true");
        return if is_required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, review) in
        [("fleet", models::large(300)), ("hostile", models::hostile()), ("large", models::large(10_000))]
    {
        std::fs::write(folder.join(format!("{name}.html")), html::write(&review)).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/drive.mjs");
    let status = Command::new("node").arg(script).arg(browser).arg(&folder).status().unwrap();
    println!("\ntest {NAME} ... {}\n", if status.success() { "ok" } else { "FAILED" });
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
