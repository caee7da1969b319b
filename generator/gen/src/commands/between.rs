//! Two environments side by side, for `diff` and `promote`.

use gen_core::between::{Between, Setting, Side, Standing, Text};
use gen_core::diag::{Diagnostic, Fault};
use gen_core::model::names::{EnvName, StackName};
use gen_core::plan::TreeDiff;
use gen_core::resolve::{TargetId, WhatIf};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Global;
use crate::session::{Session, unknown};
use crate::walk::{TargetState, walk};

/// Everything that differs from one environment to another.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct BetweenDoc {
    /// Settings, and how components are had.
    pub settings: Vec<Setting>,
    /// Requirements that they stand differently on.
    pub verdicts: Vec<Standing>,
    /// Roots that only the first has.
    pub only_from: Vec<String>,
    /// Roots that only the second has.
    pub only_to: Vec<String>,
    /// Values of the roots that both have, in `gen.auto.tfvars.json`.
    pub values: Vec<ValueDoc>,
    /// HCL of these roots, without `backend.tf`.
    pub hcl: Text,
    /// Modules that their roots use.
    pub modules: Text,
}

/// A value of a root.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ValueDoc {
    /// The root.
    pub root: String,
    /// The component, or none for what the root shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Path of the value.
    pub field: String,
    /// In words.
    pub label: String,
    /// Here; none where there is no such value, empty where it is too long for a line.
    pub from: Option<String>,
    /// There.
    pub to: Option<String>,
}

impl BetweenDoc {
    pub(super) fn of(found: Between) -> Self {
        let values = found.values.into_iter().map(|(root, change)| ValueDoc {
            root,
            component: change.component.map(|name| name.to_string()),
            field: change.field,
            label: change.label,
            from: change.from,
            to: change.to,
        });
        Self {
            settings: found.settings,
            verdicts: found.verdicts,
            only_from: found.only_from,
            only_to: found.only_to,
            values: values.collect(),
            hcl: found.hcl,
            modules: found.modules,
        }
    }

    /// Whatever both have is made by the same text.
    pub(crate) fn is_same_code(&self) -> bool {
        self.hcl.differ.is_empty() && self.modules.differ.is_empty()
    }

    /// Nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.is_same_code()
            && self.settings.is_empty()
            && self.verdicts.is_empty()
            && self.values.is_empty()
            && self.only_from.is_empty()
            && self.only_to.is_empty()
    }
}

/// A target with what is rendered for it.
pub(super) struct Seen {
    pub side: Side,
    pub state: TargetState,
    /// What is rendered is not what lies in `terraform-out/`.
    pub stale: bool,
}

/// The one target that a session selects; its faults are among the session's.
pub(super) fn see(session: &mut Session) -> Option<Seen> {
    let walked = walk(session, &WhatIf::default(), None, |visit| {
        let (target, terraform) = (visit.judged.target(), &visit.renderer.terraform);
        let side = Side {
            target: target.clone(),
            report: visit.judged.report().clone(),
            files: visit.tree.files.clone(),
            modules: terraform.module_tree(terraform.modules_of(target, visit.roots)).files,
        };
        Seen { side, state: visit.state, stale: visit.diff.is_some_and(TreeDiff::has_changes) }
    })?;
    let stale = walked.shared.iter().any(TreeDiff::has_changes);
    let seen = walked.kept.into_iter().next()?;
    Some(Seen { stale: seen.stale || stale, ..seen })
}

/// The stack that the command line names.
pub(super) fn stack(session: &Session, global: &Global) -> Result<StackName, Box<Diagnostic>> {
    let fault = |label: &str| Box::new(Diagnostic::error(Fault::UnknownName).label(label).help("-s STACK"));
    let name = global.stack.as_deref().ok_or_else(|| fault("of which stack?"))?;
    let name = StackName::parse(name).map_err(|error| fault(&error.to_string()))?;
    let known: Vec<&str> = session.repository.stacks.keys().map(StackName::as_str).collect();
    if known.contains(&name.as_str()) {
        Ok(name)
    } else {
        Err(Box::new(unknown("stack", name.as_str(), &known)))
    }
}

/// An environment of a stack.
pub(super) fn environment(
    session: &Session,
    stack: &StackName,
    name: &str,
) -> Result<TargetId, Box<Diagnostic>> {
    let known = session.repository.environments(stack);
    if let Some(env) = known.iter().find(|env| env.as_str() == name) {
        return Ok(TargetId { stack: stack.clone(), env: env.clone() });
    }
    let known: Vec<&str> = known.iter().map(EnvName::as_str).collect();
    Err(Box::new(unknown("environment", name, &known)))
}
