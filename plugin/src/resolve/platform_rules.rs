//! What a platform file must hold to, beyond the shape of each field.

use crate::problem::{Problem, Problems};
use crate::read::{Nowhere, Read as _, did_you_mean};
use crate::spec::value::ItemName;
use crate::spec::{Chart, Delivery, EgressTarget, Platform, PlatformSpec, ProfileEgress, PulledImage, TenantSpec};

/// Tells every rule that the file breaks.
pub fn check(platform: &Platform, problems: &mut Problems) {
    let spec = &platform.spec;
    places(spec, problems);
    images(spec, problems);
    fixed_paths(spec, problems);
    for (name, chart) in &spec.charts {
        self::chart(name, chart, spec, problems);
    }
    if let Some(backend) = spec.terraform.as_ref().map(|terraform| &terraform.backend)
        && backend.s3.is_some() == backend.kubernetes.is_some()
    {
        let problem = Problem::new(backend.at, "`backend` needs `s3` or `kubernetes`");
        problems.push(problem.label("exactly one of the two"));
    } else if let Some(backend) = spec.terraform.as_ref().map(|terraform| &terraform.backend)
        && backend.kubernetes.is_some()
        && spec.network.api_server.is_empty()
    {
        problems.push(
            Problem::new(backend.at, "`backend` is `kubernetes`, and `network.apiServer` names no address")
                .label("Terraform's pods would not reach their state")
                .hint("name the address of the API server's Service, and those behind it"),
        );
    }
    for dns in spec.network.dns.iter().filter(|dns| dns.namespace.is_some() == dns.cidr.is_some()) {
        let named = dns.namespace.as_ref().map_or_else(String::new, |name| format!(" (namespace `{name}`)"));
        problems.push(Problem::new(
            dns.at,
            format!("an entry of `network.dns`{named} needs a `namespace` or a `cidr`, exactly one of the two"),
        ));
    }
}

fn places(spec: &PlatformSpec, problems: &mut Problems) {
    let releases = &spec.argocd.releases;
    let others = [("Argo CD's", &spec.argocd.namespace), ("the control", &spec.control.namespace)];
    for (whose, namespace) in others.iter().filter(|(_, namespace)| **namespace == releases.namespace.value) {
        problems.push(
            Problem::new(
                releases.namespace.at,
                format!("`argocd.releases.namespace` is {whose} namespace `{namespace}`"),
            )
            .label("must be a namespace of its own")
            .hint("an Application in Argo CD's namespace may name any project"),
        );
    }
    if releases.project.value == spec.argocd.project {
        problems.push(
            Problem::new(
                releases.project.at,
                format!("`argocd.releases.project` is `argocd.project` (`{}`)", spec.argocd.project),
            )
            .label("must be a project of its own")
            .hint("a chart must not have the rights of a tenant's own Application"),
        );
    }
    let prefix = &spec.namespace.prefix;
    let ours = [&spec.control.namespace, &spec.argocd.namespace, &releases.namespace.value];
    for name in ours.iter().filter(|name| name.as_str().starts_with(prefix.as_str())) {
        problems.push(
            Problem::new(
                prefix.at,
                format!("namespace `{name}` begins with the tenants' prefix `{}`", prefix.as_str()),
            )
            .label("the tenants' projects would reach it"),
        );
    }
}

fn images(spec: &PlatformSpec, problems: &mut Problems) {
    let Some(puller) = spec.image_puller.as_ref().filter(|puller| puller.enabled != Some(false)) else { return };
    for image in &puller.images {
        let missing = match image {
            PulledImage::Terraform => spec.terraform.is_none(),
            PulledImage::Runner => spec.runner.is_none(),
        };
        if missing {
            let at = puller.at;
            problems.push(Problem::new(
                at,
                format!("`imagePuller` names the image `{image}`, and `spec.{image}` is not set"),
            ));
        }
    }
}

fn fixed_paths(spec: &PlatformSpec, problems: &mut Problems) {
    for path in spec.bounds.iter().flat_map(|bounds| &bounds.fixed) {
        let steps: Vec<&str> = path.as_str().split('.').collect();
        if let Err(Nowhere { step, known }) = TenantSpec::follow(&steps) {
            problems.push(
                Problem::new(path.at, format!("`{}` is no path of a tenant's spec", path.as_str()))
                    .label("fixes nothing")
                    .maybe_hint(did_you_mean(&step, known.iter().copied())),
            );
        }
    }
}

fn chart(name: &ItemName, chart: &Chart, spec: &PlatformSpec, problems: &mut Problems) {
    if let Some(delivery) = chart.delivery.as_ref().filter(|delivery| delivery.value == Delivery::Inline) {
        problems.push(
            Problem::new(
                delivery.at,
                format!("chart `{name}` has `delivery: inline`, which this version cannot do yet"),
            )
            .label("not there yet")
            .hint("write `delivery: application`, or leave it out"),
        );
    }
    if chart.chart.is_some() == chart.path.is_some() {
        problems.push(
            Problem::new(chart.repository.at, format!("chart `{name}` needs `chart` or `path`"))
                .label("exactly one: `chart` for a registry or Helm repository, `path` for git"),
        );
    }
    if chart.profiles.is_empty() {
        problems.push(
            Problem::new(chart.repository.at, format!("chart `{name}` has no `profiles`"))
                .label("no version could be used"),
        );
    }
    for profile in &chart.profiles {
        if profile.versions.is_some() != profile.commits.is_empty() {
            problems.push(
                Problem::new(profile.at, format!("a profile of chart `{name}` needs `versions` or `commits`"))
                    .label("exactly one of the two"),
            );
        }
        if chart.path.is_none() && !profile.commits.is_empty() {
            let problem = Problem::new(profile.at, format!("a profile of chart `{name}` has `commits`"));
            problems.push(problem.label("only a chart in git, with `path`, is pinned by commit"));
        }
        let has_server = profile.service_accounts.keys().any(|part| part.as_str() == "server");
        if !profile.rules.is_empty() && !has_server {
            problems.push(
                Problem::new(
                    profile.at,
                    format!("a profile of chart `{name}` has `rules` and no ServiceAccount `server`"),
                )
                .label("whose rules are they?"),
            );
        }
        let open = profile.egress.iter().any(|egress| matches!(egress.to, EgressTarget::ApiServer));
        if open && spec.network.api_server.is_empty() {
            problems.push(
                Problem::new(profile.at, format!("a profile of chart `{name}` opens `apiServer`"))
                    .label("`network.apiServer` names no address"),
            );
        }
        let needs_ports =
            |egress: &&ProfileEgress| egress.ports.is_empty() && !matches!(egress.to, EgressTarget::ApiServer);
        if profile.egress.iter().any(|egress| needs_ports(&egress)) {
            problems.push(
                Problem::new(profile.at, format!("a profile of chart `{name}` has an `egress` without `ports`"))
                    .label("would open every port")
                    .hint("name the ports; only `to: apiServer` has ports of its own"),
            );
        }
        if let Some(suspend) = profile.suspend.as_ref().filter(|suspend| suspend.as_map().is_none()) {
            problems.push(Problem::new(suspend.at, format!("`suspend` wants a map, found {}", suspend.kind())));
        }
    }
}
