//! `gen profile compare`: what each profile and provider would make of a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use gen_core::check::{Counts, Substitute, Verdict, VerdictKind, check, substitutes, words};
use gen_core::diag::{Diagnostic, Fault, any_error};
use gen_core::model::names::{ComponentName, ProfileName, SubjectName};
use gen_core::prove::{Ground, prepare};
use gen_core::resolve::{TargetId, WhatIf};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{CompareArgs, Global};
use crate::session::Session;
use crate::view::text::{count, table, wrap};

/// What `profile compare` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The target that is compared for.
    pub target: String,
    /// The profile and provider that it has now.
    pub present: String,
    /// Each profile with each provider, best first.
    pub combinations: Vec<Combination>,
}

/// A profile with a provider.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Combination {
    /// The profile.
    pub profile: String,
    /// The provider that everything is bound to, save what the environment binds by name.
    pub provider: String,
    /// What becomes of the target.
    pub outcome: Choice,
    /// Verdicts by kind.
    pub verdicts: Counts,
    /// Why it cannot be put together, where it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Requirements that do not hold.
    pub open: Vec<Open>,
}

/// What becomes of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Choice {
    /// It may be rendered, and there are modules.
    Renders,
    /// It may be rendered, once what has no module is brought.
    Bring,
    /// Somebody has to find something out first.
    Ask,
    /// Something that it needs is lacking.
    Refused,
    /// The profile does not allow the provider, or it has no place in the wanted location.
    NotAllowed,
}

impl Choice {
    fn words(self) -> &'static str {
        match self {
            Self::Renders => "renders",
            Self::Bring => "to be brought as existing",
            Self::Ask => "open",
            Self::Refused => "refused",
            Self::NotAllowed => "not possible",
        }
    }
}

/// A requirement that does not hold.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Open {
    /// The component.
    pub component: String,
    /// The capability.
    pub capability: String,
    /// Whose facts answered.
    pub subject: String,
    /// How bad its lack is.
    pub severity: &'static str,
    /// What becomes of it.
    pub verdict: VerdictKind,
    /// In words: what is asked.
    pub asked: String,
    /// In words: what its lack means.
    pub without: String,
    /// What would prove it, where nobody knows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prove: String,
    /// Who else could have the component, and at which price.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Substitute>,
}

pub(super) fn run(global: &Global, arguments: &CompareArgs) -> ExitCode {
    let mut session = Session::open(global);
    let outcome = compare(&session, arguments);
    let (body, human) = match outcome {
        Ok(body) => {
            let human = human(&body);
            (body, human)
        }
        Err(faults) => {
            session.diagnostics.extend(faults);
            (Body::default(), String::new())
        }
    };
    crate::commands::finish(global, &mut session, "profile-compare", body, &human, false, false)
}

fn compare(session: &Session, arguments: &CompareArgs) -> Result<Body, Vec<Diagnostic>> {
    let repository = &session.repository;
    let id = target(session)?;
    let (policies, _) = gen_core::resolve::policies(repository);
    let mut profiles: Vec<ProfileName> = Vec::new();
    for name in &arguments.profile {
        profiles.push(super::find(&policies, name).map_err(|fault| vec![*fault])?.name.clone());
    }
    if profiles.is_empty() {
        profiles = policies.iter().map(|policy| policy.name.clone()).collect();
    }
    let mut providers: Vec<SubjectName> = Vec::new();
    for name in &arguments.provider {
        let found = repository.providers.keys().find(|known| known.as_str() == name).cloned();
        let known: Vec<&str> = repository.providers.keys().map(SubjectName::as_str).collect();
        providers.push(found.ok_or_else(|| vec![crate::session::unknown("provider", name, &known)])?);
    }
    if providers.is_empty() {
        providers = repository.providers.keys().cloned().collect();
    }
    let pairs: Vec<(&ProfileName, &SubjectName)> = profiles
        .iter()
        .flat_map(|profile| providers.iter().map(move |provider| (profile, provider)))
        .collect();
    let detailed = pairs.len() == 1;
    let mut combinations: Vec<Combination> = pairs
        .into_par_iter()
        .map(|(profile, provider)| combine(session, &id, profile, provider, detailed))
        .collect();
    combinations.sort_by_key(|found| {
        let verdicts = found.verdicts;
        let rank = match found.outcome {
            Choice::Renders => 0,
            Choice::Bring => 1,
            // What is known to hold counts more than whether a lack was found yet.
            Choice::Ask | Choice::Refused => 2,
            Choice::NotAllowed => 3,
        };
        let known = std::cmp::Reverse(verdicts.satisfied);
        (rank, known, verdicts.refused, found.provider.clone(), found.profile.clone())
    });
    let env = repository.stacks.get(&id.stack).and_then(|files| files.environments.get(&id.env));
    let present = env.map(|file| {
        let default = file.value.bind.get("default").and_then(|binding| binding.provider.as_ref());
        let provider = default.map(|provider| format!(" on {provider}")).unwrap_or_default();
        format!("{}{provider}", file.value.profile)
    });
    Ok(Body { target: id.to_string(), present: present.unwrap_or_default(), combinations })
}

/// Substitutes that are named for a component.
const SUBSTITUTES: usize = 3;

/// The target to compare for: of those selected, the one of the highest tier that holds no accounts, and rather one that runs than one
/// that is planned.
pub(super) fn target(session: &Session) -> Result<TargetId, Vec<Diagnostic>> {
    use gen_core::model::stack::Purpose;
    let stacks = session.repository.stacks.iter().filter(|(_, files)| files.stack.is_some());
    let targets = stacks.flat_map(|(stack, files)| {
        let foundation = files.stack.as_ref().is_some_and(|file| file.value.purpose == Purpose::Foundation);
        files.environments.iter().map(move |(env, file)| {
            let id = TargetId { stack: stack.clone(), env: env.clone() };
            ((!foundation, file.value.tier, !file.value.planned), id)
        })
    });
    let best = targets.filter(|(_, id)| session.selects(id)).max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    best.map(|(_, id)| id).ok_or_else(|| {
        if any_error(&session.diagnostics) {
            return Vec::new();
        }
        vec![Diagnostic::error(Fault::UnknownName).label("there is no environment to compare for")]
    })
}

fn combine(
    session: &Session,
    id: &TargetId,
    profile: &ProfileName,
    provider: &SubjectName,
    detailed: bool,
) -> Combination {
    let repository = &session.repository;
    let what_if = WhatIf { profile: Some(profile.clone()), providers: vec![(None, provider.clone())] };
    let (ground, found) = prepare(repository, &what_if, None, &|wanted| wanted == id);
    let mut combination = Combination {
        profile: profile.to_string(),
        provider: provider.to_string(),
        outcome: Choice::NotAllowed,
        verdicts: Counts::default(),
        reason: None,
        open: Vec::new(),
    };
    let target = ground.map(|Ground { matrix, targets, .. }| (matrix, targets.into_iter().next()));
    let Some((matrix, Some(target))) = target else {
        let own = found.iter().find(|fault| fault.target.as_deref() == Some(id.to_string().as_str()));
        combination.reason = Some(own.map_or("it has faults".to_owned(), |fault| fault.label.clone()));
        return combination;
    };
    let made = target.components.values().all(|component| match &component.bound {
        gen_core::resolve::Bound::Managed { provider, .. } => {
            let kind = component.kind();
            let file = repository.providers.get(provider);
            file.is_some_and(|file| file.value.makes.contains_key(&kind))
                || kind == gen_core::model::component::ComponentType::Delivery
        }
        _ => true,
    });
    let (outcome, _) = check(repository, &matrix, target.clone());
    let (report, refused) = match outcome {
        Ok(checked) => (checked.report().clone(), None),
        Err(refused) => (refused.report.clone(), Some(refused)),
    };
    combination.verdicts = report.counts();
    combination.outcome = match (report.is_refused(), report.counts().refused) {
        (true, 0) => Choice::Ask,
        (true, _) => Choice::Refused,
        (false, _) if made => Choice::Renders,
        (false, _) => Choice::Bring,
    };
    let open = report.verdicts.iter().filter(|verdict| verdict.kind != VerdictKind::Satisfied);
    let mut said: Vec<ComponentName> = Vec::new();
    combination.open = open
        .filter_map(|verdict| {
            let mut open = of_verdict(&matrix, verdict)?;
            let component = &verdict.requirement.component;
            // Who else could have a component is looked for once, and only where the answer is shown.
            if let (true, Some(refused), true, false) =
                (detailed, refused.as_deref(), verdict.blocks, said.contains(component))
            {
                said.push(component.clone());
                open.instead = substitutes(repository, &matrix, refused, component, SUBSTITUTES);
            }
            Some(open)
        })
        .collect();
    combination.open.sort_by(|a, b| {
        (a.verdict_rank(), &a.component, &a.capability).cmp(&(b.verdict_rank(), &b.component, &b.capability))
    });
    combination
}

impl Open {
    /// Capability, what its lack means, component, what is asked: the same gap at two combinations has the same.
    fn gap(&self) -> (&str, &str, &str, &str) {
        (&self.capability, &self.without, &self.component, &self.asked)
    }

    fn verdict_rank(&self) -> u8 {
        match (self.verdict, self.severity) {
            (VerdictKind::Refused, _) => 0,
            (VerdictKind::NeedsEvidence, "blocking") => 1,
            (VerdictKind::Degraded, _) => 2,
            _ => 3,
        }
    }
}

fn of_verdict(matrix: &gen_core::check::Matrix, verdict: &Verdict) -> Option<Open> {
    let requirement = &verdict.requirement;
    let capability = matrix.dictionary.capabilities.get(&requirement.capability)?;
    let subject = requirement.question.subject.to_string();
    let unknown = verdict.kind == VerdictKind::NeedsEvidence;
    Some(Open {
        component: requirement.component.to_string(),
        capability: requirement.capability.to_string(),
        severity: requirement.severity.as_str(),
        verdict: verdict.kind,
        asked: words::asked(requirement, capability),
        without: capability.means.without.clone(),
        prove: if unknown {
            words::how_to_prove(&requirement.capability, capability.proof, &subject)
        } else {
            String::new()
        },
        instead: Vec::new(),
        subject,
    })
}

fn human(body: &Body) -> String {
    if let [only] = body.combinations.as_slice() {
        return details(body, only);
    }
    let head = ["provider", "hold", "lack", "open", "degraded", "", "under"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut last: Option<&Combination> = None;
    for found in body.combinations.iter().filter(|found| found.outcome != Choice::NotAllowed) {
        // Profiles that make no difference to a provider share a line.
        let same = last.is_some_and(|last| {
            (&last.provider, last.outcome, last.verdicts) == (&found.provider, found.outcome, found.verdicts)
        });
        last = Some(found);
        if let (true, Some(profiles)) = (same, rows.last_mut().and_then(|row| row.last_mut())) {
            profiles.push_str(&format!(", {}", found.profile));
            continue;
        }
        let verdicts = found.verdicts;
        rows.push(vec![
            found.provider.clone(),
            verdicts.satisfied.to_string(),
            verdicts.refused.to_string(),
            verdicts.needs_evidence.to_string(),
            verdicts.degraded.to_string(),
            found.outcome.words().to_owned(),
            found.profile.clone(),
        ]);
    }
    let mut out = format!("{} (now {})\n\n{}", body.target, body.present, table(&rows));
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for found in body.combinations.iter().filter(|found| found.outcome == Choice::NotAllowed) {
        let reason = found.reason.clone().unwrap_or_default().replace(&format!("`{}`", found.provider), "it");
        let name = format!("{} on {}", found.profile, found.provider);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    if !reasons.is_empty() {
        out.push_str("\nNot possible:\n");
    }
    for (reason, names) in reasons {
        out.push_str(&format!("  {}\n", wrap(&format!("{}: {reason}", names.join(", ")), 76, 4)));
    }
    out.push_str(&side_by_side(body));
    out.push_str("\nhold: on live evidence; lack: needed, known to be missing; open: nobody knows\n");
    out.push_str("What stands in the way of one: --profile NAME --provider NAME\n");
    out
}

/// Most combinations whose gaps are shown beside each other.
const BESIDE: usize = 4;

/// Where a few combinations differ: what is lacking, unknown or degraded at some of them.
fn side_by_side(body: &Body) -> String {
    let possible: Vec<&Combination> =
        body.combinations.iter().filter(|found| found.outcome != Choice::NotAllowed).collect();
    if !(2..=BESIDE).contains(&possible.len()) {
        return String::new();
    }
    // What is asked of which component is one gap; gaps that mean the same and stand alike are said once.
    let gaps: BTreeSet<(&str, &str, &str, &str)> =
        possible.iter().flat_map(|found| found.open.iter().map(Open::gap)).collect();
    let mut alike: BTreeMap<(&str, &str, Vec<&str>), BTreeSet<&str>> = BTreeMap::new();
    for gap in gaps {
        let (capability, without, component, _) = gap;
        let state = |found: &&Combination| {
            let same = found.open.iter().find(|open| open.gap() == gap);
            match same.map(|open| open.verdict) {
                Some(VerdictKind::Refused) => "lacking",
                Some(VerdictKind::NeedsEvidence) => "nobody knows",
                Some(VerdictKind::Degraded) => "degraded",
                Some(VerdictKind::Waived) => "waived",
                Some(VerdictKind::Satisfied) | None => "no gap",
            }
        };
        let states: Vec<&str> = possible.iter().map(state).collect();
        if states.iter().any(|state| *state != states[0]) {
            alike.entry((capability, without, states)).or_default().insert(component);
        }
    }
    let mut out = String::new();
    for ((capability, without, states), components) in alike {
        let components = components.into_iter().collect::<Vec<_>>().join(", ");
        out.push_str(&format!("  {}\n", wrap(&format!("{without} ({capability}): {components}"), 76, 4)));
        let cells = possible
            .iter()
            .zip(&states)
            .map(|(found, state)| format!("{} on {}: {state}", found.profile, found.provider));
        out.push_str(&format!("      {}\n", wrap(&cells.collect::<Vec<_>>().join("; "), 72, 6)));
    }
    if out.is_empty() { out } else { format!("\nWhere they differ:\n{out}") }
}

fn details(body: &Body, found: &Combination) -> String {
    let verdicts = found.verdicts;
    let mut out =
        format!("{}: {} on {}: {}\n", body.target, found.profile, found.provider, found.outcome.words());
    if let Some(reason) = &found.reason {
        out.push_str(&format!("{reason}\n"));
        return out;
    }
    out.push_str(&format!(
        "{} hold, {} lacking, {} open, {} degraded\n",
        verdicts.satisfied, verdicts.refused, verdicts.needs_evidence, verdicts.degraded
    ));
    let section = |out: &mut String, title: &str, wanted: &dyn Fn(&Open) -> bool| {
        let of: Vec<&Open> = found.open.iter().filter(|open| wanted(open)).collect();
        if of.is_empty() {
            return;
        }
        out.push_str(&format!("\n{title}: {}\n", count(of.len(), "requirement", "requirements")));
        // What is asked of several components in the same words is said once.
        let mut said: Vec<(String, Vec<&Open>)> = Vec::new();
        for open in of {
            let text = format!("{} ({})", open.without, open.asked);
            match said.iter_mut().find(|(known, first)| *known == text && first[0].prove == open.prove) {
                Some((_, others)) => others.push(open),
                None => said.push((text, vec![open])),
            }
        }
        for (text, of) in said {
            out.push_str(&format!("  {}\n", wrap(&text, 76, 4)));
            let mut components: Vec<&str> = of.iter().map(|open| open.component.as_str()).collect();
            components.dedup();
            out.push_str(&format!("    for: {}\n", wrap(&components.join(", "), 70, 9)));
            if !of[0].prove.is_empty() {
                out.push_str(&format!("    to do: {}\n", wrap(&of[0].prove, 68, 11)));
            }
            for (component, other) in
                of.iter().flat_map(|open| open.instead.iter().map(|other| (&open.component, other)))
            {
                let text = format!("{component} at {}", other.words());
                out.push_str(&format!("    or: {}\n", wrap(&text, 71, 8)));
            }
        }
    };
    section(&mut out, "Lacking, and needed", &|open| open.verdict == VerdictKind::Refused);
    section(&mut out, "To find out first", &|open| {
        open.verdict == VerdictKind::NeedsEvidence && open.severity == "blocking"
    });
    section(&mut out, "Degraded", &|open| open.verdict == VerdictKind::Degraded);
    section(&mut out, "Waived", &|open| open.verdict == VerdictKind::Waived);
    section(&mut out, "Worth knowing", &|open| {
        open.verdict == VerdictKind::NeedsEvidence && open.severity != "blocking"
    });
    out
}
