//! Parts of sentences that more than one step says.

use crate::check::VerdictKind;
use crate::model::component::Issuer;
use crate::model::environment::Engine;
use crate::model::names::{ComponentName, SubjectName};
use crate::model::units::Period;

use super::super::Guide;
use super::super::action::{Goal, KeepReason, RootPart, SecretUse};

pub(super) fn switch_back(rows_flow_back: bool, objects: &[ComponentName]) -> String {
    let mut text = if rows_flow_back {
        "stop the writers, let the old side catch up, point names back, start them there: no row is lost"
            .to_owned()
    } else {
        "stop the writers, point names back, start them there: what was written since is lost, or carried over by hand".to_owned()
    };
    if !objects.is_empty() {
        text.push_str(&format!("; copy what was added to {} since, with its locks", list(objects)));
    }
    text
}

pub(super) fn trust(
    provider: &str,
    issuer: Option<Issuer>,
    through: &[SubjectName],
    taken: Option<VerdictKind>,
) -> (String, Vec<String>) {
    let from = issuer.map_or("CI", Issuer::as_str);
    let title = format!("Let {provider} trust the tokens of {from}");
    let details = match (through, taken) {
        ([], Some(VerdictKind::Refused | VerdictKind::Degraded | VerdictKind::Waived)) => format!(
            "{provider} does not take them, and nothing stands in for it: name what exchanges them under `bind.ci.via`, or CI holds a key that has to be kept and renewed"
        ),
        ([], Some(VerdictKind::NeedsEvidence)) => {
            format!("nobody knows whether {provider} takes them: try one job before anything else")
        }
        ([], _) => {
            "beside the old trust, for this repository and each environment alone: plan and apply apart"
                .to_owned()
        }
        (through, _) => {
            format!(
                "{provider} does not take them itself: {} exchanges them for short-lived keys",
                list(through)
            )
        }
    };
    (title, vec![details])
}

pub(super) fn engine(encrypts: bool) -> Vec<String> {
    let mut details = vec![
        "keep a copy of each state: an engine reads states of the other up to the version that both know"
            .to_owned(),
    ];
    if encrypts {
        details.push(
            "roll encryption out with the plain state as `fallback`, apply each root once, then take the fallback away: a state whose key is lost cannot be read again".to_owned(),
        );
    }
    details
}

/// The engine of roots that begin with it.
pub(super) fn new_engine(old: Engine, encrypts: bool) -> Vec<String> {
    let mut details = vec![format!("the old roots stay with {} until they are destroyed", old.as_str())];
    if encrypts {
        details.push(
            "their states are encrypted from the first apply on: keep the passphrase outside of the stack, for a state whose key is lost cannot be read again".to_owned(),
        );
    }
    details
}

pub(super) fn first_login(provider: &SubjectName, until: &[SubjectName], engine: Engine) -> Vec<String> {
    let mut details = vec![format!(
        "CI is not trusted there yet: `{} apply` runs from a workstation, with the short-lived login that {provider} has for people; no key of it goes to CI",
        engine.program()
    )];
    if !until.is_empty() {
        details.push(format!(
            "so it is with each root at {provider} until {} runs on the new side and exchanges the tokens of CI",
            list(until)
        ));
    }
    details
}

/// The new side answers to other names than those that clients know.
pub(super) fn renamed_to(names: &str) -> [String; 2] {
    [
        format!(
            "the new side is rendered for {names}: its edge and certificate have to answer to the old name as well"
        ),
        format!(
            "tell clients {names}: the old zone goes with the old edge, which stays until nobody asks for the old name"
        ),
    ]
}

pub(super) fn keep(because: KeepReason, days: u64, guide: &Guide) -> Vec<String> {
    let from =
        format!("{days} days after the switch, counted from {}: add the days until it happens", guide.day);
    match because {
        KeepReason::Locks => vec![
            format!("what was written last is locked for that long: {from}"),
            "the store, its keys and the account stay until then, read-only; legal holds keep it longer"
                .to_owned(),
        ],
        KeepReason::Backups => vec![format!("the last recovery point is kept for that long: {from}")],
        KeepReason::History => {
            vec![format!("dashboards and investigations read it for what is older: {from}")]
        }
    }
}

pub(super) fn held(part: &RootPart) -> String {
    format!(
        "a plan of {} would destroy {}: the old side serves until the switch",
        part.root,
        list(&part.components)
    )
}

pub(super) fn list_roots(roots: &[RootPart]) -> String {
    list(&roots.iter().map(|part| part.root.clone()).collect::<Vec<_>>())
}

pub(super) fn goal(goal: &Goal) -> String {
    format!("data class `{}`: RPO {}, RTO {}, kept {}", goal.data, goal.rpo, goal.rto, goal.retain)
}

pub(super) fn secret(secret: &SecretUse) -> String {
    format!("{} ({}), read by {}", secret.name, secret.key, secret.workload)
}

pub(super) fn less(limit: Option<Period>) -> String {
    limit.map_or_else(|| "as short as can be".to_owned(), |limit| format!("below {limit}"))
}

pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

pub(super) fn names(hosts: &[String], domain: Option<&str>) -> String {
    match domain {
        Some(domain) => list(&hosts.iter().map(|host| format!("{host}.{domain}")).collect::<Vec<_>>()),
        None => list(hosts),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
