//! What is never done without being asked for by name.

use crate::model::environment::AllowDestroy;
use crate::model::units::Date;

use super::change::{Action, Change};
use super::risk::Ranked;

/// A change that is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// Address of the resource.
    pub address: String,
    /// Why it is not carried out.
    pub why: String,
    /// What to do if it is really meant.
    pub help: String,
}

/// Whose data is guarded against what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    /// Protected: no data is lost, whatever the reason.
    All,
    /// Applied without protection: no data is lost because nobody speaks of it any more, which is what a forgotten `moved:` looks like.
    Vanished,
    /// Destroyed without protection: that is what was asked for.
    Nothing,
}

/// What is refused: losing a resource that holds data, unless the environment allows it until a later day.
pub fn bars(ranked: &[Ranked], guarded: Guarded, allowed: &[AllowDestroy], today: Date) -> Vec<Barred> {
    let loses =
        |one: &&Ranked| one.stateful && (one.change.action.destroys() || one.change.action == Action::Forget);
    let counts = |one: &&Ranked| match guarded {
        Guarded::All => true,
        Guarded::Vanished => vanished(&one.change),
        Guarded::Nothing => false,
    };
    ranked
        .iter()
        .filter(loses)
        .filter(counts)
        .filter_map(|one| {
            let Change { address, action, .. } = &one.change;
            let allowed = allowed.iter().find(|allowed| allowed.address == *address);
            let why = match allowed {
                Some(allowed) if allowed.until >= today => return None,
                Some(allowed) => format!("{} it would lose its data, and that was allowed until {} only", action.as_str(), allowed.until),
                None if vanished(&one.change) => {
                    "no component makes it any more, and to destroy it would lose its data".to_owned()
                }
                None => format!("to {} it would lose its data", action.as_str()),
            };
            let meant = format!(
                "if that is meant: `allow_destroy: [{{address: {address:?}, why: \"...\", until: {}}}]` in the environment's file",
                today.plus_days(7)
            );
            let help = if vanished(&one.change) {
                format!("if its component has another name now: `moved: [{{OLD: NEW}}]` in the stack's file; {meant}")
            } else {
                meant
            };
            Some(Barred { address: address.clone(), why, help })
        })
        .collect()
}

/// Nothing in the configuration speaks of it: its module or its block is gone, or is not there under the name that it was moved to.
/// Reasons are those of `action_reason` in a plan's JSON: <https://developer.hashicorp.com/terraform/internals/json-format>.
fn vanished(change: &Change) -> bool {
    const REASONS: [&str; 3] =
        ["delete_because_no_module", "delete_because_no_resource_config", "delete_because_no_move_target"];
    change.action == Action::Destroy
        && change.reason.as_deref().is_some_and(|reason| REASONS.contains(&reason))
}

/// What the first run of all refuses: anything but making things.
pub fn not_created(ranked: &[Ranked]) -> Vec<Barred> {
    let others = ranked.iter().filter(|one| one.change.action != Action::Create);
    others
        .map(|one| Barred {
            address: one.change.address.clone(),
            why: format!("the first run only makes things, and would {} this", one.change.action.as_str()),
            help: "run gen apply without --bootstrap".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ranked(address: &str, action: Action, stateful: bool) -> Ranked {
        let change = json!({"address": address, "type": "acme_db", "action": action, "values": [], "digest": "", "risk": "normal", "stateful": stateful});
        serde_json::from_value(change).expect("a change")
    }

    #[test]
    fn data_goes_only_by_name_and_until_its_day() {
        let allowed: Vec<AllowDestroy> = serde_json::from_value(
            json!([{"address": "acme_db.old", "why": "moved away", "until": "2030-01-10"}]),
        )
        .expect("a list");
        let changes = [
            ranked("acme_db.old", Action::Destroy, true),
            ranked("acme_db.new", Action::Replace, true),
            ranked("acme_db.forgotten", Action::Forget, true),
            ranked("acme_db.changed", Action::Update, true),
            ranked("acme_rule.a", Action::Destroy, false),
        ];
        let on = |day: &str| {
            let day = Date::parse(day).expect("a day");
            bars(&changes, Guarded::All, &allowed, day)
                .into_iter()
                .map(|barred| barred.address)
                .collect::<Vec<_>>()
        };
        assert_eq!(on("2030-01-10"), ["acme_db.new", "acme_db.forgotten"]);
        assert_eq!(on("2030-01-11"), ["acme_db.old", "acme_db.new", "acme_db.forgotten"]);
    }

    #[test]
    fn without_protection_only_what_vanished_is_kept() {
        let mut gone = ranked("module.db.acme_db.this", Action::Destroy, true);
        gone.change.reason = Some("delete_because_no_module".to_owned());
        let mut fewer = ranked("acme_db.this[1]", Action::Destroy, true);
        fewer.change.reason = Some("delete_because_count_index".to_owned());
        let mut moved = ranked("module.store.acme_db.other", Action::Destroy, true);
        moved.change.reason = Some("delete_because_no_move_target".to_owned());
        let changes = [gone, fewer, ranked("acme_db.replaced", Action::Replace, true), moved];
        let day = Date::parse("2030-01-10").expect("a day");
        let of = |guarded| bars(&changes, guarded, &[], day);
        let found = of(Guarded::Vanished);
        assert_eq!(
            found.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(),
            ["module.db.acme_db.this", "module.store.acme_db.other"]
        );
        assert!(found[0].help.contains("`moved: [{OLD: NEW}]`"), "{}", found[0].help);
        assert_eq!((of(Guarded::Nothing).len(), of(Guarded::All).len()), (0, 4));
    }

    #[test]
    fn the_first_run_only_makes_things() {
        let changes = [ranked("acme_db.a", Action::Create, true), ranked("acme_db.b", Action::Update, true)];
        let barred: Vec<_> = not_created(&changes).into_iter().map(|barred| barred.address).collect();
        assert_eq!(barred, ["acme_db.b"]);
    }
}
