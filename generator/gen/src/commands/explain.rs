//! `gen explain`: a code, a capability, a profile, a provider, a target, a component.

use std::fmt::Write as _;
use std::process::ExitCode;

use gen_core::check::{Claim, words};
use gen_core::diag::{Diagnostic, Fault, meant};
use gen_core::model::capability::{Capability, ValueType};
use gen_core::prove::Proof;
use gen_core::resolve::WhatIf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{ExplainArgs, Global};
use crate::session::Session;
use crate::view::text::wrap;

/// What `explain` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// What was asked about.
    pub topic: String,
    /// The explanation.
    pub text: String,
}

pub(crate) fn run(global: &Global, arguments: &ExplainArgs) -> ExitCode {
    let Some(topic) = &arguments.what else {
        let mut session = Session::empty(global);
        let text = index();
        let body = Body { topic: String::new(), text: text.clone() };
        return super::finish(global, &mut session, "explain", body, &text, false, false);
    };
    if let Some(fault) = Fault::parse(topic) {
        let mut session = Session::empty(global);
        let text = manual(fault);
        let body = Body { topic: topic.clone(), text: text.clone() };
        return super::finish(global, &mut session, "explain", body, &text, false, false);
    }
    let mut session = Session::open(global);
    let proof = session.prove(&WhatIf::default(), None);
    session.diagnostics.retain(|found| !found.fault.is_verdict());
    let text = proof.as_ref().and_then(|proof| {
        capability(proof, topic)
            .or_else(|| profile(&session, topic))
            .or_else(|| subject(&session, proof, topic))
            .or_else(|| stack(&session, topic))
            .or_else(|| target(proof, topic))
            .or_else(|| component(proof, topic))
    });
    if text.is_none() && proof.is_some() {
        let known: Vec<String> = known(&session, proof.as_ref());
        let diagnostic = Diagnostic::error(Fault::UnknownName).label(format!("nothing is called `{topic}`"));
        session.diagnostics.push(match meant(topic, known.iter().map(String::as_str)) {
            Some(text) => diagnostic.help(text),
            None => diagnostic.help("gen explain lists what can be explained"),
        });
    }
    let text = text.unwrap_or_default();
    let body = Body { topic: topic.clone(), text: text.clone() };
    super::finish(global, &mut session, "explain", body, &text, false, false)
}

fn index() -> String {
    let mut out = String::new();
    for (what, names) in [
        ("CODE", "those below"),
        ("CAPABILITY", "gen matrix names them"),
        ("PROFILE", "gen profile list"),
        ("PROVIDER or PRODUCT", "gen matrix names them"),
        ("STACK", "the folders of stacks/"),
        ("STACK/ENV", "gen plan lists them"),
        ("STACK/ENV/COMPONENT", "gen explain STACK/ENV"),
    ] {
        let _ = writeln!(out, "gen explain {what:21} {names}");
    }
    out.push('\n');
    for fault in Fault::ALL {
        let _ = writeln!(out, "{}  {}", fault.code(), fault.summary());
    }
    out
}

fn manual(fault: Fault) -> String {
    let mut out = format!("{}: {}\n", fault.code(), fault.summary());
    for paragraph in fault.manual().split("\n\n").flat_map(|part| part.split("\n \n")) {
        let _ = write!(out, "\n{}\n", wrap(paragraph, 78, 0));
    }
    out
}

fn known(session: &Session, proof: Option<&Proof>) -> Vec<String> {
    let repository = &session.repository;
    let mut names: Vec<String> = repository.profiles.keys().map(ToString::to_string).collect();
    names.extend(Fault::ALL.iter().map(|fault| fault.code().to_owned()));
    names.extend(repository.stacks.keys().map(ToString::to_string));
    names.extend(repository.providers.keys().chain(repository.products.keys()).map(ToString::to_string));
    if let Some(proof) = proof {
        names.extend(proof.matrix.dictionary.capabilities.keys().map(ToString::to_string));
        names.extend(proof.targets.iter().map(|judged| judged.target().id.to_string()));
        names.extend(
            proof
                .targets
                .iter()
                .flat_map(|judged| judged.target().components.keys().map(ToString::to_string)),
        );
    }
    names
}

fn capability(proof: &Proof, topic: &str) -> Option<String> {
    let (id, capability) =
        proof.matrix.dictionary.capabilities.iter().find(|(id, _)| id.as_str() == topic)?;
    let mut out =
        format!("{id}\n\nWith it: {}.\nWithout it: {}.\n", capability.means.with, capability.means.without);
    let _ = writeln!(out, "\n{}", kind(capability));
    let _ = writeln!(out, "Its lack is {}.", words::severity(capability));
    let _ = writeln!(out, "Evidence counts for {}.\n", capability.ttl);
    for subject in proof.matrix.subjects() {
        for claim in proof.matrix.claims(subject, id) {
            let offered = format!("{subject}{}: {}", scope(claim), words::offered(claim));
            let _ = writeln!(out, "{}\n  {}", wrap(&offered, 78, 2), words::evidence(claim));
            let _ = writeln!(out, "  {}", wrap(&claim.source.at, 76, 2));
            if let Some(note) = &claim.note {
                let _ = writeln!(out, "  {}", wrap(note, 76, 2));
            }
        }
    }
    Some(out)
}

/// Where a claim holds, if not everywhere.
fn scope(claim: &Claim) -> String {
    let regions = claim.regions.iter().map(ToString::to_string);
    let scope: Vec<String> = regions.chain(claim.services.iter().cloned()).collect();
    if scope.is_empty() { String::new() } else { format!(" ({})", scope.join(", ")) }
}

fn kind(capability: &Capability) -> String {
    match &capability.kind {
        ValueType::Bool(_) => "True or false.".to_owned(),
        ValueType::Level(level) => format!("One of, lowest first: {}.", level.level.join(", ")),
        ValueType::Enum(words) => format!("One of: {}.", words.words.join(", ")),
        ValueType::Set(_) => "A list.".to_owned(),
        ValueType::Record(record) => {
            let fields: Vec<&str> = record.record.keys().map(String::as_str).collect();
            format!("A mapping of {}.", fields.join(", "))
        }
    }
}

fn profile(session: &Session, topic: &str) -> Option<String> {
    let (name, file) = session.repository.profiles.iter().find(|(name, _)| name.as_str() == topic)?;
    let text = session.repository.texts.get(&file.file)?;
    let title = wrap(&format!("{name}: {}", file.value.description), 78, 2);
    Some(format!("{title}\n{}\n\n{text}", origin(file.builtin, &file.file)))
}

fn origin(builtin: bool, file: &str) -> String {
    if builtin { format!("built in ({file})") } else { file.to_owned() }
}

fn subject(session: &Session, proof: &Proof, topic: &str) -> Option<String> {
    let repository = &session.repository;
    let provider = repository.providers.iter().find(|(name, _)| name.as_str() == topic);
    let product = repository.products.iter().find(|(name, _)| name.as_str() == topic);
    let (name, title, file, builtin, ask) = match (provider, product) {
        (Some((name, file)), _) => (name, &file.value.name, &file.file, file.builtin, &file.value.ask),
        (None, Some((name, file))) => (name, &file.value.name, &file.file, file.builtin, &file.value.ask),
        (None, None) => return None,
    };
    let title = wrap(&format!("{name}: {title}"), 78, 2);
    let mut out = format!("{title}\n{}\n", origin(builtin, file));
    if let Some((_, file)) = provider {
        let places: Vec<String> =
            file.value.places.iter().map(|(region, place)| format!("{region} ({})", place.country)).collect();
        let makes: Vec<&str> = file.value.makes.keys().map(|kind| kind.as_str()).collect();
        let places = if places.is_empty() { "none".to_owned() } else { places.join(", ") };
        let _ = writeln!(out, "Regions: {}", wrap(&places, 70, 9));
        let _ = writeln!(
            out,
            "Modules for: {}",
            if makes.is_empty() { "nothing yet".to_owned() } else { wrap(&makes.join(", "), 64, 13) }
        );
    }
    let mut known = String::new();
    for id in proof.matrix.dictionary.capabilities.keys() {
        for claim in proof.matrix.claims(name, id) {
            let offered = format!("{id}{}: {}", scope(claim), words::offered(claim));
            let _ = writeln!(known, "{}\n  {}", wrap(&offered, 78, 2), words::evidence(claim));
        }
    }
    if !known.is_empty() {
        let _ = write!(out, "\n{known}");
    }
    if !ask.is_empty() {
        let _ = writeln!(out, "\nNobody knows, and how to find out:");
        for (id, proof) in ask {
            let how = match proof {
                gen_core::model::capability::Proof::Probe => "try it out",
                gen_core::model::capability::Proof::Document => "read its documents",
                gen_core::model::capability::Proof::Attest => "have somebody answer for it",
            };
            let _ = writeln!(out, "  {id}: {how}");
        }
    }
    Some(out)
}

/// What a stack is made of, and where it is.
fn stack(session: &Session, topic: &str) -> Option<String> {
    let (name, files) = session.repository.stacks.iter().find(|(name, _)| name.as_str() == topic)?;
    let file = files.stack.as_ref()?;
    let stack = &file.value;
    let title = wrap(&format!("{name}: {}", stack.description), 78, 2);
    let mut out = format!("{title}\n{}\n\n", file.file);
    let list = |names: Vec<String>| {
        if names.is_empty() { "none".to_owned() } else { wrap(&names.join(", "), 66, 14) }
    };
    let environments: Vec<String> = files.environments.keys().map(ToString::to_string).collect();
    let example = environments.first().cloned();
    for (what, names) in [
        ("Environments", environments),
        ("Components", stack.components.keys().map(ToString::to_string).collect()),
        ("Workloads", stack.workloads.keys().map(ToString::to_string).collect()),
    ] {
        let _ = writeln!(out, "{what:13} {}", list(names));
    }
    if let Some(env) = example {
        let _ = writeln!(out, "More: gen explain {name}/{env}");
    }
    Some(out)
}

/// Where stacks have a component of that name, and how each is had.
fn component(proof: &Proof, topic: &str) -> Option<String> {
    let mut out = String::new();
    let mut example = None;
    for judged in &proof.targets {
        let target = judged.target();
        let Some(component) = target.components.values().find(|component| component.name.as_str() == topic)
        else {
            continue;
        };
        let own =
            judged.report().verdicts.iter().filter(|verdict| verdict.requirement.component == component.name);
        let hold = own.clone().filter(|verdict| verdict.truth == gen_core::check::Truth::Yes).count();
        let line = format!(
            "{}: type {}, at {}; {hold} of {} requirements hold",
            target.id,
            component.kind(),
            component.bound.subject(),
            own.count()
        );
        let _ = writeln!(out, "  {}", wrap(&line, 76, 4));
        example = Some(target.id.to_string());
    }
    example.map(|example| format!("{topic}: a component of\n{out}More: gen explain {example}/{topic}\n"))
}

fn target(proof: &Proof, topic: &str) -> Option<String> {
    let mut parts = topic.splitn(3, '/');
    let id = format!("{}/{}", parts.next()?, parts.next()?);
    let component = parts.next();
    let judged = proof.targets.iter().find(|judged| judged.target().id.to_string() == id)?;
    let mut out = format!("{topic}\n");
    let mut shown = 0;
    for verdict in &judged.report().verdicts {
        let requirement = &verdict.requirement;
        if component.is_some_and(|component| component != requirement.component.as_str()) {
            continue;
        }
        let Some(capability) = proof.matrix.dictionary.capabilities.get(&requirement.capability) else {
            continue;
        };
        shown += 1;
        let origins: Vec<String> =
            requirement.origins.iter().map(|(origin, _)| words::origin(origin)).collect();
        let word = serde_json::to_value(verdict.kind).unwrap_or_default();
        let _ = writeln!(
            out,
            "\n{}\n  {}, {}; asked by {}",
            wrap(&format!("{}: {}", requirement.component, words::asked(requirement, capability)), 78, 2),
            word.as_str().unwrap_or_default().replace('_', " "),
            requirement.severity.as_str(),
            wrap(&origins.join(", "), 60, 2)
        );
        for claim in verdict.claims.iter() {
            let line = format!("{} at {}: {}", words::offered(claim), claim.subject, words::evidence(claim));
            let _ = writeln!(out, "  {}", wrap(&line, 76, 2));
        }
    }
    (shown > 0 || component.is_none()).then_some(out)
}
