//! `gen doctor`: which external tools are there, and what each is for.

use std::process::ExitCode;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Global;
use crate::session::Session;
use crate::view::text::table;

/// What `doctor` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The tools.
    pub tools: Vec<ToolDoc>,
}

/// A tool.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ToolDoc {
    /// Name of the program.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// The first line that it says about its version; none if it was not found.
    pub version: Option<String>,
}

const TOOLS: &[(&str, &[&str], &str)] = &[
    ("terraform", &["version"], "gen validate --external"),
    ("tofu", &["version"], "environments with engine opentofu"),
    ("git", &["--version"], "gen promote, diff, and apply of protected environments"),
];

pub(crate) fn run(global: &Global) -> ExitCode {
    let tools: Vec<ToolDoc> = TOOLS
        .iter()
        .map(|(name, arguments, purpose)| ToolDoc { name, purpose, version: version(name, arguments) })
        .collect();
    let rows: Vec<Vec<String>> = tools
        .iter()
        .map(|tool| {
            let version = tool.version.clone().unwrap_or_else(|| "not found".to_owned());
            vec![tool.name.to_owned(), version, tool.purpose.to_owned()]
        })
        .collect();
    let human = format!("{}plan, generate, check and validate need none of them.\n", table(&rows));
    let mut session = Session::empty(global);
    super::finish(global, &mut session, "doctor", Body { tools }, &human, false, false)
}

fn version(name: &str, arguments: &[&str]) -> Option<String> {
    let program = gen_exec::run::find(name)?;
    let quiet = [("TF_CLI_CONFIG_FILE", "/dev/null"), ("CHECKPOINT_DISABLE", "1")];
    let output =
        gen_exec::run::run(&program, arguments, std::path::Path::new("."), &quiet, Duration::from_secs(20))
            .ok()?;
    output.ok().then(|| output.stdout.lines().next().unwrap_or_default().to_owned())
}
