//! What is done in a step, what shows that it was done, and the way back.

use crate::model::names::HostName;
use crate::model::stack::WormMode;
use crate::resolve::Had;

use super::super::action::{Action, Method, Seen, Undo};
use super::super::{Guide, Move, Side, Step};
use super::phrase::{
    count, engine, first_login, goal, held, keep, less, list, list_roots, names, new_engine, renamed_to,
    secret, switch_back, trust,
};

/// A step, and the guide that it is in.
pub(super) struct Around<'a> {
    pub(super) guide: &'a Guide,
    pub(super) step: &'a Step,
}

impl Around<'_> {
    fn moved(&self) -> Option<&Move> {
        let name = self.step.component.as_ref()?;
        self.guide.moves.iter().find(|moved| moved.component == *name)
    }

    fn name(&self) -> String {
        self.step.component.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// The old side of the component that the step is about.
    fn old(&self) -> String {
        self.moved().map(|moved| self.side(moved, &moved.from, &self.guide.from)).unwrap_or_default()
    }

    /// The new side.
    fn coming(&self) -> String {
        self.moved().map(|moved| self.side(moved, &moved.to, &self.guide.to)).unwrap_or_default()
    }

    /// How a component is had on one side; where it is bound alike on both, the environment tells them apart.
    fn side(&self, moved: &Move, had: &Had, side: &Side) -> String {
        if moved.from == moved.to && self.is_another_environment() {
            format!("{had} of {}", side.target)
        } else {
            had.to_string()
        }
    }

    fn is_another_environment(&self) -> bool {
        self.guide.from.target != self.guide.to.target
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of step")]
    pub(super) fn action(&self) -> (String, Vec<String>) {
        let (name, old, new) = (self.name(), self.old(), self.coming());
        let target = &self.guide.to.target;
        match &self.step.action {
            Action::LogIn { provider, until } => (
                format!("Log in to {provider} in person, for what is applied there first"),
                first_login(provider, until, self.guide.to.engine),
            ),
            Action::NameAccount { provider, named: Some(account) } => (
                format!("Bring the account of {provider} up: {account}"),
                vec![format!("{target} names it under `accounts`; its state store, guards and budget come first")],
            ),
            Action::NameAccount { provider, named: None } => (
                format!("Open an account at {provider}"),
                vec![format!(
                    "add an environment for it to the foundation stack, and name it under `accounts: {{{provider}: ...}}` of {target}"
                )],
            ),
            Action::TrustCi { provider, issuer, through, taken } => {
                trust(provider.as_str(), *issuer, through, *taken)
            }
            Action::ChangeEngine { from, to, encrypts } if self.is_another_environment() => (
                format!("Let {} apply the roots of {target}", to.as_str()),
                new_engine(*from, *encrypts),
            ),
            Action::ChangeEngine { from, to, encrypts } => (
                format!("Let {} apply the roots instead of {}", to.as_str(), from.as_str()),
                engine(*encrypts),
            ),
            Action::MoveState { roots, .. } if roots.is_empty() => (
                format!("Keep the state of new roots in {new}"),
                vec![format!("they begin there; the state of the old roots stays in {old} until they are destroyed, and so does the old store")],
            ),
            Action::MoveState { roots, engine } => (
                format!("Move the state of {} from {old} to {new}", list(roots)),
                vec![
                    format!(
                        "per root, with nobody else applying: write the new backend.tf, then `{} init -migrate-state`",
                        engine.program()
                    ),
                    "note lineage and serial of each state first: `state pull`".to_owned(),
                ],
            ),
            Action::HoldRoots { roots } => (
                format!("Leave {} as applied until the last phase", list_roots(roots)),
                roots.iter().map(held).collect(),
            ),
            Action::LowerTtl { domain, hosts } => (
                format!("Lower the TTL of {} to 60 s", names(hosts, Some(domain.as_str()))),
                vec!["wait for as long as the present TTL before the switch".to_owned()],
            ),
            Action::TellPeers { hosts } => (
                format!("Tell {} about the new addresses", list(hosts)),
                vec!["whoever lets in known addresses only has to know those that the new network hands on as `egress_addresses`".to_owned()],
            ),
            Action::AskReplication { databases } => (
                format!("Find out whether {name} can be replicated from {old} to {new}"),
                vec![
                    "needed on the old side: `wal_level = logical`, a login with REPLICATION, and a slot for each of ".to_owned()
                        + &list(databases),
                    format!("needed on the new side: a login that may create subscriptions, and a route from {new} to {old}"),
                    "no fact says either; without both, dump and restore, and the freeze lasts as long as they take".to_owned(),
                ],
            ),
            Action::Apply(part) => (
                format!("Apply root {}", part.root),
                vec![format!("it makes {}", list(&part.components))],
            ),
            Action::Install { product, host } => (
                format!("Install {product} on {host} as {name}"),
                vec![format!("gen checks {product} against the matrix and does not render it yet: install it by its own chart or manifests, pinned by digest")],
            ),
            Action::Bring { operator } => (
                format!("Have {operator} make {name}"),
                vec![format!(
                    "bind it as `{name}: {{existing: {{...}}, operated_by: {operator}}}`: `gen schema exports` says what it has to hand over"
                )],
            ),
            Action::IssueSecrets { secrets } => (
                format!("Issue {} anew in {new}", count(secrets.len(), "secret", "secrets")),
                secrets.iter().map(secret).chain([
                    "no value is copied: whoever verifies accepts old and new until the old ones are revoked".to_owned(),
                ]).collect(),
            ),
            Action::CopyImages { repositories } => (
                format!("Copy the images of {} from {old} to {new}", list(repositories)),
                vec!["by digest, with signatures and attestations; releases name digests, so nothing is built again".to_owned()],
            ),
            Action::Deploy { workloads, host } => (
                format!("Deploy {} to {host} at {new} with zero replicas", list(workloads)),
                vec!["with the digests of the present release; nobody runs before the switch, or it writes to stores that are still being filled".to_owned()],
            ),
            Action::SendBoth { days } => (
                format!("Send signals to {new} as well as to {old}"),
                vec![match days {
                    Some(days) => format!("history is not moved: {old} is read for what is older, for {days} days after the switch"),
                    None => format!("history is not moved: {old} is read for what is older, for as long as it keeps it"),
                }, "alerts come from the old side until the switch, and from the new one afterwards".to_owned()],
            ),
            Action::StartBackups { days } => (
                format!("Let protected copies begin at {new}"),
                vec![format!("recovery points cannot be moved: the first are made now, and it takes {days} days until there are as many as the tier asks for")],
            ),
            Action::CopyRows { method: Method::LogicalReplication, databases, goals, migrations } => (
                format!("Replicate {} of {name} from {old} to {new}", list(databases)),
                [
                    "copy the schema by `pg_dump --schema-only`, then a publication and a subscription for each database".to_owned(),
                    "tables without primary key need `REPLICA IDENTITY`, or their updates fail; large objects are not replicated".to_owned(),
                ].into_iter().chain((!migrations.is_empty()).then(|| {
                    format!("no migration of {} from here to the switch: schema changes are not replicated", list(migrations))
                })).chain(goals.iter().map(goal)).collect(),
            ),
            Action::CopyRows { method: Method::DumpAndRestore, databases, goals, .. } => (
                format!("Rehearse dump and restore of {} from {old} to {new}", list(databases)),
                ["`pg_dump --format=directory` and `pg_restore`, timed: the freeze lasts at least as long".to_owned()]
                    .into_iter().chain(goals.iter().map(goal)).collect(),
            ),
            Action::CopyObjects { lock, goals, settings } => {
                let mut details = vec!["every version and delete marker, oldest first, with metadata and checksum: a copy of what is newest only loses what was overwritten".to_owned()];
                details.extend(lock.iter().flat_map(|lock| {
                    let who = match lock.mode {
                        WormMode::Compliance => "nobody can delete them before, whatever becomes of the migration",
                        WormMode::Governance => "only who may bypass governance can delete them before",
                    };
                    let chain = lock.chain.then(|| format!("`{}` is a chain: copy in the order of its entries, so that each predecessor is there first", lock.data));
                    let hold = lock.legal_hold.then(|| "set legal holds on the copies again: they do not travel with an object".to_owned());
                    [
                        Some("give each copy the mode and the retain-until date of its original in the request that writes it: neither travels with an object".to_owned()),
                        Some(format!("copies are locked in {} mode for up to {} days, and paid for: {who}", lock.mode.as_str(), lock.days)),
                        hold,
                        chain,
                    ].into_iter().flatten()
                }));
                if !settings.is_empty() {
                    details.push(format!("tell clients of {new}: {}", settings.join("; ")));
                }
                details.extend(goals.iter().map(goal));
                (format!("Copy {name} from {old} to {new}"), details)
            }
            Action::CopyRecords { goals } => (
                format!("Export {name} from {old} and import it at {new}"),
                goals.iter().map(goal).collect(),
            ),
            Action::Rehearse { rto } => (
                format!("Restore {name} at {new} once from its own backups"),
                vec![match rto {
                    Some(rto) => format!("timed: its data may be out of reach for {rto} at most"),
                    None => "timed, to know how long it takes".to_owned(),
                }],
            ),
            Action::StopWriters { writers, engines, at_most } => {
                let mut details: Vec<String> =
                    writers.iter().map(|writer| format!("{} writes to {}", writer.workload, list(&writer.to))).collect();
                details.extend(engines.iter().map(|engine| format!("{engine} writes to its databases: stop its services too")));
                details.extend(at_most.iter().map(|goal| {
                    format!("until the switch, {} at most: RTO of data class `{}`", goal.rto, goal.data)
                }));
                let who: Vec<String> = writers.iter().map(|writer| writer.workload.to_string())
                    .chain(engines.iter().map(ToString::to_string)).collect();
                let title = if who.is_empty() {
                    "Freeze: let nobody write".to_owned()
                } else {
                    format!("Freeze: stop {}", list(&who))
                };
                (title, details)
            }
            Action::CatchUp { method: Method::LogicalReplication, databases } => (
                format!("Let {name} at {new} catch up, and end the subscriptions"),
                vec![
                    format!("wait until each of {} has received the old side's last position", list(databases)),
                    "set every sequence ahead: sequences are not replicated".to_owned(),
                ],
            ),
            Action::CatchUp { method: Method::DumpAndRestore, databases } => (
                format!("Dump {} at {old} and restore at {new}", list(databases)),
                Vec::new(),
            ),
            Action::CopyRest => (format!("Copy what was added to {name} since"), vec![format!("list both sides: {new} lacks nothing that {old} has")]),
            Action::OpenReverse { databases } => (
                format!("Replicate {name} from {new} back to {old}"),
                vec![format!("a publication on the new side and a subscription on the old one for each of {}, before anybody writes: without it there is no way back that loses nothing", list(databases))],
            ),
            Action::MoveWorkflows { databases, shards } => {
                let mut details = Vec::new();
                if !databases.is_empty() {
                    details.push(format!("start its services on {}: open workflows, timers and task queues are in there", list(databases)));
                }
                details.extend(shards.map(|shards| format!("with {shards} history shards, as now: the number can never be changed")));
                details.push("never on both sides at once: two engines on one history corrupt it".to_owned());
                (format!("Start {name} on the new side"), details)
            }
            Action::Start { workloads, stopped, finds } => (
                if *stopped {
                    format!("Start {} on the new side", list(workloads))
                } else {
                    format!("Restart {}, one replica after the other", list(workloads))
                },
                (!finds.is_empty())
                    .then(|| format!("found elsewhere from now on: {}", list(finds)))
                    .into_iter()
                    .chain(["with `profile.json` of the new side: a workload that finds itself elsewhere refuses to start".to_owned()])
                    .collect(),
            ),
            Action::SwitchNames { domain, hosts, renamed } => (
                format!("Point {} at {new}", names(hosts, domain.as_ref().map(HostName::as_str))),
                ["its certificate has to be valid before: issue it while the old side serves".to_owned()]
                    .into_iter()
                    .chain(renamed.iter().flat_map(|domain| renamed_to(&names(hosts, Some(domain.as_str())))))
                    .collect(),
            ),
            Action::StartCold => (
                format!("Let {name} fill by itself at {new}"),
                vec!["nothing is copied; expect more load on what lies behind it for as long as entries live".to_owned()],
            ),
            Action::Watch { objectives } => ("Watch the objectives".to_owned(), objectives.clone()),
            Action::CloseReverse { databases } => (
                format!("End the replication of {name} back to {old}"),
                vec![format!("drop subscriptions and slots of {}: a slot that nobody reads fills the disk", list(databases))],
            ),
            Action::RevokeSecrets { secrets } => (
                format!("Revoke the old {}", if secrets.len() == 1 { "value" } else { "values" }),
                secrets.iter().map(secret).collect(),
            ),
            Action::Keep { components, until, days, because } => (
                format!("Keep {} at {old} until {until}", list(components)),
                keep(*because, *days, self.guide),
            ),
            Action::Destroy(part) => (
                format!("Destroy {} of root {}", list(&part.components), part.root),
                vec!["at the last revision that has them; deletion protection is lifted by a change of its own, with approval".to_owned()],
            ),
            Action::Shrink(part) => (
                format!("Apply root {} without {}", part.root, list(&part.components)),
                vec!["its plan destroys them, and nothing else; deletion protection is lifted by a change of its own, with approval".to_owned()],
            ),
            Action::Remove { was } => (format!("Remove {name}: {was}"), Vec::new()),
            Action::DropTrust { provider } => (
                format!("Take CI's access to {provider} away"),
                vec![format!("once nothing is kept there: a store that waits for its locks needs somebody who can look after it at {provider}")],
            ),
        }
    }

    pub(super) fn seen(&self, seen: &Seen) -> String {
        let name = self.name();
        match seen {
            Seen::AccountPlans => "`gen plan` of the foundation says ok for it".to_owned(),
            Seen::ShortLogin => {
                "the provider names the person who is logged in, and when the login ends".to_owned()
            }
            Seen::Login => {
                "a job of this repository logs in, and one of another repository is refused".to_owned()
            }
            Seen::NoChanges => "a second plan has no changes".to_owned(),
            Seen::OneWriter => "of two plans at once, one is refused the lock".to_owned(),
            Seen::SameState => "lineage and serial of each state are those noted".to_owned(),
            Seen::ShortTtl => "resolvers outside answer with the short TTL".to_owned(),
            Seen::PeersAnswer => "each of them answers from the new addresses".to_owned(),
            Seen::SettingsRead => {
                "`SHOW wal_level` and the logins' attributes were read on both sides".to_owned()
            }
            Seen::Capabilities => {
                "what was judged from documents is there: the probes of its capabilities pass".to_owned()
            }
            Seen::SecretsRead => {
                "each workload's identity reads its new values, and no other identity does".to_owned()
            }
            Seen::Pulled => "each image was pulled with its workload's identity".to_owned(),
            Seen::SameDigests => "digests are equal, and signatures verify".to_owned(),
            Seen::Probes(probes) if probes.is_empty() => "each workload answers".to_owned(),
            Seen::Probes(probes) => format!("these answer: {}", list(probes)),
            Seen::EgressRefused => {
                "from each workload, a destination that is not declared is refused".to_owned()
            }
            Seen::BothShow => {
                "both show the same series, and a test alert arrives from the new one".to_owned()
            }
            Seen::Lag(lag) => format!("every table is copied, and the lag stays {}", less(*lag)),
            Seen::Timed(rto) => format!("time of dump and restore together: {}", less(*rto)),
            Seen::SameVersions => {
                format!("keys, versions, sizes and checksums of {name} are equal on both sides")
            }
            Seen::SameLocks => {
                "mode, date and hold of each version are at least those of its original".to_owned()
            }
            Seen::Chain => "the chain verifies on the new side, from its first entry to its last".to_owned(),
            Seen::Restored(rto) => format!("time of the restore: {}", less(*rto)),
            Seen::Quiet => "the last write is older than the freeze, on every store".to_owned(),
            Seen::SameRows => {
                format!("counts and checksums of each table of {name} are equal, and no sequence is behind")
            }
            Seen::FlowsBack => "a test row written on the new side arrives on the old one".to_owned(),
            Seen::WorkflowsGoOn => {
                "as many workflows are open as before the freeze, and their timers fire".to_owned()
            }
            Seen::NamesLead => {
                "resolvers outside answer with the new addresses, and the certificate is valid".to_owned()
            }
            Seen::ObjectivesHold => "objectives hold, and no burn-rate alert is open".to_owned(),
            Seen::Unused => "nobody used the old values for as long as tokens and caches live".to_owned(),
            Seen::AsApplied => "at the revision that is applied, a plan of each has no changes".to_owned(),
            Seen::NothingRefers => "no root, workload or dashboard refers to it any longer".to_owned(),
            Seen::DeleteRefused => "to delete a locked test object is refused".to_owned(),
        }
    }

    pub(super) fn undo(&self) -> String {
        match &self.step.undo {
            Undo::Leave => "leave it: nothing depends on it yet".to_owned(),
            Undo::DestroyNew => "destroy what was made; nobody uses it yet".to_owned(),
            Undo::SetBack => "set back what was there before".to_owned(),
            Undo::StateBack => {
                "put the old backend.tf and engine back, and migrate the state the other way; versions of the old state are still there".to_owned()
            }
            Undo::DropSubscription => "drop subscriptions and slots; the old side was only read".to_owned(),
            Undo::DeleteCopies { locked_days: None } => "delete the copies".to_owned(),
            Undo::DeleteCopies { locked_days: Some(days) } => {
                format!("stop copying; copies that are locked stay, and cost, for up to {days} days")
            }
            Undo::OldValues => "go on with the old values: they work until they are revoked".to_owned(),
            Undo::StartOld => "start the writers on the old side again: nothing was written elsewhere".to_owned(),
            Undo::SwitchBack { rows_flow_back, objects } => switch_back(*rows_flow_back, objects),
            Undo::OtherDirection => "by this guide, in the other direction".to_owned(),
            Undo::Never => "cannot be undone: issue new values".to_owned(),
            Undo::MakeAgain => "make it again from the models of that revision; its data is on the new side".to_owned(),
        }
    }
}
