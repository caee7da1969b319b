//! `gen profile`: policies, and what follows from choosing one.

mod check;
mod compare;
mod list;
mod migrate;
mod new;
mod report;
mod show;

use std::process::ExitCode;

use gen_core::diag::Diagnostic;
use gen_core::resolve::Policy;

use crate::cli::{Global, ProfileAction, ProfileArgs};

pub(crate) use check::Body as CheckBody;
pub(crate) use compare::Body as CompareBody;
pub(crate) use list::Body as ListBody;
pub(crate) use migrate::Body as MigrateBody;
pub(crate) use new::Body as NewBody;
pub(crate) use report::Body as ReportBody;
pub(crate) use show::Body as ShowBody;

pub(crate) fn run(global: &Global, arguments: &ProfileArgs) -> ExitCode {
    match &arguments.action {
        ProfileAction::List => list::run(global),
        ProfileAction::Show(arguments) => show::run(global, arguments),
        ProfileAction::Compare(arguments) if arguments.to.is_some() => migrate::run(global, arguments),
        ProfileAction::Compare(arguments) => compare::run(global, arguments),
        ProfileAction::Check(arguments) => check::run(global, arguments),
        ProfileAction::New(arguments) => new::run(global, arguments),
        ProfileAction::Report(arguments) => report::run(global, arguments),
    }
}

/// A profile by its name.
fn find<'a>(policies: &'a [std::sync::Arc<Policy>], name: &str) -> Result<&'a Policy, Box<Diagnostic>> {
    let found = policies.iter().find(|policy| policy.name.as_str() == name);
    found.map(AsRef::as_ref).ok_or_else(|| {
        let known: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        Box::new(crate::session::unknown("profile", name, &known))
    })
}
