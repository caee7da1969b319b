//! From rendered targets to roots that can be carried out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use gen_core::apply::{Step, steps};
use gen_core::audit::Standing;
use gen_core::check::Checked;
use gen_core::diag::{Diagnostic, Fault, Severity};
use gen_core::kind::terraform::StatePlace;
use gen_core::kind::{Rendered, Tree};
use gen_core::load::Repository;
use gen_core::model::component::ComponentType;
use gen_core::model::environment::{AllowDestroy, Engine};
use gen_core::model::names::{ComponentName, RegionName, SubjectName};
use gen_core::model::units::Date;
use gen_core::plan::TreeDiff;
use gen_core::prove::Judged;
use gen_core::resolve::{Bound, Target, WhatIf};
use gen_exec::apply::Work;

use super::Need;
use crate::session::Session;
use crate::walk::{TargetState, Visit, walk};

/// Evidence that was judged so many days ago is too old to apply to a protected environment.
const OLDEST: u64 = 45;

/// A root to be carried out, before its provider is looked up.
pub(super) struct Seed {
    step: Step,
    kinds: BTreeMap<ComponentName, ComponentType>,
    folder: String,
    files: Vec<Rendered>,
    place: StatePlace,
    engine: Engine,
    account: Option<String>,
    protected: bool,
    allowed: Vec<AllowDestroy>,
    makes_store: Option<ComponentName>,
    hosts: bool,
    standing: Standing,
    source: String,
}

/// The roots of all selected targets and the modules that they use. What stands in the way is among the session's diagnostics.
pub(super) fn gather(session: &mut Session, today: Date, need: Need) -> (Vec<Seed>, Vec<Rendered>) {
    let fresh = need == Need::Rendered && !super::release::is_back(session);
    let before = session.diagnostics.len();
    let walked = walk(session, &WhatIf::default(), None, |visit| {
        (
            as_applied(visit, need).and_then(|found| seeds(visit, found.as_ref(), today, fresh)),
            modules(visit),
            visit.diff.is_some_and(TreeDiff::has_changes),
            visit.judged.target().id.to_string(),
            visit.state,
        )
    });
    let Some(walked) = walked else { return (Vec::new(), Vec::new()) };
    if need == Need::Place {
        let found = session.diagnostics.iter_mut().skip(before);
        let refusals = found.filter(|one| matches!(one.fault, Fault::Refused | Fault::NeedsEvidence));
        refusals.for_each(|one| one.severity = Severity::Warning);
    }
    let (mut found, mut copies) = (Vec::new(), BTreeMap::new());
    let mut diagnostics = Vec::new();
    let help = super::release::help(session);
    for (seeds, modules, differs, target, state) in walked.kept {
        match seeds {
            Ok(seeds) => found.extend(seeds),
            Err(why) => {
                diagnostics.push(Diagnostic::error(Fault::StepFailed).label(why).target(target.clone()));
            }
        }
        copies.extend(modules.into_iter().map(|file| (file.path.clone(), file)));
        if differs && need == Need::Rendered {
            diagnostics.push(Diagnostic::error(Fault::NotGenerated).target(target).help(help));
        } else if state == TargetState::Planned && session.names_environment() {
            let fault = Diagnostic::error(Fault::StepFailed)
                .label("it is planned, and refused as yet: there is nothing to apply");
            diagnostics.push(fault.target(target));
        }
    }
    let is_module = |diff: &&TreeDiff| {
        !gen_core::kind::workflows::is_place(&diff.folder)
            || diff.folder.as_ref() == gen_core::kind::terraform::MODULE_COPIES
    };
    if need == Need::Rendered && walked.shared.iter().filter(is_module).any(TreeDiff::has_changes) {
        diagnostics.push(Diagnostic::error(Fault::NotGenerated).label("terraform-out/modules").help(help));
    }
    session.diagnostics.extend(diagnostics);
    (found, copies.into_values().collect())
}

fn modules(visit: &Visit<'_>) -> Vec<Rendered> {
    let terraform = &visit.renderer.terraform;
    let tree = terraform.module_tree(terraform.modules_of(visit.judged.target(), visit.roots));
    let at = |path: &str| format!("{}/{path}", tree.folder).into();
    tree.files.iter().map(|file| Rendered { path: at(&file.path), content: file.content.clone() }).collect()
}

/// A target and its files.
type AsApplied<'a> = (Cow<'a, Checked>, Cow<'a, Tree>);

/// A target as it was rendered; one that is refused as it would be, where nothing is applied. None where it is not there to be applied.
fn as_applied<'a>(visit: &'a Visit<'_>, need: Need) -> Result<Option<AsApplied<'a>>, String> {
    match visit.judged {
        Judged::Checked(checked) if visit.state == TargetState::Ok => {
            Ok(Some((Cow::Borrowed(checked), Cow::Borrowed(visit.tree))))
        }
        Judged::Refused(refused) if visit.state == TargetState::Refused && need == Need::Place => {
            let checked = refused.as_it_stands(visit.repository, visit.matrix);
            let tree = visit
                .renderer
                .render(&checked)
                .map_err(|faults| faults.first().map_or_else(String::new, |fault| fault.label.clone()))?;
            Ok(Some((Cow::Owned(checked), Cow::Owned(tree))))
        }
        _ => Ok(None),
    }
}

/// The roots of one target.
fn seeds(
    visit: &Visit<'_>,
    found: Option<&AsApplied<'_>>,
    today: Date,
    fresh: bool,
) -> Result<Vec<Seed>, String> {
    let Some((checked, tree)) = found else { return Ok(Vec::new()) };
    let target = checked.target();
    let as_of = visit.matrix.as_of;
    if fresh && target.protected() && as_of.plus_days(OLDEST) < today {
        return Err(format!(
            "evidence was judged as of {as_of}, more than {OLDEST} days ago: a protected environment needs newer"
        ));
    }
    let terraform = &visit.renderer.terraform;
    steps(terraform, target)?
        .into_iter()
        .map(|step| {
            let folder = format!("{}/terraform/{}", tree.folder, step.root.name);
            let prefix = format!("terraform/{}/", step.root.name);
            let own = tree.files.iter().filter(|file| file.path.starts_with(&prefix));
            let files = own.map(|file| Rendered {
                path: format!("{}/{}", tree.folder, file.path).into(),
                content: file.content.clone(),
            });
            let kinds = step
                .takes
                .keys()
                .filter_map(|name| Some((name.clone(), target.components.get(name)?.kind())));
            Ok(Seed {
                kinds: kinds.collect(),
                files: files.collect(),
                place: terraform.state(checked, &step.root)?,
                engine: target.env.value.engine,
                account: target
                    .accounts
                    .get(&step.root.provider)
                    .map(|account| account.id.as_str().to_owned()),
                protected: target.protected(),
                allowed: target.env.value.allow_destroy.clone(),
                hosts: hosts(target, &step),
                makes_store: gen_core::apply::steps::makes_its_own_store(target, &step.root),
                standing: Standing::of(target, checked.report(), as_of),
                source: target.env.file.to_string(),
                folder,
                step,
            })
        })
        .collect()
}

/// Components of the target run on what the root makes.
fn hosts(target: &Target, step: &Step) -> bool {
    target.components.values().any(|component| match &component.bound {
        Bound::Hosted { host, .. } => step.root.components.contains(host),
        _ => false,
    })
}

/// With what is said of each root's provider.
pub(super) fn works<'a>(repository: &'a Repository, seeds: &'a [Seed]) -> Vec<Work<'a>> {
    let provider = |name: &SubjectName| repository.providers.get(name).map(|file| &file.value);
    let works = seeds.iter().filter_map(|seed| {
        Some(Work {
            provider: provider(&seed.step.root.provider)?,
            region: seed.step.root.region.as_ref().map(RegionName::as_str).unwrap_or_default().to_owned(),
            step: seed.step.clone(),
            kinds: seed.kinds.clone(),
            folder: seed.folder.clone(),
            files: seed.files.clone(),
            place: seed.place.clone(),
            engine: seed.engine,
            account: seed.account.clone(),
            protected: seed.protected,
            allowed: &seed.allowed,
            makes_store: seed.makes_store.clone(),
            hosts: seed.hosts,
            standing: seed.standing.clone(),
            source: seed.source.clone(),
        })
    });
    works.collect()
}
