//! Attacks by what is in the tenant's folder, as Argo CD and the plugin see it.

use crate::attack::{ARGO_CD, Attack, End, File, Files, Means, PLUGIN, REVIEW, UNREAD};
use crate::attack_plain::RAW_JOB;

const JOB: (&str, File) = ("job.yaml", File::Text(RAW_JOB));
const NAMESPACE: &str = "
apiVersion: tenantry.dev/v1alpha1
kind: Tenant
metadata: {name: hobby}
spec: {tier: free, namespace: t-acme}
";
const ID: &str = "
apiVersion: tenantry.dev/v1alpha1
kind: Tenant
metadata: {name: hobby}
spec:
  tier: free
  id: 0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90
  secrets: {taken: {source: external, key: contracts/licence, keys: [file]}}
";
const PLATFORM: &str = "apiVersion: tenantry.dev/v1alpha1\nkind: Platform\nmetadata: {name: own}\nspec: {}\n";

const fn folder(name: &'static str, what: &'static str, files: Files, stopped_by: &'static str) -> Attack {
    Attack { name, what, means: Means::Folder(files), stopped_by, end: End::NoEffect, words: "" }
}

const SOURCE: &str = ".argocd-source.yaml";

/// All of them.
pub(crate) const FOLDERS: &[Attack] = &[
    folder(
        "plugin_off",
        "`.argocd-source.yaml`: `plugin: null, directory: {}`, beside a Job",
        &[(SOURCE, File::Text("plugin: null\ndirectory: {include: job.yaml}\n")), JOB],
        ARGO_CD,
    )
    .refused("multiple application sources defined"),
    folder(
        "plugin_null",
        "`.argocd-source.yaml`: `plugin: null`, beside a Job",
        &[(SOURCE, File::Text("plugin: null\n")), JOB],
        ARGO_CD,
    ),
    folder(
        "plugin_without_name",
        "`.argocd-source.yaml`: a plugin without a name",
        &[(SOURCE, File::Text("plugin: {name: ''}\n")), JOB],
        ARGO_CD,
    )
    .refused("could not find"),
    folder(
        "kustomize",
        "`.argocd-source.yaml`: Kustomize in the plugin's place",
        &[
            (SOURCE, File::Text("plugin: null\nkustomize: {namePrefix: own-}\n")),
            ("kustomization.yaml", File::Text("resources: [job.yaml]\n")),
            JOB,
        ],
        ARGO_CD,
    )
    .refused("multiple application sources defined"),
    folder(
        "another_plugin",
        "`.argocd-source.yaml`: a plugin that is not there",
        &[(SOURCE, File::Text("plugin: {name: another}\n"))],
        ARGO_CD,
    )
    .refused("cmp-server plugin with name \"another\""),
    folder(
        "parameters",
        "`.argocd-source.yaml`: parameters",
        &[(SOURCE, File::Text("plugin: {parameters: [{name: tenant, string: acme}]}\n"))],
        PLUGIN,
    )
    .refused("tenantry takes no parameters, and was given plugin.parameters"),
    folder(
        "environment",
        "`.argocd-source.yaml`: environment",
        &[(SOURCE, File::Text("plugin: {env: [{name: PLATFORM, value: own.yaml}]}\n"))],
        PLUGIN,
    )
    .refused("tenantry takes no parameters, and was given plugin.env `PLATFORM`"),
    folder(
        "environment_by_name",
        "`.argocd-source-<Application>.yaml`: environment",
        &[(".argocd-source-hobby.yaml", File::Text("plugin: {env: [{name: PLATFORM, value: own.yaml}]}\n"))],
        PLUGIN,
    )
    .refused("tenantry takes no parameters, and was given plugin.env `PLATFORM`"),
    folder("manifest", "a manifest beside `tenant.yaml`", &[JOB], UNREAD),
    folder(
        "templates",
        "templates beside `tenant.yaml`",
        &[("templates/tenant/resource-quota.yaml", File::Text("$if: false\n"))],
        UNREAD,
    ),
    folder(
        "link_to_another_tenant",
        "`tenant.yaml` as a link to another tenant's",
        &[("tenant.yaml", File::Link("../acme/tenant.yaml"))],
        PLUGIN,
    )
    .refused("tenant `acme` is in the folder `hobby`"),
    folder(
        "link_to_the_platform",
        "`tenant.yaml` as a link to the platform file",
        &[("tenant.yaml", File::Link("../../platform.yaml"))],
        PLUGIN,
    )
    .refused("kind `Platform` where a `Tenant` belongs"),
    folder(
        "link_out",
        "`tenant.yaml` as a link out of the repository",
        &[("tenant.yaml", File::Link("/etc/passwd"))],
        ARGO_CD,
    )
    .refused("out-of-bounds symlinks"),
    folder(
        "link_beside",
        "a link out of the repository beside `tenant.yaml`",
        &[("README.md", File::Link("/etc/passwd"))],
        ARGO_CD,
    )
    .refused("out-of-bounds symlinks"),
    folder(
        "platform_beside",
        "a platform file beside `tenant.yaml`",
        &[("platform.yaml", File::Text(PLATFORM))],
        PLUGIN,
    )
    .refused("holds both"),
    folder(
        "platform_instead",
        "a platform file instead of `tenant.yaml`",
        &[("tenant.yaml", File::Gone), ("platform.yaml", File::Text(PLATFORM))],
        PLUGIN,
    )
    .refused("holds a `platform.yaml` below"),
    folder(
        "namespace_in_the_file",
        "`spec.namespace` of another tenant",
        &[("tenant.yaml", File::Text(NAMESPACE))],
        PLUGIN,
    )
    .refused("the Application's destination is namespace `t-hobby`, and this is rendered for `t-acme`"),
    Attack {
        means: Means::Destination("t-acme"),
        ..folder("destination", "the Application's destination is another tenant's namespace", &[], PLUGIN)
    }
    .refused("the Application's destination is namespace `t-acme`, and this is rendered for `t-hobby`"),
    Attack {
        means: Means::Id(ID),
        ..folder("id", "`spec.id` of another tenant, with an external secret of that tenant's", &[], REVIEW)
    }
    .ends(REVIEW, End::Works),
];
