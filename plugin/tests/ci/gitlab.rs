//! Runs the jobs as GitLab does: what comes before a script and the script in one shell, with the predefined variables.

use crate::request::{Ended, Request, image};

/// Runs the pipeline.
pub(crate) fn run(request: &Request) -> Ended {
    let base = request.fleet.git(&["merge-base", "main", "HEAD"]);
    run_with(request, &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base), ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "")])
}

/// Runs it with other variables beside.
pub(crate) fn run_with(request: &Request, more: &[(&str, &str)]) -> Ended {
    let file = serde_json::to_value(crate::read(crate::FILES[1])).unwrap();
    let (head, labels) = (request.fleet.git(&["rev-parse", "HEAD"]), request.labels.join(","));
    let given = [
        ("CI_API_V4_URL", "https://gitlab.example.com/api/v4"),
        ("CI_COMMIT_SHA", &head),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_LABELS", &labels),
        ("CI_PROJECT_ID", "3"),
        ("TENANTRY_REVIEW_TOKEN", "secret"),
    ];
    let variables: Vec<(String, String)> =
        given.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let (mut is_green, mut log) = (true, String::new());
    for job in ["tenantry-validate", "tenantry-review"] {
        assert_eq!(file[job]["extends"], ".tenantry");
        let lines = [&file[".tenantry"]["before_script"], &file[job]["script"]];
        let lines = lines.into_iter().flat_map(|list| list.as_array().unwrap());
        let script: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
        let (success, text) = request.bash(&script.join("\n"), &[image()], &variables);
        is_green &= success;
        log += &format!("# {job}\n{text}");
    }
    request.ended(is_green, log)
}
