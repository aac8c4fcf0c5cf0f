use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::cache::workspace;
use crate::rights::names::PLACEHOLDERS;

fn page() -> String {
    fs::read_to_string(workspace().join("terraform/rights.md")).unwrap()
}

/// A page with one table, of one row.
fn one(row: &str) -> Result<Vec<Row>> {
    rows(&format!("# Page\n\n{HEADER}\n| --- | --- | --- | --- | --- | --- |\n{row}\n"))
}

#[test]
fn reads_the_shipped_page() {
    let page = page();
    let rows = rows(&page).unwrap();
    assert!(rows.len() >= 60, "{} rows", rows.len());
    // None is passed over.
    let written = page.lines().filter(|line| line.contains(" | allowed | ") || line.contains(" | denied | ")).count();
    assert_eq!(rows.len(), written);
    for who in Who::ALL {
        assert!(rows.iter().any(|row| row.who == who), "no row about `{}`", who.word());
    }
    for (kind, word) in Kind::WORDS {
        assert!(rows.iter().any(|row| row.kinds.contains(&kind)), "no row for `{word}`");
    }
    // Whoever may do nothing at all would pass every denied row.
    for who in Who::ALL.into_iter().filter(|who| !matches!(who, Who::AnotherRole)) {
        let allowed = |row: &&Row| row.who == who && row.answer == Answer::Allowed;
        let expected = who != Who::TerraformAny;
        assert_eq!(rows.iter().any(|row| allowed(&row)), expected, "`{}`", who.word());
    }
}

#[test]
fn no_row_stands_twice() {
    let mut seen: Vec<Row> = Vec::new();
    for row in rows(&page()).unwrap() {
        let same = |other: &&Row| {
            (&other.kinds, other.who, &other.action, &other.on, &other.with)
                == (&row.kinds, row.who, &row.action, &row.on, &row.with)
        };
        assert_eq!(seen.iter().find(same).map(|other| other.line), None, "as line {}", row.line);
        seen.push(row);
    }
}

#[test]
fn every_placeholder_is_known_and_explained() {
    let page = page();
    let placeholders = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0.to_owned())).collect()
    };
    let explained: BTreeSet<String> =
        page.lines().filter(|line| line.starts_with("| `{")).flat_map(placeholders).collect();
    let known: BTreeSet<String> = PLACEHOLDERS.iter().map(ToString::to_string).collect();
    assert_eq!(explained, known);
    for row in rows(&page).unwrap() {
        for name in row.texts().flat_map(placeholders) {
            assert!(known.contains(&name), "line {}: `{{{name}}}`", row.line);
        }
    }
}

#[test]
fn reads_a_row() {
    let text = "| tenant, any policy | `s3:ListBucket` | `s3:{states}` | `s3:prefix=a`, `opened`, `b=` | denied | x |";
    let read = one(text).unwrap();
    assert_eq!(
        read,
        [Row {
            line: 5,
            kinds: Vec::new(),
            who: Who::TenantAny,
            action: "s3:ListBucket".to_owned(),
            on: "s3:{states}".to_owned(),
            with: vec![
                With::Key("s3:prefix".to_owned(), "a".to_owned()),
                With::Opened,
                With::Key("b".to_owned(), String::new()),
            ],
            answer: Answer::Denied,
            about: "x".to_owned(),
        }]
    );
    assert!(read[0].names("states") && !read[0].names("state"));
}

#[test]
fn a_marker_counts_until_the_next_heading() {
    let row = "| tenant | `s3:GetObject` | `s3:x/y` |  | denied | x |";
    let table = format!("{HEADER}\n| --- | --- |\n{row}\n");
    let page = format!("## A\n{table}\nOnly for: `irsa`, `shared bucket`.\n\n{table}\n### B\n\n{table}");
    let kinds: Vec<Vec<Kind>> = rows(&page).unwrap().into_iter().map(|row| row.kinds).collect();
    assert_eq!(kinds, [vec![], vec![Kind::Irsa, Kind::SharedBucket], vec![]]);
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_line() {
    let errors = [
        ("| somebody | `s3:GetObject` | `s3:x/y` |  | denied | x |", "nobody is `somebody`"),
        ("| tenant | `GetObject` | `s3:x/y` |  | denied | x |", "`GetObject` is no action"),
        ("| tenant | `s3:Get*` | `s3:x/y` |  | denied | x |", "`s3:Get*` is no action"),
        ("| tenant | `s3:GetObject` |  |  | denied | x |", "no resource"),
        ("| tenant | `s3:GetObject` | `s3:x/y` | `prefix` | denied | x |", "`prefix` is no condition"),
        ("| tenant | `s3:GetObject` | `s3:x/y` |  | perhaps | x |", "`perhaps` is no answer"),
        ("| tenant | `s3:GetObject` | `s3:x/y` |  | denied |  |", "nothing says what it is about"),
        ("| tenant | `s3:GetObject` | `s3:x/y` | denied | x |", "5 cells, and not six"),
    ];
    for (row, expected) in errors {
        assert_eq!(format!("{:#}", one(row).unwrap_err()), format!("line 5: {expected}"));
    }
    let marked = rows("Only for: `irsa`, `everybody`.\n").unwrap_err();
    assert_eq!(format!("{marked:#}"), "line 1: no kind of tenants is called `everybody`");
    let header = rows("| who | action | on |\n").unwrap_err().to_string();
    assert_eq!(header, format!("line 1: not `{HEADER}`"));
}
