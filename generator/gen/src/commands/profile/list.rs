//! `gen profile list`: the policies there are, and who uses them.

use std::process::ExitCode;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Global;
use crate::session::Session;
use crate::view::text::wrap;

/// What `profile list` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Profiles, by name.
    pub profiles: Vec<ProfileDoc>,
}

/// A profile.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProfileDoc {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it builds on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Comes with the program.
    pub builtin: bool,
    /// Environments that use it, as `stack/environment`.
    pub used_by: Vec<String>,
}

pub(super) fn run(global: &Global) -> ExitCode {
    let mut session = Session::open_anywhere(global);
    let (_, found) = gen_core::resolve::policies(&session.repository);
    session.report(found);
    let repository = &session.repository;
    let profiles = repository.profiles.iter().map(|(name, file)| {
        let environments = repository.stacks.iter().flat_map(|(stack, files)| {
            files.environments.iter().map(move |(env, file)| (format!("{stack}/{env}"), &file.value.profile))
        });
        ProfileDoc {
            name: name.to_string(),
            description: file.value.description.clone(),
            extends: file.value.extends.as_ref().map(ToString::to_string),
            builtin: file.builtin,
            used_by: environments.filter(|(_, used)| *used == name).map(|(target, _)| target).collect(),
        }
    });
    let body = Body { profiles: profiles.collect() };
    let human = human(&body);
    crate::commands::finish(global, &mut session, "profile-list", body, &human, false, false)
}

fn human(body: &Body) -> String {
    let width = body.profiles.iter().map(|profile| profile.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for profile in &body.profiles {
        let mut about = profile.description.clone();
        if let Some(extends) = &profile.extends {
            about = format!("{about} Extends {extends}.");
        }
        let used = match profile.used_by.as_slice() {
            [] => "Not used.".to_owned(),
            used => format!("Used by {}.", used.join(", ")),
        };
        let text = wrap(&format!("{about} {used}"), 76usize.saturating_sub(width), width + 2);
        out.push_str(&format!("{:width$}  {text}\n", profile.name));
    }
    out.push_str("More: gen profile show NAME; gen profile compare -s STACK\n");
    out
}
