//! `gen profile new`: a profile of one's own, the file of whoever operates, and an environment that uses both.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use gen_core::contract::skeleton;
use gen_core::demand::demand;
use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::kind::{Content, Rendered};
use gen_core::model::capability::{Answers, Proof};
use gen_core::model::environment::Tier;
use gen_core::model::names::{CapabilityId, EnvName, ProfileName, StackName, SubjectName};
use gen_core::model::profile::OnUnknown;
use gen_core::prove::prepare;
use gen_core::resolve::{Bound, Policy, TargetId, WhatIf};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, NewArgs};
use crate::session::Session;
use crate::view::text::count;

/// What `profile new` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Files made.
    pub created: Vec<String>,
    /// Capabilities that somebody has to find out about.
    pub asks: Vec<Ask>,
}

/// Something to find out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Ask {
    /// The capability.
    pub capability: String,
    /// How.
    pub proof: Proof,
    /// In words: what its lack means.
    pub without: String,
}

/// What a new profile is made of, every name parsed.
struct Wanted {
    profile: ProfileName,
    extends: ProfileName,
    operator: SubjectName,
    name: String,
    country: String,
    target: Option<TargetId>,
    tier: Tier,
}

pub(super) fn run(global: &Global, arguments: &NewArgs) -> ExitCode {
    let mut session = Session::open_anywhere(global);
    let outcome = wanted(&session, global, arguments)
        .and_then(|wanted| make(&session, &wanted).map(|body| (wanted, body)));
    let (body, human) = match outcome {
        Ok((wanted, body)) => {
            let human = human(&wanted, &body);
            (body, human)
        }
        Err(faults) => {
            session.diagnostics.extend(faults);
            (Body::default(), String::new())
        }
    };
    crate::commands::finish(global, &mut session, "profile-new", body, &human, false, false)
}

/// What was said on the command line; on a terminal, what is missing is asked for.
fn wanted(session: &Session, global: &Global, arguments: &NewArgs) -> Result<Wanted, Vec<Diagnostic>> {
    fn name<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, Vec<Diagnostic>> {
        parsed.map_err(|error| vec![Diagnostic::error(Fault::BadName).label(error.to_string())])
    }
    let repository = &session.repository;
    let profile = name(ProfileName::parse(&arguments.name))?;
    let extends = name(ProfileName::parse(&arguments.extends))?;
    if !repository.profiles.contains_key(&extends) {
        let known: Vec<&str> = repository.profiles.keys().map(ProfileName::as_str).collect();
        return Err(vec![crate::session::unknown("profile", &arguments.extends, &known)]);
    }
    let operator = answer(
        arguments.operator.as_ref(),
        "operator",
        "Who operates it, as a short name such as our-platform",
    )?;
    let operator = name(SubjectName::parse(&operator))?;
    let country =
        answer(arguments.country.as_ref(), "country", "In which country, as two capital letters such as DE")?;
    let place = gen_core::model::names::Place::parse(&country);
    if country.len() != 2 || place.is_err() {
        let label = format!("`{country}` is not a country of two capital letters, such as DE");
        return Err(vec![Diagnostic::error(Fault::WrongValue).label(label)]);
    }
    let target = match &global.stack {
        None => None,
        Some(stack) => {
            let known: Vec<&str> = repository.stacks.keys().map(StackName::as_str).collect();
            let found = repository.stacks.keys().find(|known| known.as_str() == stack);
            let stack = found.ok_or_else(|| vec![crate::session::unknown("stack", stack, &known)])?;
            let env = global.env.clone().unwrap_or_else(|| "own".to_owned());
            Some(TargetId { stack: stack.clone(), env: name(EnvName::parse(&env))? })
        }
    };
    let title = arguments.title.clone().unwrap_or_else(|| operator.to_string());
    Ok(Wanted { profile, extends, operator, name: title, country, target, tier: arguments.tier.into() })
}

fn answer(given: Option<&String>, flag: &str, question: &str) -> Result<String, Vec<Diagnostic>> {
    if let Some(given) = given {
        return Ok(given.clone());
    }
    let missing = || {
        let fault =
            Diagnostic::error(Fault::MissingKey).summary("argument is missing").label(format!("--{flag}"));
        vec![fault.help(question)]
    };
    if !std::io::stdin().is_terminal() {
        return Err(missing());
    }
    let mut line = String::new();
    let asked =
        write!(std::io::stderr(), "{question}: ").and_then(|()| std::io::stdin().lock().read_line(&mut line));
    let line = line.trim();
    if asked.is_err() || line.is_empty() { Err(missing()) } else { Ok(line.to_owned()) }
}

fn make(session: &Session, wanted: &Wanted) -> Result<Body, Vec<Diagnostic>> {
    let (policies, _) = gen_core::resolve::policies(&session.repository);
    let base = super::find(&policies, wanted.extends.as_str()).map_err(|fault| vec![*fault])?;
    let asks = asks(session, wanted);
    let mut files = vec![file(
        session,
        "profile",
        &format!("profiles/{}.yaml", wanted.profile),
        &values(session, wanted, base, &asks),
    )?];
    if !session.repository.providers.contains_key(&wanted.operator) {
        let path = format!("profiles/providers/{}.yaml", wanted.operator);
        files.push(file(session, "provider", &path, &values(session, wanted, base, &asks))?);
    }
    if let Some(id) = &wanted.target {
        let path = format!("stacks/{}/environments/{}.yaml", id.stack, id.env);
        files.push(file(session, "environment", &path, &values(session, wanted, base, &asks))?);
    }
    let taken: Vec<Diagnostic> = files
        .iter()
        .filter(|file| session.root.join(file.path.as_ref()).symlink_metadata().is_ok())
        .map(|file| {
            Diagnostic::error(Fault::ForeignFile).at(Place::file(file.path.clone())).label("is there already")
        })
        .collect();
    if !taken.is_empty() {
        return Err(taken);
    }
    let created = files.iter().map(|file| file.path.to_string()).collect();
    let faults = gen_exec::write::create_new(&session.root, &files);
    if faults.is_empty() { Ok(Body { created, asks }) } else { Err(faults) }
}

fn values(session: &Session, wanted: &Wanted, base: &Policy, asks: &[Ask]) -> Value {
    let word = |policy: OnUnknown| match policy {
        OnUnknown::Note => "note",
        OnUnknown::Warn => "warn",
        OnUnknown::Refuse => "refuse",
    };
    // Published workloads need a zone: beside that of an environment that there is already, else one to be replaced.
    let zone = wanted.target.as_ref().map(|id| {
        let environments = session.repository.stacks.get(&id.stack).map(|stack| &stack.environments);
        let domain = environments.and_then(|files| files.values().find_map(|file| file.value.domain.clone()));
        let known =
            domain.and_then(|domain| domain.as_str().split_once('.').map(|(_, zone)| zone.to_owned()));
        known.unwrap_or_else(|| format!("{}.example.org", id.stack))
    });
    context! {
        description => format!("The policy of {}.", wanted.name),
        extends => wanted.extends.as_str(),
        profile => wanted.profile.as_str(),
        operator => wanted.operator.as_str(),
        name => wanted.name.as_str(),
        country => wanted.country.as_str(),
        tier => wanted.tier.as_str(),
        env => wanted.target.as_ref().map(|id| id.env.as_str()),
        domain => zone,
        degraded => word(base.unknown.degraded),
        advisory => word(base.unknown.advisory),
        longest => base.waivers.longest.to_string(),
        approvers => base.waivers.approvers,
        asks => Value::from(Serde(asks)),
        components => Value::from(Serde(brought(session, wanted))),
    }
}

fn file(session: &Session, template: &str, path: &str, values: &Value) -> Result<Rendered, Vec<Diagnostic>> {
    let name = format!("templates/profile/{template}.yaml.j2");
    let fail = |message: String| {
        vec![Diagnostic::error(Fault::Unparsable).at(Place::file(name.clone())).label(message)]
    };
    let bytes = session
        .repository
        .templates
        .get(name.as_str())
        .ok_or_else(|| fail("there is no such template".to_owned()))?;
    let text = std::str::from_utf8(bytes).map_err(|error| fail(error.to_string()))?;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(|error| fail(error.to_string()))?);
    // A JSON string is a YAML string, whatever is in it.
    environment.add_filter("json", |text: &str| serde_json::Value::from(text).to_string());
    let mut rendered = environment.render_str(text, values).map_err(|error| fail(error.to_string()))?;
    rendered.push('\n');
    Ok(Rendered { path: path.into(), content: Content::new(rendered) })
}

/// What the stack would ask of an operator about whom nothing is known; without a stack, everything that services and operators
/// can be asked.
fn asks(session: &Session, wanted: &Wanted) -> Vec<Ask> {
    let repository = &session.repository;
    let Some(dictionary) = &repository.dictionary else { return Vec::new() };
    let all = &dictionary.value.capabilities;
    let asked =
        wanted.target.as_ref().map(|id| asked_by(session, wanted, id)).filter(|asked| !asked.is_empty());
    let relevant = |id: &CapabilityId| match &asked {
        Some(asked) => asked.contains(id),
        None => all.get(id).is_some_and(|capability| capability.answers != Answers::Engine),
    };
    all.iter()
        .filter(|(id, _)| relevant(id))
        .map(|(id, capability)| Ask {
            capability: id.to_string(),
            proof: capability.proof,
            without: capability.means.without.clone(),
        })
        .collect()
}

/// Components that the operator would have to hand over, each with what has to be said of it: no module makes anything there.
fn brought(session: &Session, wanted: &Wanted) -> Vec<Brought> {
    let Some(id) = &wanted.target else { return Vec::new() };
    let (ground, _) =
        prepare(&session.repository, &WhatIf::default(), None, &|target| target.stack == id.stack);
    let Some(target) = ground.and_then(|ground| ground.targets.into_iter().next()) else { return Vec::new() };
    let managed =
        target.components.values().filter(|component| !matches!(component.bound, Bound::Hosted { .. }));
    managed
        .filter_map(|component| {
            Some(Brought { name: component.name.to_string(), values: skeleton(component.kind())? })
        })
        .collect()
}

/// A component that the operator would have to hand over.
#[derive(Serialize)]
struct Brought {
    name: String,
    values: String,
}

fn asked_by(session: &Session, wanted: &Wanted, id: &TargetId) -> BTreeSet<CapabilityId> {
    let repository = &session.repository;
    let Ok(stranger) = SubjectName::parse("on-prem") else { return BTreeSet::new() };
    let what_if = WhatIf { profile: Some(wanted.extends.clone()), providers: vec![(None, stranger.clone())] };
    let (ground, _) = prepare(repository, &what_if, None, &|target| target.stack == id.stack);
    let Some(ground) = ground else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    for target in ground.targets.iter().filter(|target| target.tier() == wanted.tier).chain(&ground.targets) {
        let (requirements, _) = demand(repository, &ground.matrix.dictionary, target);
        let own = requirements.into_iter().filter(|requirement| requirement.question.subject == stranger);
        found.extend(own.map(|requirement| requirement.capability));
    }
    found
}

fn human(wanted: &Wanted, body: &Body) -> String {
    let mut out = format!("Made:\n  {}\n", body.created.join("\n  "));
    out.push_str(&format!(
        "{} to find out about {}, listed in its file.\n",
        count(body.asks.len(), "thing", "things"),
        wanted.operator
    ));
    out.push_str(&format!("Next: gen profile check {}\n", wanted.profile));
    out
}
