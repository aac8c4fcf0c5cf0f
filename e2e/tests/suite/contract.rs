//! What Argo CD's own tests ask of a plugin, asked of this one: what may be given to it, what it says when it refuses, and that
//! a refusal takes nothing away.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::cell::{Cell, quiet};
use crate::objects::APPLICATION;
use crate::world::World;

/// What Argo CD puts before the reason why there is nothing to compare with.
pub(crate) const PREFIX: &str =
    "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = ";
/// And what before the words of a plugin.
const OURS: &str = "error generating manifests in cmp: rpc error: code = Unknown desc = error generating manifests: \
                    `/usr/local/bin/tenantry generate` failed exit status 1: ";
/// How our words on parameters end.
const REMOVE: &str = "; remove them from the Application, and any `.argocd-source.yaml` from the folder";

/// An Application that is refused.
struct Refused {
    tenant: &'static str,
    /// Files in the tenant's folder beside its file, or that file itself.
    files: &'static [(&'static str, &'static str)],
    /// What is laid over the Application.
    change: Value,
    /// Its condition, after what Argo CD puts before it.
    message: String,
}

/// The whole message of a condition that says that the plugin, or what calls it, failed.
pub(crate) fn by_plugin(tenant: &str, reason: &str) -> String {
    format!("{PREFIX}CMP processing failed for application \"{tenant}\": {reason}")
}

/// The same, of our own words.
pub(crate) fn by_us(tenant: &str, words: &str) -> String {
    by_plugin(tenant, &format!("{OURS}{words}"))
}

/// Each of these is an Application of its own, all at one commit.
pub(crate) fn refusals_are_readable(world: &World) -> Result<()> {
    let cell = Cell::create(world, "contract", quiet)?;
    let all = refused();
    for one in &all {
        cell.tenant(world, one.tenant, &json!({}), &json!({"tier": "free", "state": "suspended"}))?;
        for (name, text) in one.files {
            cell.write(world, &format!("tenants/{}/{name}", one.tenant), text)?;
        }
    }
    let revision = world.fleet.tenants.commit("Refused")?;
    for one in &all {
        let mut application = cell.application(one.tenant, &revision)?;
        lay_over(&mut application, &one.change);
        world.apply(&application)?;
    }
    let mut wrong = Vec::new();
    for one in &all {
        let first = refusal(world, one.tenant)?;
        refresh(world, one.tenant, "hard")?;
        let second = refusal(world, one.tenant)?;
        if first != one.message || second != first {
            wrong.push(format!("{}\n  {first}\n  wanted {}\n  and then {second}", one.tenant, one.message));
        }
        let resources = world.get(APPLICATION, "argocd", one.tenant)?["status"]["resources"].take();
        ensure!(resources.as_array().is_none_or(Vec::is_empty), "{}: {resources}", one.tenant);
        ensure!(
            world.find(("v1", "Namespace"), "", &format!("t-{}", one.tenant))?.is_none(),
            "{} is there",
            one.tenant
        );
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Since it is the same each time, Argo CD asks no more.
    let kept = by_us("broken", BROKEN_WORDS).replace(PREFIX, &format!("{PREFIX}Manifest generation error (cached): "));
    world.until("a refusal that is kept", 60, || {
        refresh(world, "broken", "normal")?;
        let said = refusal(world, "broken")?;
        ensure!(said == kept, "{said}");
        Ok(())
    })?;
    cell.remove(world, &all.iter().map(|one| one.tenant).collect::<Vec<_>>())
}

/// The platform file names the version that renders its tenants.
pub(crate) fn another_version_is_refused(world: &World) -> Result<()> {
    let cell = Cell::create(world, "newer", quiet)?;
    let shipped = world.fleet.tenants.read("platform.yaml")?;
    cell.write(world, "platform.yaml", shipped.replace("tenantry: 0.1.0", "tenantry: 0.2.0"))?;
    cell.tenant(world, "newer", &json!({}), &json!({"tier": "free", "state": "suspended"}))?;
    let revision = world.fleet.tenants.commit("A newer version")?;
    cell.pin(world, "newer", &revision)?;
    let said = refusal(world, "newer")?;
    let words = "platform.yaml:6:13: this commit is rendered by tenantry 0.2.0, and this is 0.1.0; name the plugin \
                 `tenantry-v0.2.0` in the Application";
    ensure!(said == by_us("newer", words), "{said}");
    cell.remove(world, &["newer"])
}

/// A template that would take for ever is told long before Argo CD would lose its patience, which is after a minute.
pub(crate) fn a_loop_ends(world: &World) -> Result<()> {
    let cell = Cell::create(world, "loop", quiet)?;
    cell.tenant(world, "loop", &json!({}), &json!({"tier": "free", "state": "suspended"}))?;
    cell.write(world, "templates/tenant/loop.yaml", LOOP)?;
    let revision = world.fleet.tenants.commit("A template that loops")?;
    let begun = Instant::now();
    cell.pin(world, "loop", &revision)?;
    let said = refusal(world, "loop")?;
    let took = begun.elapsed();
    eprintln!("e2e: a template that loops was refused after {:.1} s", took.as_secs_f64());
    ensure!(took < Duration::from_secs(30), "only after {took:?}");
    let words = "templates/tenant/loop.yaml:5:11: `range(3000)`: the templates make too much; look for a `$for` over too \
                 many items";
    ensure!(said == by_us("loop", words), "{said}");
    cell.remove(world, &["loop"])
}

const LOOP: &str = "note: ${{ tenant.name }}
rows:
- $for: i in range(3000)
  row:
  - $for: j in range(3000)
    cell: ${{ i * j }}
";

fn refused() -> Vec<Refused> {
    let plain = |tenant, files, message| Refused { tenant, files, change: json!({}), message };
    let given = |tenant, what: &str| {
        plain(tenant, &[], by_us(tenant, &format!(".: tenantry takes no parameters, and was given {what}{REMOVE}")))
    };
    let in_application = |tenant, plugin: Value, what: &str| Refused {
        change: json!({"spec": {"source": {"plugin": plugin}}}),
        ..given(tenant, what)
    };
    let no_plugin = |tenant, name: &str| {
        let socket = format!("/home/argocd/cmp-server/plugins/{name}.sock: connect: no such file or directory");
        let words = format!(
            "could not find cmp-server plugin with name \"{name}\" supporting the given repository: error dialing to \
             cmp-server for plugin {name}.sock: error dial proxy: dial unix {socket}"
        );
        plain(tenant, &[], by_plugin(tenant, &words))
    };
    // Argo CD's own refusal, before any plugin is called.
    let two_kinds = |tenant, files, kind: &str| {
        let words = format!("error getting app source type: multiple application sources defined: {kind},Plugin");
        plain(tenant, files, format!("{PREFIX}{words}"))
    };
    // A file of this name in the folder, or with the Application's name in its own, is laid over the Application's source.
    let source = |files, refused| Refused { files, ..refused };
    let with_files = |tenant, files, words: &str| plain(tenant, files, by_us(tenant, words));
    vec![
        in_application("env", json!({"env": [{"name": "TIER", "value": "enterprise"}]}), "plugin.env `TIER`"),
        in_application("env-empty", json!({"env": [{"name": "TIER", "value": ""}]}), "plugin.env `TIER`"),
        in_application("parameter", json!({"parameters": [{"name": "tier", "string": "pro"}]}), "plugin.parameters"),
        Refused {
            change: json!({"spec": {"source": {"plugin": {"name": "tenantry-v9.9.9"}}}}),
            ..no_plugin("no-plugin", "tenantry-v9.9.9")
        },
        source(&[(".argocd-source.yaml", "plugin: {name: another}\n")], no_plugin("source-name", "another")),
        source(
            &[(".argocd-source.yaml", "plugin: {env: [{name: TIER, value: enterprise}]}\n")],
            given("source-env", "plugin.env `TIER`"),
        ),
        source(
            &[(".argocd-source-source-parameter.yaml", "plugin: {parameters: [{name: tier, string: pro}]}\n")],
            given("source-parameter", "plugin.parameters"),
        ),
        two_kinds("source-raw", &[(".argocd-source.yaml", "plugin: null\ndirectory: {recurse: true}\n")], "Directory"),
        two_kinds("source-helm", &[(".argocd-source.yaml", "helm: {releaseName: x}\n")], "Helm"),
        Refused {
            change: json!({"spec": {"destination": {"namespace": "t-somebody"}}}),
            ..with_files("elsewhere", &[("tenant.yaml", ELSEWHERE)], ELSEWHERE_WORDS)
        },
        with_files("broken", &[("tenant.yaml", BROKEN)], BROKEN_WORDS),
        with_files("many", &[("tenant.yaml", MANY)], &many_words()),
    ]
}

const ELSEWHERE: &str = "apiVersion: tenantry.dev/v1alpha1
kind: Tenant
metadata: {name: elsewhere}
spec: {tier: free}
";
const ELSEWHERE_WORDS: &str = "tenants/elsewhere/tenant.yaml:3:18: the Application's destination is namespace `t-somebody`, and \
                               this is rendered for `t-elsewhere`; write `destination: {namespace: t-elsewhere}` in the \
                               Application";
/// Two things wrong.
const BROKEN: &str = "apiVersion: tenantry.dev/v1alpha1
kind: Tenant
metadata: {name: broken}
spec:
  tier: fre
  state: suspended
  quta: {pods: 20}
";
const BROKEN_WORDS: &str = "tenants/broken/tenant.yaml:5:9: unknown tier `fre`; did you mean `free`?
tenants/broken/tenant.yaml:7:3: unknown field `quta`; did you mean `quota`?";
/// More than is told at once.
const MANY: &str = "apiVersion: tenantry.dev/v1alpha1
kind: Tenant
metadata: {name: many}
spec:
  tier: free
  aa: 1
  bb: 1
  cc: 1
  dd: 1
  ee: 1
  ff: 1
  gg: 1
  hh: 1
  ii: 1
  jj: 1
  kk: 1
  ll: 1
";

fn many_words() -> String {
    let keys: Vec<&str> = MANY.lines().skip(5).filter_map(|line| line.trim().split(':').next()).collect();
    let line = |(at, key): (usize, &&str)| {
        let hint = match *key {
            "dd" | "ii" => "did you mean `id`?",
            _ => {
                "the fields are `id`, `tier`, `ring`, `state`, `destroy`, `owner`, `domain`, `namespace`, `identity`, \
                 `access`, `quota`, `limits`, `network`, `secrets`, `releases` and `terraform`"
            }
        };
        format!("tenants/many/tenant.yaml:{}:3: unknown field `{key}`; {hint}\n", at + 6)
    };
    keys.iter().enumerate().take(10).map(line).collect::<String>() + "2 more: run `tenantry validate`"
}

fn lay_over(object: &mut Value, change: &Value) {
    match (object, change) {
        (Value::Object(object), Value::Object(change)) => {
            for (key, value) in change {
                lay_over(object.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (object, change) => *object = change.clone(),
    }
}

/// The message of an Application's ComparisonError, as soon as there is one.
pub(crate) fn refusal(world: &World, tenant: &str) -> Result<String> {
    world.until(&format!("the refusal of {tenant}"), 90, || {
        let status = world.get(APPLICATION, "argocd", tenant)?["status"].take();
        let conditions = status["conditions"].as_array().context("no conditions")?;
        let condition = conditions.iter().find(|condition| condition["type"] == "ComparisonError");
        Ok(condition.and_then(|condition| condition["message"].as_str()).context("no ComparisonError")?.to_owned())
    })
}

/// Has Argo CD look at an Application, and waits until it has. `hard`: without its cache.
pub(crate) fn refresh(world: &World, tenant: &str, how: &str) -> Result<()> {
    let refresh = json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": how}}});
    world.patch(APPLICATION, "argocd", tenant, &refresh)?;
    world.until(&format!("a refresh of {tenant}"), 90, || {
        let application = world.get(APPLICATION, "argocd", tenant)?;
        ensure!(application["metadata"]["annotations"]["argocd.argoproj.io/refresh"].is_null(), "not done");
        Ok(())
    })
}
