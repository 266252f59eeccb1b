use super::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const RULE: Rule = Rule {
    id: "kubernetes-service-link",
    since: "0.1.0",
    levels: Levels::of("..EE"),
    boot: false,
    traits: COMMON,
    page: include_str!("kubernetes_service_link.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Kubernetes(objects) = &file.carried.structure else { return };
    let services: BTreeMap<&str, Span> =
        objects.services.iter().map(|s| (s.variable.as_str(), s.span)).collect();
    if services.is_empty() {
        return;
    }
    let code = in_code(project, &services);
    let linked = |block: &Block| block.holder == (Holder::Container { links: true });
    for (block, view) in objects.blocks.iter().zip(file.views).filter(|(block, _)| linked(block)) {
        let here = block.expands.iter().filter(|r| services.contains_key(r.variable.as_str()));
        for read in here {
            report(read, services[read.variable.as_str()], out);
        }
        for read in code.iter().filter(|read| !block.open && !sets(view, &read.variable)) {
            report(read, services[read.variable.as_str()], out);
        }
    }
}

/// Where code of the project takes such a variable, the first place of each.
fn in_code<'p>(project: &'p Project<'_>, services: &BTreeMap<&str, Span>) -> Vec<&'p Read> {
    let code =
        |layer: &&Layer| [".py", ".js", ".mjs", ".cjs", ".ts"].iter().any(|end| layer.name.ends_with(end));
    let layers = project.views.iter().flat_map(|v| v.layers).filter(code);
    let mut seen = BTreeSet::new();
    let reads = layers.flat_map(|l| &l.reads).filter(|r| services.contains_key(r.variable.as_str()));
    reads.filter(|r| seen.insert(r.variable.as_str())).collect()
}

/// Whether the container has a value of its own for a variable.
fn sets(view: &View<'_>, variable: &str) -> bool {
    let read = |layer: &Layer| layer.reads.iter().any(|r| r.variable == variable);
    view.layers.iter().any(|l| l.entry(variable).is_some() || read(l))
}

fn report(read: &Read, service: Span, out: &mut Sink<'_>) {
    let variable = &read.variable;
    out.report(format!("the port is taken from `{variable}`, which Kubernetes sets to `tcp://…`"))
        .at_span(read.span, "not the number of a port")
        .also_span(service, "the service for which it is injected")
        .note("each service gets variables in every pod of its namespace: `db` makes `DB_PORT`")
        .help(format!(
            "set `{variable}` in the container, or write `enableServiceLinks: false` into the pod"
        ));
}
