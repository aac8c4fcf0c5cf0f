//! Reviews to write down: of the fleet and small changes of it, and made by hand.
#![allow(dead_code, reason = "each test takes a part of it")]

use std::path::Path;

use serde_json::{Value, json};
use tenantry::find::{Files as _, Memory};
use tenantry::review::change::FieldChange;
use tenantry::review::model::{
    Action, ChangeSet, Counts, Member, ObjectChange, OtherVersion, Review, SCHEMA, SideInfo, Status,
};
use tenantry::review::{Consequence, Rule, Side, review};
use tenantry::source::Sources;

/// `testdata/fleet`, in memory.
pub(crate) fn fleet() -> Memory {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleet");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let mut files = ["platform.yaml", "modules/tenant-2.0.0.json"]
        .into_iter()
        .fold(Memory::default(), |files, path| files.with(path, read(path)));
    for tenant in std::fs::read_dir(root.join("tenants")).unwrap() {
        let path = format!("tenants/{}/tenant.yaml", tenant.unwrap().file_name().to_string_lossy());
        let text = read(&path);
        files = files.with(path, text);
    }
    files
}

/// The same files with a text in one of them replaced, everywhere.
pub(crate) fn edit(files: &Memory, path: &str, from: &str, to: &str) -> Memory {
    let text = files.read(path).unwrap().unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    files.clone().with(path, text.replace(from, to))
}

/// What happens between two of them.
pub(crate) fn between(base: &Memory, head: &Memory) -> Review {
    let starts = [String::new()];
    let (base_sources, head_sources) = (Sources::default(), Sources::default());
    let base = Side::find(base, &base_sources, &starts);
    let head = Side::find(head, &head_sources, &starts);
    let info = |name: &str, commit: &str| SideInfo {
        name: name.to_owned(),
        commit: Some(commit.repeat(40)),
        ..SideInfo::default()
    };
    review((&base, info("origin/main", "a")), (&head, info("HEAD", "b")), &|_, _| {})
}

/// Text that would be something else in Markdown or HTML.
pub(crate) const HOSTILE: &[&str] = &[
    "</details>",
    "\n\n</details>\n\n# all fine\n",
    "```\n@everyone look\n```",
    "``````````",
    "`",
    "a ` b `` c",
    "| a | b |\n|---|---|",
    "a\\|b\\",
    "<!-- tenantry-review -->",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "@octocat @org/team",
    "#1 org/repo#2 GH-3 !4 ~bug %5 &6 $7 ^8",
    "/close",
    "[x](javascript:alert(1)) ![y](https://example.com/z.png)",
    "https://example.com/?a=b www.example.com a@example.com",
    "*b* _i_ ~~s~~ $x$ :tada: \\* &lt;",
    "\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}\u{2028}",
    "\u{1b}[31m\u{0}\u{7f}\u{85}\t\r",
    "- [ ] 1. x\n    code",
    "---",
    "===",
    "> quoted",
    "{{review}} {{script}}",
    "",
    " ",
    "東京 é 🚀",
];

fn member(name: &str) -> Member {
    Member {
        folder: format!("tenants/{name}"),
        name: name.to_owned(),
        is_platform: false,
        tier: Some("pro".to_owned()),
        ring: Some("stable".to_owned()),
    }
}

fn object(kind: &str, namespace: &str, name: &str, action: Action) -> ObjectChange {
    ObjectChange {
        action,
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
        name_before: None,
        namespace_before: None,
        wave: 0,
        template: "tenant/workload.yaml".to_owned(),
        fields: Vec::new(),
        content: None,
    }
}

fn field(path: &str, before: Option<Value>, after: Option<Value>) -> FieldChange {
    FieldChange { path: path.to_owned(), before, after }
}

/// A review in which every text that people write is hostile.
pub(crate) fn hostile() -> Review {
    let at = |place: usize| HOSTILE[place % HOSTILE.len()].to_owned();
    let sets = (0..HOSTILE.len()).map(|place| ChangeSet {
        label: char::from(b'A' + u8::try_from(place % 26).unwrap()).to_string(),
        status: [Status::Changed, Status::Added, Status::Failing][place % 3],
        members: vec![Member { name: at(place), folder: at(place + 1), tier: Some(at(place + 2)), ..member("x") }],
        consequences: vec![Consequence {
            rule: Rule::ALL[place % Rule::ALL.len()],
            object: Some(at(place + 3)),
            text: at(place + 4),
        }],
        objects: vec![
            ObjectChange {
                kind: at(place),
                name_before: Some(at(place + 5)),
                fields: vec![field(
                    &at(place + 6),
                    Some(json!(at(place + 7))),
                    Some(json!({ at(place + 8): at(place + 9) })),
                )],
                ..object("", &at(place + 1), &at(place + 2), Action::Replaced)
            },
            ObjectChange {
                content: Some(json!({ at(place): [at(place + 1)] })),
                ..object("x", "y", &at(place), Action::Created)
            },
        ],
        problems: vec![at(place + 5)],
    });
    let side = |place| SideInfo {
        name: at(place),
        commit: Some(at(place + 1)),
        problems: vec![at(place + 2)],
        other_versions: vec![OtherVersion { cell: at(place + 3), version: at(place + 4) }],
        notes: vec![at(place + 5)],
    };
    Review {
        schema: SCHEMA,
        base: side(0),
        head: side(9),
        counts: Counts { still_failing: 0, all: 99, ..Counts::default() },
        sets: sets.collect(),
    }
}

/// A fleet of so many tenants, most of them in a few large sets.
pub(crate) fn large(tenants: usize) -> Review {
    const WORDS: [&str; 6] = ["maple", "delta", "orbit", "quartz", "fjord", "lumen"];
    let name = |place: usize| format!("{}-{place:04}", WORDS[place % WORDS.len()]);
    let of =
        |rule, text: &str| Consequence { rule, object: Some("StatefulSet t-x/db".to_owned()), text: text.to_owned() };
    let image = |object: ObjectChange| ObjectChange {
        fields: vec![
            field(
                "spec.template.spec.containers[server].image",
                Some(json!(
                    "registry.example.com/server:0.94.2@sha256:1111111111111111111111111111111111111111111111111111111111111111"
                )),
                Some(json!(
                    "registry.example.com/server:0.95.0@sha256:2222222222222222222222222222222222222222222222222222222222222222"
                )),
            ),
            field("spec.replicas", Some(json!(2)), Some(json!(3))),
            field(
                "spec.template.spec.tolerations[0]",
                None,
                Some(json!({"key": "pool", "operator": "Equal", "value": "apps"})),
            ),
        ],
        ..object
    };
    let hard = field("spec.hard[\"requests.cpu\"]", Some(json!("8")), Some(json!("4")));
    let quota = ObjectChange { fields: vec![hard], ..object("ResourceQuota", "t-x", "tenant", Action::Changed) };
    let release = ObjectChange {
        fields: vec![field("spec.source.targetRevision", Some(json!("0.94.2")), Some(json!("0.95.0")))],
        ..object("Application", "tenantry-releases", "x--zenml", Action::Changed)
    };
    let created = ObjectChange {
        content: Some(
            json!({"kind": "NetworkPolicy", "metadata": {"name": "egress-licences"}, "spec": {"egress": [{"ports": [443]}]}}),
        ),
        ..object("NetworkPolicy", "t-x", "egress-licences", Action::Created)
    };
    let kinds = [
        (
            Status::Changed,
            vec![of(Rule::Release, "zenml 0.94.2 → 0.95.0"), of(Rule::Restart, "3 pods are replaced")],
            vec![release.clone(), image(object("Deployment", "t-x", "server", Action::Changed))],
        ),
        (Status::Changed, vec![of(Rule::QuotaLess, "requests.cpu 8 → 4")], vec![quota.clone()]),
        (Status::Changed, vec![of(Rule::AccessMore, "may reach 198.51.100.10/32, port 8443")], vec![created.clone()]),
        (Status::Added, vec![of(Rule::Release, "zenml 0.95.0 is installed")], vec![created; 9]),
        (
            Status::Changed,
            vec![of(Rule::Terraform, "database_mode shared → dedicated"), of(Rule::Recreate, "the Job runs again")],
            vec![ObjectChange {
                name_before: Some("x--inputs-1a2b".to_owned()),
                ..image(object("ConfigMap", "t-x", "x--inputs-3c4d", Action::Replaced))
            }],
        ),
        (
            Status::Changed,
            vec![of(Rule::AccessLess, "group auditors may view no more")],
            vec![object("RoleBinding", "t-x", "auditors", Action::Deleted)],
        ),
    ];
    let mut sets = vec![
        ChangeSet {
            label: String::new(),
            status: Status::Changed,
            members: vec![member("harbour"), member("juniper")],
            consequences: vec![
                of(Rule::DataLoss, "the volume and all in it is deleted"),
                of(Rule::Terraform, "the database is destroyed, with its data"),
            ],
            objects: vec![object("StatefulSet", "t-harbour", "db", Action::Deleted), quota],
            problems: Vec::new(),
        },
        ChangeSet {
            label: String::new(),
            status: Status::Failing,
            members: vec![member("papercut")],
            consequences: Vec::new(),
            objects: Vec::new(),
            problems: vec!["tenants/papercut/tenant.yaml:9:3: unknown field `quta`; did you mean `quota`?".to_owned()],
        },
    ];
    for (status, consequences, objects) in kinds {
        sets.push(ChangeSet {
            label: String::new(),
            status,
            members: Vec::new(),
            consequences,
            objects,
            problems: Vec::new(),
        });
    }
    for place in 0..tenants - 3 {
        // Halves, quarters, eighths, …
        let set = (place + 1).trailing_zeros().min(5) as usize + 2;
        sets[set].members.push(member(&name(place)));
    }
    for (place, set) in sets.iter_mut().enumerate() {
        set.label = char::from(b'A' + u8::try_from(place).unwrap()).to_string();
    }
    let side = |name: &str, commit: &str| SideInfo {
        name: name.to_owned(),
        commit: Some(commit.to_owned()),
        ..SideInfo::default()
    };
    let head = SideInfo {
        other_versions: vec![OtherVersion { cell: "cells/us-east".to_owned(), version: "0.2.0".to_owned() }],
        ..side("HEAD", "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432")
    };
    let added = sets.iter().filter(|set| set.status == Status::Added).map(|set| set.members.len()).sum();
    Review {
        schema: SCHEMA,
        base: side("origin/main", "0123456789abcdef0123456789abcdef01234567"),
        head,
        counts: Counts {
            still_failing: 0,
            all: tenants + 40,
            unchanged: 40,
            failing: 1,
            added,
            changed: tenants - 1 - added,
            removed: 0,
        },
        sets,
    }
}
