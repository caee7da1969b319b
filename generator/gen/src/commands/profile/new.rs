//! `gen profile new`: a profile of one's own, the file of whoever operates, and an environment that uses both.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal as _, Write};
use std::process::ExitCode;

use gen_core::contract::skeleton;
use gen_core::demand::demand;
use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::kind::{Content, Rendered};
use gen_core::load::{Repository, StackFiles};
use gen_core::model::capability::{Answers, Proof};
use gen_core::model::environment::Tier;
use gen_core::model::names::{CapabilityId, EnvName, ProfileName, StackName, SubjectName};
use gen_core::model::profile::OnUnknown;
use gen_core::model::stack::Purpose;
use gen_core::prove::prepare;
use gen_core::resolve::{Bound, Policy, TargetId, WhatIf};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, NewArgs};
use crate::commands::before::with_files;
use crate::commands::country;
use crate::session::Session;
use crate::view::text::count;

use super::check::{Missing, missing, total};

/// What `profile new` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Files made.
    pub created: Vec<String>,
    /// Capabilities that the operator's new file lists, for somebody to find out about.
    pub asks: Vec<Ask>,
    /// Facts that somebody has to find out for the new environment, as `profile check` says.
    pub missing: Vec<Missing>,
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
        .and_then(|wanted| make(&mut session, &wanted).map(|body| (wanted, body)));
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

fn bad_name(error: &impl std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Fault::BadName).label(error.to_string()))
}

/// What was said on the command line; on a terminal, what is missing is asked for.
fn wanted(session: &Session, global: &Global, arguments: &NewArgs) -> Result<Wanted, Vec<Diagnostic>> {
    let repository = &session.repository;
    let one = |fault: Box<Diagnostic>| vec![*fault];
    let profile = new_profile(repository, &arguments.name).map_err(one)?;
    let (policies, _) = gen_core::resolve::policies(repository);
    let base = super::find(&policies, &arguments.extends).map_err(one)?;
    let target = target(repository, global).map_err(one)?;
    let operator = answer(
        arguments.operator.as_ref(),
        "operator",
        "Who operates it, as a short name such as our-platform",
        &|text| operator(repository, base, text),
    )
    .map_err(one)?;
    let known = repository.providers.get(&operator);
    let country = answer(
        arguments.country.as_ref(),
        "country",
        "In which country, as two capital letters such as DE",
        &|text| {
            let country = country::parse(text)?;
            known.map_or(Ok(()), |file| country::has(operator.as_str(), &file.value, &country))?;
            Ok(country)
        },
    )
    .map_err(one)?;
    if let (Some(_), Some(file)) = (&arguments.title, known) {
        let label = format!("--title: `{operator}` has its name already, {}", file.value.name);
        let fault = Diagnostic::error(Fault::Contradiction).label(label);
        return Err(vec![fault.help("leave --title out, or name another operator")]);
    }
    let title = arguments.title.clone().unwrap_or_else(|| operator.to_string());
    let tier = arguments.tier.into();
    Ok(Wanted { profile, extends: base.name.clone(), operator, name: title, country, target, tier })
}

/// A name that no profile that comes with the program has; files of one's own are looked at when all of them are known.
fn new_profile(repository: &Repository, name: &str) -> Result<ProfileName, Box<Diagnostic>> {
    let profile = ProfileName::parse(name).map_err(|error| bad_name(&error))?;
    if repository.profiles.get(&profile).is_some_and(|file| file.builtin) {
        let fault = Diagnostic::error(Fault::BadName).label(format!("`{name}` is a profile of gen's own"));
        return Err(Box::new(fault.help(format!("choose another name; --extends {name} builds on it"))));
    }
    Ok(profile)
}

/// The environment to make, if one is wanted.
fn target(repository: &Repository, global: &Global) -> Result<Option<TargetId>, Box<Diagnostic>> {
    let known: Vec<&str> = repository.stacks.keys().map(StackName::as_str).collect();
    let Some(wanted) = &global.stack else {
        if global.env.is_none() {
            return Ok(None);
        }
        let fault = Diagnostic::error(Fault::MissingKey).summary("argument is missing").label("--stack");
        let help = format!("--env makes an environment of a stack; there are: {}", known.join(", "));
        return Err(Box::new(fault.help(help)));
    };
    let Some((stack, files)) = repository.stacks.iter().find(|(known, _)| known.as_str() == wanted) else {
        return Err(Box::new(crate::session::unknown("stack", wanted, &known)));
    };
    if files.stack.as_ref().is_some_and(|stack| stack.value.purpose == Purpose::Foundation) {
        let fault =
            Diagnostic::error(Fault::Contradiction).label(format!("`{stack}` is a stack of accounts"));
        return Err(Box::new(fault.help("name the stack of an application, or leave --stack out")));
    }
    let env = global.env.as_deref().unwrap_or("own");
    let env = EnvName::parse(env).map_err(|error| bad_name(&error))?;
    Ok(Some(TargetId { stack: stack.clone(), env }))
}

/// Whoever operates: no product, and allowed by the profile that is tightened.
fn operator(repository: &Repository, base: &Policy, text: &str) -> Result<SubjectName, Box<Diagnostic>> {
    let operator = SubjectName::parse(text).map_err(|error| bad_name(&error))?;
    if repository.products.contains_key(&operator) {
        let fault = Diagnostic::error(Fault::BadName).label(format!("`{operator}` is a product"));
        return Err(Box::new(fault.help("name whoever operates, such as our-platform")));
    }
    match &base.providers {
        Some(allowed) if !allowed.contains(&operator) => {
            let allowed: Vec<&str> = allowed.iter().map(SubjectName::as_str).collect();
            let label =
                format!("profile `{}` does not allow `{operator}`, nor may what extends it", base.name);
            let fault = Diagnostic::error(Fault::Forbidden).label(label);
            Err(Box::new(fault.note("allowed", allowed.join(", ")).help(
                "--operator with one of these, or --extends with a profile that allows all, such as byo",
            )))
        }
        _ => Ok(operator),
    }
}

/// What was given; on a terminal, what is answered, and asked again until it will do.
fn answer<T>(
    given: Option<&String>,
    flag: &str,
    question: &str,
    parse: &dyn Fn(&str) -> Result<T, Box<Diagnostic>>,
) -> Result<T, Box<Diagnostic>> {
    if let Some(given) = given {
        return parse(given);
    }
    let asked = if std::io::stdin().is_terminal() {
        converse(&mut std::io::stdin().lock(), &mut std::io::stderr(), question, parse)
    } else {
        None
    };
    asked.ok_or_else(|| {
        let fault = Diagnostic::error(Fault::MissingKey).summary("argument is missing");
        Box::new(fault.label(format!("--{flag}")).help(question))
    })
}

/// Asks until an answer will do; none when there is nobody to answer any more.
fn converse<T>(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    question: &str,
    parse: &dyn Fn(&str) -> Result<T, Box<Diagnostic>>,
) -> Option<T> {
    loop {
        write!(output, "{question}: ").ok()?;
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match parse(line.trim()) {
            Ok(answer) => return Some(answer),
            Err(fault) => writeln!(output, "  {}", explained(&fault)).ok()?,
        }
    }
}

/// A fault in one line.
fn explained(fault: &Diagnostic) -> String {
    let notes = fault.notes.iter().map(|(name, text)| format!("{name}: {text}"));
    [fault.label.clone()].into_iter().chain(notes).collect::<Vec<_>>().join("; ")
}

fn make(session: &mut Session, wanted: &Wanted) -> Result<Body, Vec<Diagnostic>> {
    let (policies, _) = gen_core::resolve::policies(&session.repository);
    let base = super::find(&policies, wanted.extends.as_str()).map_err(|fault| vec![*fault])?;
    let is_new = !session.repository.providers.contains_key(&wanted.operator);
    // What is asked of an operator who is known stands in the file that is there.
    let asks = if is_new { asks(session, wanted) } else { Vec::new() };
    let values = values(session, wanted, base, &asks);
    let mut files = vec![file(session, "profile", &format!("profiles/{}.yaml", wanted.profile), &values)?];
    if is_new {
        let path = format!("profiles/providers/{}.yaml", wanted.operator);
        files.push(file(session, "provider", &path, &values)?);
    }
    if let Some(id) = &wanted.target {
        let path = format!("stacks/{}/environments/{}.yaml", id.stack, id.env);
        files.push(file(session, "environment", &path, &values)?);
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
    let is_wanted = |id: &TargetId| Some(id) == wanted.target.as_ref();
    let proof = with_files(&mut session.repository, &files, &is_wanted)?;
    let missing = proof.map(|proof| missing(&proof, &|_| true)).unwrap_or_default();
    let created = files.iter().map(|file| file.path.to_string()).collect();
    let faults = gen_exec::write::create_new(&session.root, &files);
    if faults.is_empty() { Ok(Body { created, asks, missing }) } else { Err(faults) }
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
        account => account(&session.repository, wanted).map(EnvName::as_str),
        name => wanted.name.as_str(),
        country => country::yaml(&wanted.country),
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

/// The account of an operator who is known: an environment of the stack of accounts, of the same tier if there is one.
fn account<'a>(repository: &'a Repository, wanted: &Wanted) -> Option<&'a EnvName> {
    let foundation = |files: &&StackFiles| {
        files.stack.as_ref().is_some_and(|stack| stack.value.purpose == Purpose::Foundation)
    };
    let environments = repository.stacks.values().filter(foundation).flat_map(|files| &files.environments);
    let own = environments.filter(|(_, file)| {
        let provider = file.value.bind.get("default").and_then(|binding| binding.provider.as_ref());
        provider == Some(&wanted.operator)
    });
    own.min_by_key(|(_, file)| file.value.tier != wanted.tier).map(|(name, _)| name)
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
    let Wanted { profile, operator, .. } = wanted;
    let Some(id) = &wanted.target else {
        if !body.asks.is_empty() {
            let things = count(body.asks.len(), "thing", "things");
            out.push_str(&format!("{things} to find out about {operator}, listed in its file.\n"));
        }
        out.push_str(&format!("Next: choose it in an environment, profile: {profile}\n"));
        return out;
    };
    if !body.missing.is_empty() {
        out.push_str(&format!("{}\n", total(&body.missing)));
    }
    let next = if body.missing.is_empty() {
        format!("gen plan -s {} -e {}", id.stack, id.env)
    } else {
        format!("gen profile check {profile}")
    };
    out.push_str(&format!("Next: {next}\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_until_the_answer_will_do() {
        let parse = |text: &str| country::parse(text);
        let mut said = Vec::new();
        let answer = converse(&mut &b"Germany\n\nDE\nFR\n"[..], &mut said, "Where", &parse);
        assert_eq!(answer.as_deref(), Some("DE"));
        let said = String::from_utf8(said).expect("text");
        assert_eq!(said.matches("Where: ").count(), 3, "{said}");
        assert!(said.contains("`Germany` is not the code of a country; help: "), "{said}");
        assert_eq!(converse(&mut &b"Germany\n"[..], &mut Vec::new(), "Where", &parse), None);
    }
}
