//! What the two projects refuse, in the live cluster.

use anyhow::{Context as _, Result, ensure};
use kube::api::PostParams;
use serde_json::{Value, json};

use crate::objects::{APPLICATION, api, explained};
use crate::world::World;

/// Applications that name what their project does not: another place, another repository, a kind of the whole cluster.
pub(crate) fn the_projects_refuse(world: &World) -> Result<()> {
    let revision = world.up(&["acme"])?;
    default_project(world)?;
    let charts = world.fleet.charts.git(&["rev-parse", "HEAD"])?.trim().to_owned();
    let (fleet, releases) = ("https://git.example.com/tenants.git", "https://git.example.com/charts.git");
    let folder = json!({"repoURL": fleet, "path": "tenants/acme", "targetRevision": revision});
    let chart = json!({"repoURL": releases, "path": "mlflow", "targetRevision": charts});
    let (own, apart) = ("argocd", "tenantry-releases");
    let mut cases = Vec::new();
    for place in ["kube-system", "argocd", "external-secrets", "t-system"] {
        cases.push((own, "tenants", &folder, place, nowhere(place, "tenants")));
    }
    for place in ["kube-system", "argocd", "t-system", "tenantry-system", "tenantry-releases"] {
        cases.push((apart, "tenant-releases", &chart, place, nowhere(place, "tenant-releases")));
    }
    let unknown = |repository: &str, project: &str| {
        format!("application repo {repository} is not permitted in project '{project}'")
    };
    cases.push((own, "tenants", &chart, "t-acme", unknown(releases, "tenants")));
    cases.push((apart, "tenant-releases", &folder, "t-acme", unknown(fleet, "tenant-releases")));
    // An Application in the releases namespace may name no project but that of the releases.
    for project in ["tenants", "platform", "default"] {
        let words = format!("application 'stray' in namespace '{apart}' is not permitted to use project '{project}'");
        cases.push((apart, project, &folder, "t-acme", words));
    }
    for (namespace, project, source, destination, words) in cases {
        let application = application(namespace, "stray", project, source, destination);
        let said = refused(world, &application, &words);
        world.forget(namespace, "stray")?;
        said?;
    }
    Ok(())
}

fn nowhere(place: &str, project: &str) -> String {
    format!("namespace '{place}' do not match any of the allowed destinations in project '{project}'")
}

/// A chart that holds the fence's own objects, and others that no release has a use for.
pub(crate) fn a_chart_cannot_undo_the_fence(world: &World) -> Result<()> {
    world.up(&["acme"])?;
    let before = fence(world)?;
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"});
    let subjects = json!([{"kind": "ServiceAccount", "name": "zenml", "namespace": "t-acme"}]);
    // The names are those of the tenant's own objects where it has one.
    let objects = [
        (
            ("networking.k8s.io/v1", "NetworkPolicy"),
            "default-deny",
            json!({"spec": {"podSelector": {}, "egress": [{}], "ingress": [{}]}}),
        ),
        (("v1", "ResourceQuota"), "tenant", json!({"spec": {"hard": {"pods": "1000"}}})),
        (("v1", "LimitRange"), "tenant", json!({"spec": {"limits": []}})),
        (
            ("rbac.authorization.k8s.io/v1", "Role"),
            "zenml-server",
            json!({"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}),
        ),
        (("rbac.authorization.k8s.io/v1", "RoleBinding"), "trespass", json!({"roleRef": role, "subjects": subjects})),
        (
            ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
            "trespass",
            json!({"roleRef": role, "subjects": subjects}),
        ),
        (
            ("external-secrets.io/v1", "ExternalSecret"),
            "trespass",
            json!({"spec": {
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": "aws"}, "target": {"name": "trespass"},
                "data": [{"secretKey": "file", "remoteRef": {"key": "tenants/lighthouse/licence", "property": "file"}}],
            }}),
        ),
        (("v1", "Namespace"), "t-trespass", json!({})),
        (("argoproj.io/v1alpha1", "Application"), "trespass", json!({"spec": {"project": "default"}})),
    ];
    world.fleet.charts.write("trespass/Chart.yaml", "apiVersion: v2\nname: trespass\nversion: 1.0.0\n")?;
    for ((version, kind), name, rest) in &objects {
        let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}});
        let (Some(object), Some(rest)) = (object.as_object_mut(), rest.as_object()) else { continue };
        object.extend(rest.clone());
        world.fleet.charts.write(&format!("trespass/templates/{kind}.yaml"), serde_json::to_string(object)?)?;
    }
    let commit = world.fleet.charts.commit("A chart that trespasses")?;
    let source = json!({"repoURL": "https://git.example.com/charts.git", "path": "trespass", "targetRevision": commit});
    let application = application("tenantry-releases", "trespass", "tenant-releases", &source, "t-acme");
    let said = refused(world, &application, "is not permitted in project tenant-releases");
    let live = world.get(APPLICATION, "tenantry-releases", "trespass")?;
    world.forget("tenantry-releases", "trespass")?;
    said?;
    let results = live["status"]["operationState"]["syncResult"]["resources"].as_array().context("no results")?;
    for ((version, kind), name, _) in &objects {
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let result = results.iter().find(|result| result["kind"] == *kind).with_context(|| format!("no {kind}"))?;
        let words = format!("resource {group}:{kind} is not permitted in project tenant-releases");
        let message = result["message"].as_str().unwrap_or_default();
        ensure!(result["status"] == "SyncFailed" && message.contains(&words), "{kind}: {result}");
        if ["trespass", "t-trespass"].contains(name) {
            let namespace = if ["Namespace", "ClusterRoleBinding"].contains(kind) { "" } else { "t-acme" };
            ensure!(world.find((version, kind), namespace, name)?.is_none(), "{kind} {name} is there");
        }
    }
    ensure!(before == fence(world)?, "an object of the fence has changed");
    Ok(())
}

/// What a tenant's fence consists of, with everything in it but when it was looked at.
fn fence(world: &World) -> Result<Vec<Value>> {
    let kinds = [
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("v1", "ResourceQuota"),
        ("v1", "LimitRange"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("external-secrets.io/v1", "ExternalSecret"),
    ];
    let mut all = Vec::new();
    for kind in kinds {
        for mut object in world.list(kind, "t-acme", "")? {
            object["status"] = Value::Null;
            object["metadata"]["managedFields"] = Value::Null;
            object["metadata"]["resourceVersion"] = Value::Null;
            all.push(object);
        }
    }
    ensure!(all.len() > 6, "a fence of {} objects", all.len());
    Ok(all)
}

/// The project `default`, as Argo CD makes it where its own server runs: it permits everything.
pub(crate) fn default_project(world: &World) -> Result<()> {
    world
        .apply(&json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
            "metadata": {"name": "default", "namespace": "argocd"},
            "spec": {
                "sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}],
                "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
            },
        }))
        .map(drop)
}

/// An Application that syncs by itself, once.
pub(crate) fn application(namespace: &str, name: &str, project: &str, source: &Value, destination: &str) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "project": project, "source": source,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": destination},
            "syncPolicy": {"automated": {}, "retry": {"limit": 0}},
        },
    })
}

/// Creates an Application, and waits until Argo CD refuses it by these words.
pub(crate) fn refused(world: &World, application: &Value, words: &str) -> Result<()> {
    let (_, namespace, name) = crate::objects::identity(application)?;
    let created = api(&world.client, APPLICATION, Some(namespace));
    world.wait(created.create(&PostParams::default(), &serde_json::from_value(application.clone())?))?;
    world.until(&format!("the refusal of {name}"), 60, || {
        let status = world.get(APPLICATION, namespace, name)?["status"].take();
        let said = said(&status);
        ensure!(said.contains(words), "`{words}` is not in: {said}\n{}", explained(&status));
        Ok(())
    })
}

/// All that an Application says against itself.
pub(crate) fn said(status: &Value) -> String {
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let results = status["operationState"]["syncResult"]["resources"].as_array().into_iter().flatten();
    let texts =
        conditions.chain(results).chain([&status["operationState"]]).filter_map(|from| from["message"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}

impl World {
    /// Deletes an Application and waits until it is gone; what it manages stays.
    pub(crate) fn forget(&self, namespace: &str, name: &str) -> Result<()> {
        self.delete(APPLICATION, namespace, name)?;
        self.until(&format!("the end of Application {name}"), 30, || {
            ensure!(self.find(APPLICATION, namespace, name)?.is_none(), "it is there");
            Ok(())
        })
    }
}
