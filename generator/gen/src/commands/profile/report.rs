//! `gen profile report`: for an auditor, which evidence there is for each control of each framework. No conclusion is drawn.

use std::process::ExitCode;

use gen_core::check::{Verdict, VerdictKind, words};
use gen_core::diag::{Diagnostic, Fault};
use gen_core::model::framework::{Control, Framework};
use gen_core::model::names::CapabilityId;
use gen_core::model::subject::Confidence;
use gen_core::prove::{Judged, Proof};
use gen_core::resolve::WhatIf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, ReportArgs};
use crate::session::Session;
use crate::view::text::wrap;

/// What `profile report` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The day by which evidence is judged.
    pub as_of: String,
    /// Targets, each with every framework.
    pub targets: Vec<TargetReport>,
}

/// The evidence of one target.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TargetReport {
    /// `stack/environment`.
    pub target: String,
    /// Its profile.
    pub profile: String,
    /// The frameworks.
    pub frameworks: Vec<FrameworkReport>,
}

/// The evidence for one framework.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FrameworkReport {
    /// Its id.
    pub id: String,
    /// Its name and edition.
    pub name: String,
    /// Where it was read, and when.
    pub source: String,
    /// Its controls.
    pub controls: Vec<ControlReport>,
}

/// The evidence for one control.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ControlReport {
    /// The framework's own id.
    pub id: String,
    /// What it is about.
    pub about: String,
    /// How the evidence stands.
    pub standing: Standing,
    /// What is asked of components, and what is known.
    pub evidence: Vec<Line>,
    /// Capabilities of the control that the target asks nothing of.
    pub not_asked: Vec<String>,
}

/// How the evidence for a control stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// Everything that is asked rests on live documents or probes.
    Supported,
    /// Everything that is asked holds, and some of it because somebody answers for it.
    Attested,
    /// What is asked holds, and of some capabilities of the control nothing is asked.
    InPart,
    /// Something is lacking, unknown, or waived for a while.
    Open,
    /// The target asks nothing that has to do with it.
    NotAsked,
    /// No capability has to do with it.
    OutOfScope,
}

impl Standing {
    /// As people read it; the legend explains each.
    fn words(self) -> &'static str {
        match self {
            Self::Supported => "evidence",
            Self::Attested => "attested",
            Self::InPart => "in part",
            Self::Open => "open",
            Self::NotAsked => "not asked",
            Self::OutOfScope => "not covered",
        }
    }
}

/// What each word means, below the report.
const LEGEND: &str = "\
evidence     all that is asked rests on live documents or probes
attested     the same, in part because somebody answers for it
in part      what is asked holds; of some capabilities nothing is asked
open         something is lacking, unknown or waived
not asked    the target asks nothing that has to do with it
not covered  no capability has to do with it
";

/// What is asked of a component, and what is known.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Line {
    /// The component.
    pub component: String,
    /// In words: what is asked.
    pub asked: String,
    /// What became of it.
    pub verdict: VerdictKind,
    /// What is offered by whom, on which evidence, and where that was read.
    pub known: Vec<String>,
}

pub(super) fn run(global: &Global, arguments: &ReportArgs) -> ExitCode {
    let mut session = Session::open(global);
    let proof = session.prove(&WhatIf::default(), None);
    // What is open is part of the answer.
    session.diagnostics.retain(|found| !found.fault.is_verdict());
    let mut body = Body::default();
    if let (Some(proof), Some(frameworks)) = (&proof, session.repository.frameworks.clone()) {
        let all = &frameworks.value.frameworks;
        let wanted: Vec<_> = all
            .iter()
            .filter(|(id, _)| arguments.framework.as_ref().is_none_or(|wanted| wanted == id.as_str()))
            .collect();
        if let (true, Some(wanted)) = (wanted.is_empty(), &arguments.framework) {
            let known: Vec<&str> = all.keys().map(gen_core::model::names::SubjectName::as_str).collect();
            session.diagnostics.push(crate::session::unknown("framework", wanted, &known));
        } else {
            body.as_of = proof.matrix.as_of.to_string();
            body.targets = proof
                .targets
                .iter()
                .map(|judged| TargetReport {
                    target: judged.target().id.to_string(),
                    profile: judged.target().policy.name.to_string(),
                    frameworks: wanted
                        .iter()
                        .map(|(id, record)| of_framework(proof, judged, id.as_str(), record))
                        .collect(),
                })
                .collect();
        }
    } else if proof.is_some() {
        session
            .diagnostics
            .push(Diagnostic::error(Fault::UnknownName).label("there is no profiles/frameworks.yaml"));
    }
    let human = human(&body);
    crate::commands::finish(global, &mut session, "profile-report", body, &human, false, false)
}

fn of_framework(proof: &Proof, judged: &Judged, id: &str, record: &Framework) -> FrameworkReport {
    let controls = record.controls.iter().map(|(id, control)| of_control(proof, judged, id, control));
    FrameworkReport {
        id: id.to_owned(),
        name: format!("{}, {}", record.name, record.edition),
        source: format!("{}, read {}", record.at, record.read),
        controls: controls.collect(),
    }
}

fn of_control(proof: &Proof, judged: &Judged, id: &str, control: &Control) -> ControlReport {
    let belongs = |verdict: &&Verdict| control.capabilities.contains(&verdict.requirement.capability);
    let verdicts: Vec<&Verdict> = judged.report().verdicts.iter().filter(belongs).collect();
    let attested =
        |verdict: &&Verdict| verdict.claims.iter().any(|claim| claim.confidence == Confidence::Attested);
    let asked = |id: &CapabilityId| verdicts.iter().any(|verdict| verdict.requirement.capability == *id);
    let not_asked: Vec<String> =
        control.capabilities.iter().filter(|id| !asked(id)).map(ToString::to_string).collect();
    let standing = if control.capabilities.is_empty() {
        Standing::OutOfScope
    } else if verdicts.is_empty() {
        Standing::NotAsked
    } else if verdicts.iter().any(|verdict| verdict.kind != VerdictKind::Satisfied) {
        Standing::Open
    } else if !not_asked.is_empty() {
        Standing::InPart
    } else if verdicts.iter().any(attested) {
        Standing::Attested
    } else {
        Standing::Supported
    };
    ControlReport {
        id: id.to_owned(),
        about: control.about.clone(),
        standing,
        not_asked,
        evidence: verdicts.iter().filter_map(|verdict| line(proof, verdict)).collect(),
    }
}

fn line(proof: &Proof, verdict: &Verdict) -> Option<Line> {
    let requirement = &verdict.requirement;
    let capability = proof.matrix.dictionary.capabilities.get(&requirement.capability)?;
    let known = verdict.claims.iter().map(|claim| {
        let offered = words::offered(claim);
        format!("{offered} at {}: {}; {}", claim.subject, words::evidence(claim), claim.source.at)
    });
    Some(Line {
        component: requirement.component.to_string(),
        asked: words::asked(requirement, capability),
        verdict: verdict.kind,
        known: known.collect(),
    })
}

fn human(body: &Body) -> String {
    let mut out = String::new();
    for target in &body.targets {
        let title = format!(
            "{}, profile {}: evidence by control, as of {}. No conclusion is drawn.",
            target.target, target.profile, body.as_of
        );
        out.push_str(&(wrap(&title, 78, 2) + "\n"));
        for framework in &target.frameworks {
            out.push_str(&format!("\n  {}\n  {}\n", framework.name, wrap(&framework.source, 76, 2)));
            for control in &framework.controls {
                out.push_str(&format!(
                    "    {:16} {:11} {}\n",
                    control.id,
                    control.standing.words(),
                    wrap(&control.about, 44, 33)
                ));
                for line in control.evidence.iter().filter(|line| line.verdict != VerdictKind::Satisfied) {
                    let text = format!("{}: {}", line.component, line.asked);
                    out.push_str(&format!("      - {}\n", wrap(&text, 70, 8)));
                }
                if control.standing != Standing::NotAsked && !control.not_asked.is_empty() {
                    let text = format!("not asked: {}", control.not_asked.join(", "));
                    out.push_str(&format!("      - {}\n", wrap(&text, 70, 8)));
                }
            }
        }
        out.push('\n');
    }
    if !body.targets.is_empty() {
        out.push_str(LEGEND);
        out.push_str("--format json has every source.\n");
    }
    out
}
