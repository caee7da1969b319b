//! `gen graph`: components, what they run on, roots and their order.

use std::fmt::Write as _;
use std::process::ExitCode;

use gen_core::kind::terraform::Terraform;
use gen_core::prove::Judged;
use gen_core::resolve::{Bound, Target, WhatIf};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, GraphArgs, GraphLanguage};
use crate::session::Session;

/// What `graph` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Boxes.
    pub nodes: Vec<NodeDoc>,
    /// Arrows.
    pub edges: Vec<EdgeDoc>,
}

/// A box.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct NodeDoc {
    /// Its id.
    pub id: String,
    /// What is written in it.
    pub label: String,
    /// The target and root that it stands in.
    pub group: String,
}

/// An arrow: `from` needs `to`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EdgeDoc {
    /// Needs.
    pub from: String,
    /// Is needed.
    pub to: String,
    /// How.
    pub label: String,
}

pub(crate) fn run(global: &Global, arguments: &GraphArgs) -> ExitCode {
    let mut session = Session::open(global);
    let mut body = Body::default();
    if let Some(proof) = session.prove(&WhatIf::default(), None) {
        let (terraform, _) = Terraform::new(&session.repository);
        for target in proof.targets.iter().map(Judged::target) {
            draw(&terraform, target, &mut body);
        }
    }
    let human = match arguments.language {
        GraphLanguage::Mermaid => mermaid(&body),
        GraphLanguage::Dot => dot(&body),
    };
    super::finish(global, &mut session, "graph", body, &human, false, false)
}

fn draw(terraform: &Terraform<'_>, target: &Target, body: &mut Body) {
    // Names hold single dashes, so what is joined by two underscores stays apart.
    let of = |what: &str, name: &str| {
        format!("{}__{}__{what}__{name}", target.id.stack, target.id.env).replace('-', "_")
    };
    let id = |name: &str| of("component", name);
    let (roots, _) = terraform.roots(target);
    for component in target.components.values() {
        let root = roots
            .iter()
            .find(|root| root.components.contains(&component.name))
            .map(|root| root.name.as_str());
        let (label, group) = match (&component.bound, root) {
            (bound, Some(root)) => (bound.subject().as_str(), root),
            (Bound::Hosted { product, .. }, None) => (product.as_str(), "hosted"),
            (Bound::Existing { operated_by, .. }, None) => (operated_by.as_str(), "existing"),
            (Bound::Managed { provider, .. }, None) => (provider.as_str(), "foundation"),
        };
        body.nodes.push(NodeDoc {
            id: id(component.name.as_str()),
            label: format!("{} ({label})", component.name),
            group: format!("{} {group}", target.id),
        });
        if let Bound::Hosted { host, .. } = &component.bound {
            body.edges.push(EdgeDoc {
                from: id(component.name.as_str()),
                to: id(host.as_str()),
                label: "runs on".to_owned(),
            });
        }
    }
    for (name, workload) in &target.stack.value.workloads {
        body.nodes.push(NodeDoc {
            id: of("workload", name.as_str()),
            label: name.to_string(),
            group: format!("{} workloads", target.id),
        });
        for (used, access) in &workload.uses {
            let component = used.split('/').next().unwrap_or(used);
            body.edges.push(EdgeDoc {
                from: of("workload", name.as_str()),
                to: id(component),
                label: access.as_str().to_owned(),
            });
        }
    }
}

fn groups(body: &Body) -> Vec<&str> {
    let mut groups: Vec<&str> = body.nodes.iter().map(|node| node.group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn mermaid(body: &Body) -> String {
    let mut out = "flowchart LR\n".to_owned();
    for (index, group) in groups(body).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph g{index} [\"{group}\"]");
        for node in body.nodes.iter().filter(|node| node.group == group) {
            let _ = writeln!(out, "    {}[\"{}\"]", node.id, node.label);
        }
        out.push_str("  end\n");
    }
    for edge in &body.edges {
        let _ = writeln!(out, "  {} -->|{}| {}", edge.from, edge.label, edge.to);
    }
    out
}

fn dot(body: &Body) -> String {
    let mut out = "digraph gen {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (index, group) in groups(body).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{index} {{\n    label=\"{group}\";");
        for node in body.nodes.iter().filter(|node| node.group == group) {
            let _ = writeln!(out, "    {} [label=\"{}\"];", node.id, node.label);
        }
        out.push_str("  }\n");
    }
    for edge in &body.edges {
        let _ = writeln!(out, "  {} -> {} [label=\"{}\"];", edge.from, edge.to, edge.label);
    }
    out.push_str("}\n");
    out
}
