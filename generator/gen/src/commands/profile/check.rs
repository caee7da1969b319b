//! `gen profile check`: which evidence is missing, and how to get it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use gen_core::check::{VerdictKind, words};
use gen_core::diag::{Diagnostic, any_error};
use gen_core::prove::Proof;
use gen_core::resolve::{Target, WhatIf};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, ProfileCheckArgs};
use crate::session::Session;
use crate::view::text::{count, wrap};

/// What `profile check` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// What is missing, by whom it is about.
    pub missing: Vec<Missing>,
    /// Targets looked at.
    pub targets: usize,
}

/// A fact that somebody has to find out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Missing {
    /// Provider or product.
    pub subject: String,
    /// The capability.
    pub capability: String,
    /// In words: what is asked.
    pub asked: String,
    /// Targets that ask.
    pub targets: Vec<String>,
    /// Nothing is rendered for them until it is known.
    pub blocks: bool,
    /// What would prove it.
    pub prove: String,
    /// What is known, and why it is not enough.
    pub known: Vec<String>,
}

pub(super) fn run(global: &Global, arguments: &ProfileCheckArgs) -> ExitCode {
    let mut session = Session::open(global);
    let proof = session.prove(&WhatIf::default(), None);
    // What is missing is the answer, and not a fault of the question.
    session.diagnostics.retain(|found| !found.fault.is_verdict());
    session.diagnostics.extend(arguments.name.as_deref().and_then(|name| unknown(&session, name)));
    let mut body = Body::default();
    if let Some(proof) = &proof {
        let wanted =
            |target: &Target| arguments.name.as_ref().is_none_or(|name| *name == target.policy.name.as_str());
        body.targets = proof.targets.iter().filter(|judged| wanted(judged.target())).count();
        body.missing = missing(proof, &wanted);
    }
    let blocked = body.missing.iter().any(|missing| missing.blocks);
    let sound = !any_error(&session.diagnostics);
    let human = human(&body, arguments.name.as_deref(), sound);
    crate::commands::finish(global, &mut session, "profile-check", body, &human, blocked, true)
}

/// Facts that somebody has to find out for targets: what blocks first, then by whom it is about.
pub(super) fn missing(proof: &Proof, wanted: &dyn Fn(&Target) -> bool) -> Vec<Missing> {
    let mut found: BTreeMap<(bool, String, String, String), Missing> = BTreeMap::new();
    for judged in proof.targets.iter().filter(|judged| wanted(judged.target())) {
        let unknown =
            judged.report().verdicts.iter().filter(|verdict| verdict.kind == VerdictKind::NeedsEvidence);
        for verdict in unknown {
            let requirement = &verdict.requirement;
            let Some(capability) = proof.matrix.dictionary.capabilities.get(&requirement.capability) else {
                continue;
            };
            let subject = requirement.question.subject.to_string();
            let asked = words::asked(requirement, capability);
            let key = (!verdict.blocks, subject.clone(), requirement.capability.to_string(), asked.clone());
            let entry = found.entry(key).or_insert_with(|| Missing {
                capability: requirement.capability.to_string(),
                asked,
                targets: Vec::new(),
                blocks: verdict.blocks,
                prove: words::how_to_prove(&requirement.capability, capability.proof, &subject),
                known: verdict
                    .claims
                    .iter()
                    .map(|claim| format!("{}: {}", words::offered(claim), words::evidence(claim)))
                    .collect(),
                subject,
            });
            let id = judged.target().id.to_string();
            if !entry.targets.contains(&id) {
                entry.targets.push(id);
            }
        }
    }
    found.into_values().collect()
}

/// How many facts somebody has to find out.
pub(super) fn total(missing: &[Missing]) -> String {
    let blocking = missing.iter().filter(|missing| missing.blocks).count();
    format!(
        "{} to find out, {blocking} of them before anything is rendered.",
        count(missing.len(), "fact", "facts")
    )
}

/// A profile that is not there; one whose file has faults is, and they are told already.
fn unknown(session: &Session, name: &str) -> Option<Diagnostic> {
    let file = format!("profiles/{name}.yaml");
    let told = |found: &Diagnostic| found.place.as_ref().is_some_and(|place| *place.file == *file);
    let (policies, _) = gen_core::resolve::policies(&session.repository);
    super::find(&policies, name).err().map(|fault| *fault).filter(|_| !session.diagnostics.iter().any(told))
}

/// `sound`: there are no faults, which would hide targets and what they lack.
fn human(body: &Body, profile: Option<&str>, sound: bool) -> String {
    let looked = count(body.targets, "target", "targets");
    if body.missing.is_empty() {
        return match (sound, body.targets, profile) {
            (false, ..) => String::new(),
            (true, 0, Some(profile)) => {
                format!("No environment uses profile {profile}: nothing to look at.\n")
            }
            (true, 0, None) => "There are no targets: nothing to look at.\n".to_owned(),
            (true, 1, _) => "Nothing is missing: 1 target rests on live evidence.\n".to_owned(),
            (true, ..) => format!("Nothing is missing: {looked} rest on live evidence.\n"),
        };
    }
    let mut out = String::new();
    let mut subject = "";
    for missing in &body.missing {
        if missing.subject != subject {
            subject = &missing.subject;
            out.push_str(&format!("{subject}\n"));
        }
        let mark = if missing.blocks { "!" } else { "~" };
        out.push_str(&format!("  {mark} {}\n", wrap(&missing.asked, 74, 6)));
        for known in &missing.known {
            out.push_str(&format!("      known: {}\n", wrap(known, 65, 13)));
        }
        out.push_str(&format!("      to do: {}\n", wrap(&missing.prove, 65, 13)));
        out.push_str(&format!("      for: {}\n", wrap(&missing.targets.join(", "), 67, 11)));
    }
    out.push_str(&format!("{} {looked}.\n", total(&body.missing)));
    out
}
