//! `gen plan`: verdicts, changes with their risk, files. Reads only.

mod document;

use std::collections::BTreeSet;
use std::process::ExitCode;

use gen_core::audit::{Event, Kind, Sealing, What, change};
use gen_core::check::{Matrix, Verdict, VerdictKind, words};
use gen_core::effect::{Change, changes};
use gen_core::plan::{FileDiff, State, TreeDiff};
use gen_core::prove::Judged;
use gen_core::resolve::{Bound, Target};

use crate::cli::{Format, Global, PlanArgs};
use crate::document::PlaceDoc;
use crate::release::ReleaseDoc;
use crate::session::{Session, what_if};
use crate::view::plan as view;
use crate::walk::{Visit, walk};

pub(crate) use document::{Body, ChangeDoc, EvidenceDoc, FilesDoc, GoneDoc, RequirementDoc, TargetDoc};

impl GoneDoc {
    fn of(diff: &TreeDiff, with_diffs: bool) -> Self {
        let files = files_doc(&diff.folder, &diff.files, diff.same, with_diffs);
        let roots: BTreeSet<&str> = diff
            .files
            .iter()
            .filter_map(|file| Some(file.path.strip_prefix("terraform/")?.split_once('/')?.0))
            .collect();
        Self {
            target: diff.folder.trim_start_matches("terraform-out/").to_owned(),
            roots: roots.into_iter().map(str::to_owned).collect(),
            files,
        }
    }
}

/// Input files by path, to tell on which line a setting stands.
type Texts = std::collections::BTreeMap<std::sync::Arc<str>, std::sync::Arc<str>>;

pub(crate) fn run(global: &Global, arguments: &PlanArgs) -> ExitCode {
    let clock = crate::view::Clock::start();
    let mut session = Session::open(global);
    let what_if = match what_if(&arguments.what_if, &session.repository) {
        Ok(what_if) => what_if,
        Err(faults) => {
            session.diagnostics.extend(faults);
            return super::finish(global, &mut session, "plan", Body::default(), "", false, false);
        }
    };
    let verdicts = arguments.verdicts || global.format == Format::Json;
    let (mut body, differs) = build(&mut session, &what_if, None, Detail { verdicts, diffs: arguments.diff });
    let options =
        view::Options { verdicts: arguments.verdicts, diff: arguments.diff, what_if: !what_if.is_empty() };
    let mut human = view::render(&body, &options, session.is_partial(), clock.seconds());
    if arguments.event {
        body.events = events(&session, &what_if);
        human.push_str(&view::events(&body.events));
    }
    if arguments.live {
        let before = std::mem::take(&mut session.diagnostics);
        let steps = super::apply::live(&mut session, &arguments.engine);
        // The models are looked at a second time, and the same is found again.
        session.diagnostics.retain(|found| !before.contains(found));
        session.diagnostics.extend(before);
        human.push_str(&crate::view::apply::live(&steps));
        body.live = Some(steps);
    }
    super::finish(global, &mut session, "plan", body, &human, differs, arguments.detailed_exitcode)
}

/// The record that the change of each selected target would leave: proposed, by nobody's revision, at the head of no chain.
fn events(session: &Session, what_if: &gen_core::resolve::WhatIf) -> Vec<Event> {
    let repository = &session.repository;
    let side = |what_if: &gen_core::resolve::WhatIf| {
        let (ground, _) = gen_core::prove::prepare(repository, what_if, None, &|id| session.selects(id));
        let Some(ground) = ground else { return Vec::new() };
        let judged = ground.targets.into_iter().map(|target| {
            match gen_core::check::check(repository, &ground.matrix, target).0 {
                Ok(checked) => Judged::Checked(Box::new(checked)),
                Err(refused) => Judged::Refused(refused),
            }
        });
        judged.map(|judged| (judged, ground.matrix.as_of)).collect()
    };
    let (before, after) = (side(&gen_core::resolve::WhatIf::default()), side(what_if));
    let Some(time) = crate::view::now() else { return Vec::new() };
    let pairs = after.iter().filter_map(|(new, as_of)| {
        let (old, _) = before.iter().find(|(old, _)| old.target().id == new.target().id)?;
        let change = change((old.target(), old.report()), (new.target(), new.report()), *as_of)?;
        Some((change, new.target().env.file.clone()))
    });
    pairs
        .map(|(change, source)| {
            let sealing = Sealing { kind: Kind::Proposed, time, revision: None, predecessor: None };
            Event::seal(What::Change(Box::new(change)), &source, sealing)
        })
        .collect()
}

/// How much of what was found goes into the document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detail {
    /// Requirements that hold, too.
    pub verdicts: bool,
    /// Differences of files as text.
    pub diffs: bool,
}

/// Proves, renders and compares; the body says what was found, and whether anything differs on disk.
pub(crate) fn build(
    session: &mut Session,
    what_if: &gen_core::resolve::WhatIf,
    as_of: Option<gen_core::model::units::Date>,
    detail: Detail,
) -> (Body, bool) {
    let walked = walk(session, what_if, as_of, |visit| {
        let soon = visit.matrix.as_of.plus_days(30);
        let expiring: Vec<(String, usize)> = visit
            .judged
            .report()
            .expiring(soon)
            .map(|claim| (claim.subject.to_string(), claim.index))
            .collect();
        let differs = visit.diff.is_some_and(TreeDiff::has_changes);
        (target_doc(visit, detail), expiring, differs)
    });
    let Some(walked) = walked else { return (Body::default(), false) };
    let mut differs = walked.shared.iter().any(TreeDiff::has_changes);
    let mut targets = Vec::with_capacity(walked.kept.len());
    let mut expiring = BTreeSet::new();
    for (target, facts, changed) in walked.kept {
        targets.push(target);
        expiring.extend(facts);
        differs |= changed;
    }
    let (mut shared, mut workflows, mut gone) = (FilesDoc::default(), FilesDoc::default(), Vec::new());
    for diff in &walked.shared {
        if diff.folder.as_ref() == gen_core::kind::terraform::MODULE_COPIES {
            shared = owner_doc(diff, detail.diffs);
        } else if gen_core::kind::workflows::is_place(&diff.folder) && !diff.is_of_nothing() {
            workflows.add(owner_doc(diff, detail.diffs));
        } else {
            gone.push(GoneDoc::of(diff, detail.diffs));
        }
    }
    let body = Body {
        evidence_as_of: walked.as_of.to_string(),
        targets,
        shared,
        workflows,
        gone,
        expiring: expiring.len(),
        live: None,
        events: Vec::new(),
    };
    (body, differs)
}

fn target_doc(visit: &Visit<'_>, detail: Detail) -> TargetDoc {
    let target = visit.judged.target();
    let report = visit.judged.report();
    let (files, changed) = match visit.diff {
        None => (FilesDoc::default(), Vec::new()),
        Some(diff) => {
            (owner_doc(diff, detail.diffs), changes_of(&visit.repository.texts, target, &diff.files))
        }
    };
    TargetDoc {
        target: target.id.to_string(),
        tier: target.tier().as_str(),
        profile: target.policy.name.to_string(),
        release: target.release.as_ref().map(|release| ReleaseDoc::of(&release.value)),
        providers: providers(target),
        state: visit.state,
        roots: visit.roots.iter().map(|root| root.name.clone()).collect(),
        not_rendered: target
            .components
            .values()
            .filter(|component| matches!(component.bound, Bound::Hosted { .. }))
            .map(|component| component.name.to_string())
            .collect(),
        verdicts: report.counts(),
        asked: report.verdicts.len(),
        requirements: report
            .verdicts
            .iter()
            .filter(|verdict| detail.verdicts || verdict.kind != VerdictKind::Satisfied)
            .map(|verdict| requirement_doc(visit.matrix, verdict))
            .collect(),
        changes: changed,
        files,
    }
}

fn providers(target: &Target) -> Vec<String> {
    let mut found: Vec<String> = target
        .components
        .values()
        .filter_map(|component| match &component.bound {
            Bound::Managed { provider, region: Some(region), .. } => Some(format!("{provider} {region}")),
            Bound::Managed { provider, .. } => Some(provider.to_string()),
            _ => None,
        })
        .collect();
    // Where nothing is managed, those are named who answer for what is brought.
    if found.is_empty() {
        found.extend(target.components.values().filter_map(|component| match &component.bound {
            Bound::Existing { operated_by, .. } => Some(operated_by.to_string()),
            _ => None,
        }));
    }
    found.sort();
    found.dedup();
    found
}

fn requirement_doc(matrix: &Matrix, verdict: &Verdict) -> RequirementDoc {
    let requirement = &verdict.requirement;
    let capability = matrix.dictionary.capabilities.get(&requirement.capability);
    RequirementDoc {
        component: requirement.component.to_string(),
        capability: requirement.capability.to_string(),
        value: requirement.value.clone(),
        copy: requirement.site == gen_core::check::Site::Copy,
        severity: requirement.severity.as_str(),
        truth: verdict.truth,
        verdict: verdict.kind,
        blocks: verdict.blocks,
        subject: requirement.question.subject.to_string(),
        region: requirement.question.region.as_ref().map(ToString::to_string),
        service: requirement.question.service.as_ref().map(ToString::to_string),
        origins: requirement.origins.iter().map(|(origin, _)| words::origin(origin)).collect(),
        asked: capability.map(|capability| words::asked(requirement, capability)).unwrap_or_default(),
        without: capability.map(|capability| capability.means.without.clone()).unwrap_or_default(),
        evidence: verdict
            .claims
            .iter()
            .map(|claim| EvidenceDoc {
                fact: format!("{}:facts[{}]", claim.place.file, claim.index),
                offered: words::offered(claim),
                confidence: claim.confidence,
                read: claim.source.read.to_string(),
                expires: claim.expires.to_string(),
                source: claim.source.at.clone(),
            })
            .collect(),
    }
}

fn changes_of(texts: &Texts, target: &Target, files: &[FileDiff]) -> Vec<ChangeDoc> {
    let mut found = Vec::new();
    let values = files.iter().filter(|file| file.path.ends_with("/gen.auto.tfvars.json"));
    for file in values.filter(|file| matches!(file.state, State::Changed | State::Removed)) {
        let root = file.path.split('/').nth(1).unwrap_or_default();
        let parse = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap_or_default();
        let old = parse(file.old.as_deref().unwrap_or_default());
        let new = parse(file.new.as_ref().map(|content| content.bytes()).unwrap_or_default());
        found.extend(changes(target, &old, &new).into_iter().map(|change| change_doc(texts, root, change)));
    }
    found.sort_by(|a, b| {
        b.risk
            .cmp(&a.risk)
            .then_with(|| (&a.root, &a.component, &a.field).cmp(&(&b.root, &b.component, &b.field)))
    });
    found
}

fn change_doc(texts: &Texts, root: &str, change: Change) -> ChangeDoc {
    let route = change.why.as_ref().and_then(|place| match &place.spot {
        gen_core::diag::Spot::Value(route) | gen_core::diag::Spot::Key(route) => Some(route.to_string()),
        _ => None,
    });
    ChangeDoc {
        root: root.to_owned(),
        component: change.component.map(|name| name.to_string()),
        field: change.field,
        label: change.label,
        from: change.from,
        to: change.to,
        risk: change.risk,
        note: change.note,
        why: change.why.as_ref().map(|place| PlaceDoc::new(place, &|file| texts.get(file).cloned())),
        route,
    }
}

/// The files of an owner; its manifest among them when that alone is not as it should be.
fn owner_doc(diff: &TreeDiff, with_diffs: bool) -> FilesDoc {
    let mut files = files_doc(&diff.folder, &diff.files, diff.same, with_diffs);
    if diff.manifest_differs && files.touched() == 0 {
        files.changed.push(format!("{}/{}", diff.folder, gen_core::plan::MANIFEST));
    }
    files
}

fn files_doc(folder: &str, files: &[FileDiff], same: usize, with_diffs: bool) -> FilesDoc {
    let of = |state: State| -> Vec<String> {
        files
            .iter()
            .filter(|file| file.state == state)
            .map(|file| format!("{folder}/{}", file.path))
            .collect()
    };
    let diffs = if with_diffs {
        files.iter().filter_map(|file| text_diff(folder, file)).collect()
    } else {
        Vec::new()
    };
    FilesDoc {
        same,
        created: of(State::Created),
        changed: of(State::Changed),
        removed: of(State::Removed),
        diffs,
    }
}

/// The difference of a file in the unified format.
fn text_diff(folder: &str, file: &FileDiff) -> Option<String> {
    if !matches!(file.state, State::Created | State::Changed | State::Removed) {
        return None;
    }
    let old = String::from_utf8_lossy(file.old.as_deref().unwrap_or_default()).into_owned();
    let new = file
        .new
        .as_ref()
        .map(|content| String::from_utf8_lossy(content.bytes()).into_owned())
        .unwrap_or_default();
    let path = format!("{folder}/{}", file.path);
    let (before, after) = match file.state {
        State::Created => ("/dev/null".to_owned(), format!("b/{path}")),
        State::Removed => (format!("a/{path}"), "/dev/null".to_owned()),
        _ => (format!("a/{path}"), format!("b/{path}")),
    };
    Some(similar::TextDiff::from_lines(&old, &new).unified_diff().header(&before, &after).to_string())
}
