//! Terraform's lines as a log for people: what is done to which resource, how far it is, and no value of an output.

use super::events::{Count, Event};
use super::lock::Lock;
use crate::say;

/// What has been said so far.
#[derive(Debug, Default)]
pub struct Log {
    quiet: bool,
    /// How many steps were planned.
    planned: u64,
    /// How many are done.
    done: u64,
}

impl Log {
    /// One that says what is done.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that says errors and warnings only: for what is a means to something else.
    pub fn quiet() -> Self {
        Self { quiet: true, ..Self::default() }
    }

    /// Says an event.
    pub fn hear(&mut self, event: &Event) {
        if let Some(line) = self.line(event) {
            say::line(line);
        }
    }

    /// The line of an event; none for what nobody needs to read.
    fn line(&mut self, event: &Event) -> Option<String> {
        if event.state.is_some() {
            return Some("Terraform could write its state nowhere, and handed it to the runner".to_owned());
        }
        if let Some(diagnostic) = &event.diagnostic {
            // Of a lock the run says itself who holds it, once and not at each attempt.
            let known =
                OWN_WARNINGS.contains(&diagnostic.summary.as_str()) || Lock::parse(&diagnostic.detail).is_some();
            return (!known).then(|| diagnostic.text());
        }
        if let Some(changes) = event.changes.as_ref().filter(|changes| changes.operation == "plan") {
            self.planned = steps(changes);
            self.done = 0;
        }
        let spoken = match event.kind.as_str() {
            "apply_complete" | "apply_errored" => {
                self.done += 1;
                format!("[{}/{}] {}", self.done, self.planned.max(self.done), event.message)
            }
            "planned_change" | "resource_drift" | "change_summary" | "apply_start" | "apply_progress" => {
                event.message.clone()
            }
            // Refreshing says two lines a resource, outputs may be long, and the rest is about Terraform itself.
            _ => return None,
        };
        (!self.quiet).then_some(spoken)
    }
}

/// Warnings of `-target`, which the runner uses on purpose.
const OWN_WARNINGS: [&str; 2] = ["Resource targeting is in effect", "Applied changes may be incomplete"];

/// How many steps a plan has; a replacement is two.
fn steps(count: &Count) -> u64 {
    count.add.saturating_add(count.change).saturating_add(count.remove)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_like_a_log() {
        let said = r#"{"@message":"Terraform 1.11.4","type":"version"}
{"@message":"cloud_thing.a: Refreshing state...","type":"refresh_start"}
{"@message":"cloud_thing.a: Plan to create","type":"planned_change"}
{"@message":"Plan: 2 to add, 0 to change, 0 to destroy.","changes":{"add":2,"change":0,"import":0,"remove":0,"operation":"plan"},"type":"change_summary"}
{"@message":"Outputs: 1","outputs":{"o":{"value":"no"}},"type":"outputs"}
{"@message":"cloud_thing.a: Creating...","type":"apply_start"}
{"@message":"cloud_thing.a: Still creating... [10s elapsed]","type":"apply_progress"}
{"@message":"cloud_thing.a: Creation complete after 12s [id=a]","type":"apply_complete"}
{"@message":"cloud_thing.b: Creation errored after 1s","type":"apply_errored"}
{"@message":"Error: no","diagnostic":{"severity":"error","summary":"no","detail":"first\nsecond","address":"cloud_thing.b","range":{"filename":"main.tf","start":{"line":3,"column":1,"byte":9}}},"type":"diagnostic"}
{"@message":"Emergency state dump","state":{"secret":"yes"},"type":"log"}"#;
        let mut log = Log::new();
        let lines: Vec<String> =
            said.lines().filter_map(|line| log.line(&serde_json::from_str(line).unwrap())).collect();
        assert_eq!(
            lines,
            [
                "cloud_thing.a: Plan to create",
                "Plan: 2 to add, 0 to change, 0 to destroy.",
                "cloud_thing.a: Creating...",
                "cloud_thing.a: Still creating... [10s elapsed]",
                "[1/2] cloud_thing.a: Creation complete after 12s [id=a]",
                "[2/2] cloud_thing.b: Creation errored after 1s",
                "error: no\nat `cloud_thing.b`\nin main.tf:3\nfirst\nsecond",
                "Terraform could write its state nowhere, and handed it to the runner",
            ]
        );
    }
}
