//! Strings arrive as they were sent: from a commit by way of Argo CD's repository server, the plugin, Argo CD's controller
//! and the API server to whoever reads the objects.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use e2e::cache::workspace;
use serde_json::{Map, Value, json};

use crate::cell::{Cell, ascii};
use crate::objects::APPLICATION;
use crate::world::World;

/// How many random strings are sent, beside the corpus.
const RANDOM: usize = 10_000;
/// How many strings a tenant has at most: a map of its file may have 2,000 keys.
const STRINGS: usize = 1_900;
/// How many bytes a tenant's strings have at most. All annotations of an object together may have 256 KiB, and Argo CD's
/// `kubectl apply` notes the whole object in one more.
const BYTES: usize = 225 << 10;

const MAP: (&str, &str) = ("v1", "ConfigMap");

/// The strings of one tenant.
struct Part {
    tenant: String,
    strings: Vec<String>,
}

/// What Argo CD makes of a set is read back from five places: annotations of the Namespace and of the record, a ConfigMap of
/// a template, the values in the release's Application, and the ConfigMap that the chart makes of those.
pub(crate) fn all_arrive(world: &World) -> Result<()> {
    let (corpus, random) = (corpus()?, random(seed()?));
    let sent = corpus.len() + random.len();
    eprintln!("e2e: {} strings of the corpus, {} random ones", corpus.len(), random.len());
    let parts = parts(corpus.into_iter().chain(random));

    let commit = chart(world)?;
    let cell = Cell::create(world, "text", |platform| {
        let spec = &mut platform["spec"];
        let profile = json!({"commits": [commit], "serviceAccounts": {}, "tenantValues": {"text": "object"}});
        spec["charts"]["text"] =
            json!({"repository": spec["charts"]["mlflow"]["repository"], "path": "text", "profiles": [profile]});
        spec["tiers"]["free"]["secrets"] = json!({});
        spec["tiers"]["free"]["releases"] = json!({"text": {"commit": commit}});
    })?;
    for part in &parts {
        write(world, &cell, part)?;
    }
    let revision = world.fleet.tenants.commit("Strings")?;
    for part in &parts {
        cell.pin(world, &part.tenant, &revision)?;
    }
    let (mut values, mut altered) = (0, Vec::new());
    for part in &parts {
        world.until_synced("argocd", &part.tenant, Some(&revision), 240)?;
        let (tenant, namespace) = (part.tenant.as_str(), format!("t-{}", part.tenant));
        world.until_synced("tenantry-releases", &format!("{tenant}--text"), None, 120)?;
        let live = [
            world.get(("v1", "Namespace"), "", &namespace)?["metadata"]["annotations"].take(),
            world.get(MAP, "tenantry-system", &format!("{tenant}--record"))?["metadata"]["annotations"].take(),
            world.get(MAP, &namespace, "strings")?["data"].take(),
            world.get(APPLICATION, "tenantry-releases", &format!("{tenant}--text"))?["spec"]["source"]["helm"]
                ["valuesObject"]["text"]
                .take(),
            world.get(MAP, &namespace, "text")?["data"].take(),
        ];
        for (at, string) in part.strings.iter().enumerate() {
            for (place, live) in live.iter().enumerate().filter(|(place, _)| *place < 3 || is_for_charts(string)) {
                let found = &live[if place < 2 { format!("example.com/s{at}") } else { format!("s{at}") }];
                values += 1;
                if *found != json!(string) {
                    altered.push(format!("{tenant}, place {place}: {string:?} is {found}"));
                }
            }
        }
    }
    let kept = parts.iter().flat_map(|part| &part.strings).filter(|string| is_for_charts(string)).count();
    let counts = format!(
        "strings: {sent} sent by {} tenants, {} of them not as a chart's values; {values} values read back, {} altered",
        parts.len(),
        sent - kept,
        altered.len()
    );
    eprintln!("e2e: {counts}");
    world.note(&[String::new(), counts]);
    ensure!(altered.is_empty(), "{} altered: {:#?}", altered.len(), &altered[..altered.len().min(20)]);
    ensure!(sent > RANDOM + 300 && kept > RANDOM / 2, "{kept} of {sent} are too few");
    let tenants: Vec<&str> = parts.iter().map(|part| part.tenant.as_str()).collect();
    cell.remove(world, &tenants)
}

/// A chart that puts the values which it is given into an object, so that what Helm got of them can be seen. Its commit.
fn chart(world: &World) -> Result<String> {
    let charts = &world.fleet.charts;
    charts.write("text/Chart.yaml", "apiVersion: v2\nname: text\nversion: 1.0.0\n")?;
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text}\ndata: {{ toJson .Values.text }}\n";
    charts.write("text/templates/text.yaml", object)?;
    charts.commit("A chart of text")
}

/// A tenant's file and the template of its ConfigMap.
fn write(world: &World, cell: &Cell, part: &Part) -> Result<()> {
    let named = |prefix: &str, wanted: &dyn Fn(&str) -> bool, form: &dyn Fn(&str) -> String| -> Map<String, Value> {
        let strings = part.strings.iter().enumerate().filter(|(_, string)| wanted(string));
        strings.map(|(at, string)| (format!("{prefix}{at}"), json!(form(string)))).collect()
    };
    let annotations = named("example.com/s", &|_| true, &str::to_owned);
    let values = named("s", &is_for_charts, &str::to_owned);
    // In a template, and only there, an expression has to be written as a literal.
    let data = named("s", &|_| true, &|string| string.replace("${{", "${{ '${{' }}"));
    let spec = json!({"tier": "free", "releases": {"text": {"values": {"text": values}}}});
    cell.tenant(world, &part.tenant, &json!({"annotations": annotations}), &spec)?;
    let template = json!({
        "$if": format!("tenant.name == '{}'", part.tenant),
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {
            "name": "strings", "namespace": "${{ tenant.namespace }}", "labels": "${{ labels }}",
            "annotations": {"argocd.argoproj.io/sync-wave": "0"},
        },
        "data": data,
    });
    cell.write(world, &format!("templates/tenant/{}.yaml", part.tenant), ascii(&template))
}

/// What a chart's values may hold: the plugin refuses what a chart could take for structure or for a template, and what would
/// have Argo CD leave out all values.
fn is_for_charts(string: &str) -> bool {
    !string.contains("{{") && !string.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// The strings by tenants, as few as hold them.
fn parts(strings: impl Iterator<Item = String>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut bytes = 0;
    for string in strings {
        // Once as it is; once in JSON, in which Go escapes more than others do; and its key both times.
        let escaped: usize = string
            .chars()
            .map(|c| match c {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
                '"' | '\\' | '\n' | '\r' | '\t' => 2,
                c if c < ' ' => 6,
                c => c.len_utf8(),
            })
            .sum();
        let more = string.len() + escaped + 2 * "example.com/s1234\":\"\",".len();
        if parts.last().is_none_or(|part| part.strings.len() == STRINGS || bytes + more > BYTES) {
            parts.push(Part { tenant: format!("text-{}", parts.len()), strings: Vec::new() });
            bytes = 0;
        }
        bytes += more;
        if let Some(part) = parts.last_mut() {
            part.strings.push(string);
        }
    }
    parts
}

/// Every string of the corpus, keys too.
fn corpus() -> Result<BTreeSet<String>> {
    fn visit(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => drop(found.insert(text.clone())),
            Value::Array(items) => items.iter().for_each(|item| visit(item, found)),
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                found.insert(key.clone());
                visit(value, found);
            }),
            _ => {}
        }
    }
    let text = std::fs::read_to_string(workspace().join("testdata/strings.jsonl")).context("testdata/strings.jsonl")?;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        visit(&serde_json::from_str::<Value>(line)?["v"], &mut found);
    }
    Ok(found)
}

/// The same at each run, so that a run that fails is the fault of what was changed; `TENANTRY_E2E_SEED` has others tried.
fn seed() -> Result<u64> {
    let seed = match std::env::var("TENANTRY_E2E_SEED") {
        Ok(given) => given.parse().context("TENANTRY_E2E_SEED wants a number")?,
        Err(_) => 1_795_574_978_767_267,
    };
    eprintln!("e2e: random strings by TENANTRY_E2E_SEED={seed}");
    Ok(seed)
}

/// Text that means something to a reader of YAML, JSON or templates, for random strings to be made of.
const PIECES: &[&str] = &[
    "---",
    "...",
    "- ",
    ": ",
    " #",
    "? ",
    "{{",
    "}}",
    "${{ tenant.name }}",
    "{%",
    "&a",
    "*a",
    "!!str",
    "<<",
    "|",
    ">-",
    "%YAML",
    "yes",
    "off",
    "null",
    "~",
    "0777",
    "1e3",
    "0x1F",
    "1_000",
    "1:30",
    "2024-01-01",
    ".inf",
    "=",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "$(HOME)",
    "${HOME}",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "e\u{301}",
    "\u{202e}",
    "\u{10ffff}",
    "🚀",
    "東京",
    "<&>",
];

/// As many strings as wanted, the same ones for the same seed.
fn random(seed: u64) -> Vec<String> {
    // SplitMix64: every seed is as good as another.
    let mut state = seed;
    let mut next = |below: u64| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    };
    let mut one = || {
        let length = next(16);
        let mut text = String::new();
        for _ in 0..length {
            let last = match next(8) {
                0 => 0x20,
                1 => 0x100,
                2 => 0x3000,
                3 => 0x11_0000,
                _ => 0x7f,
            };
            match next(6) {
                0 => text.push_str(PIECES[usize::try_from(next(PIECES.len() as u64)).unwrap_or_default()]),
                _ => text.extend(u32::try_from(next(last)).ok().and_then(char::from_u32)),
            }
        }
        // Every second one is fit for a chart.
        if next(2) == 0 {
            text.retain(|c| c != '{' && is_for_charts(c.encode_utf8(&mut [0; 4])));
        }
        text
    };
    (0..RANDOM).map(|_| one()).collect()
}
