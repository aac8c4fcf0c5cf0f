//! Runs the workflow as GitHub does: step after step, with the values of its expressions in the environment.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::request::{Ended, Request};

/// Runs the job.
pub(crate) fn run(request: &Request) -> Ended {
    let workflow = serde_json::to_value(crate::read(crate::FILES[0])).unwrap();
    let mut job = Job { request, outputs: BTreeMap::new(), is_green: true };
    let mut log = String::new();
    for (key, text) in workflow["env"].as_object().unwrap() {
        job.outputs.insert(format!("env.{key}"), text.as_str().unwrap().to_owned());
    }
    let steps = workflow["jobs"]["tenantry"]["steps"].as_array().unwrap();
    for step in steps.iter().filter(|step| step["uses"].is_null()) {
        let outcome = match job.runs(step["if"].as_str().unwrap_or("success()")) {
            false => "skipped",
            true if job.step(step, &mut log) => "success",
            true => "failure",
        };
        job.is_green &= outcome != "failure";
        if let Some(id) = step["id"].as_str() {
            job.outputs.insert(format!("steps.{id}.outcome"), outcome.to_owned());
        }
    }
    request.ended(job.is_green, log)
}

struct Job<'a> {
    request: &'a Request,
    outputs: BTreeMap<String, String>,
    is_green: bool,
}

impl Job<'_> {
    /// A condition: terms with `&&` between them.
    fn runs(&self, condition: &str) -> bool {
        inside(condition).unwrap_or(condition).split(" && ").all(|term| match term.trim() {
            "success()" => self.is_green,
            "!cancelled()" => true,
            term => match (term.split_once(" == "), term.split_once(" != ")) {
                (Some((left, right)), _) => self.value(left) == self.value(right),
                (_, Some((left, right))) => self.value(left) != self.value(right),
                _ => panic!("what is `{term}`?"),
            },
        })
    }

    fn value(&self, expression: &str) -> String {
        if let Some(text) = expression.strip_prefix('\'') {
            return text.trim_end_matches('\'').to_owned();
        }
        match expression {
            "github.actor" => "somebody".to_owned(),
            "github.event.pull_request.base.ref" => "main".to_owned(),
            "github.event.pull_request.number" => "7".to_owned(),
            "github.repository" | "github.event.pull_request.head.repo.full_name" => "example/tenants".to_owned(),
            "github.token" => "secret".to_owned(),
            "toJSON(github.event.pull_request.labels.*.name)" => {
                serde_json::to_string_pretty(&self.request.labels).unwrap()
            }
            step if step.starts_with("steps.") => self.outputs.get(step).cloned().unwrap_or_default(),
            other => panic!("what is `{other}`?"),
        }
    }

    fn step(&mut self, step: &Value, log: &mut String) -> bool {
        let (output, path) = (self.request.path("output"), self.request.path("path"));
        fs::write(&output, "").unwrap();
        let mut variables: Vec<(String, String)> = Vec::new();
        for (key, text) in step["env"].as_object().into_iter().flatten() {
            variables.push((key.clone(), self.value(inside(text.as_str().unwrap()).unwrap())));
        }
        variables.push(("IMAGE".to_owned(), self.outputs["env.IMAGE"].clone()));
        let files = [("RUNNER_TEMP", ""), ("GITHUB_OUTPUT", "output"), ("GITHUB_PATH", "path")];
        for (key, name) in files.into_iter().chain([("GITHUB_STEP_SUMMARY", "summary")]) {
            variables.push((key.to_owned(), self.request.path(name).to_string_lossy().into_owned()));
        }
        let added: Vec<PathBuf> = fs::read_to_string(path).unwrap_or_default().lines().map(PathBuf::from).collect();
        let (is_green, text) = self.request.bash(step["run"].as_str().unwrap(), &added, &variables);
        *log += &format!("# {}\n{text}", step["name"].as_str().unwrap());
        for (key, value) in fs::read_to_string(output).unwrap().lines().filter_map(|line| line.split_once('=')) {
            self.outputs.insert(format!("steps.{}.outputs.{key}", step["id"].as_str().unwrap()), value.to_owned());
        }
        is_green
    }
}

/// What stands in `${{ }}`.
fn inside(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim())
}
