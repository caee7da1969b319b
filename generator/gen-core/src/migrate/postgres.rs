//! Rows: logical replication where the data cannot wait, a dump where it can.
//!
//! What logical replication leaves out is said in `PostgreSQL`'s manual, "Restrictions" of the chapter on logical replication
//! (<https://www.postgresql.org/docs/16/logical-replication-restrictions.html>): schema and DDL, sequences, large objects, and
//! tables without replica identity where rows are changed.

use crate::model::component::{Component, ComponentType};
use crate::model::names::DatabaseName;
use crate::model::units::Period;
use crate::resolve::Settings;

use super::action::{Action, Method, Phase, Seen, Undo};
use super::{Context, Move, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Postgres) {
        let (databases, method) = (databases(context, moved), method(moved));
        let name = Some(&moved.component);
        let logical = method == Method::LogicalReplication;
        if logical {
            let action = Action::AskReplication { databases: databases.clone() };
            steps.add(Phase::Prepare, name, action, vec![Seen::SettingsRead], Undo::Leave);
        }
        let lag = moved.goals.iter().map(|goal| goal.rpo).min();
        let rto = moved.goals.iter().map(|goal| goal.rto).min();
        let migrations = context.after.stack.value.migrations.keys();
        let migrations =
            migrations.filter(|database| database.split('/').next() == Some(moved.component.as_str()));
        steps.add(
            Phase::Copy,
            name,
            Action::CopyRows {
                method,
                databases: databases.clone(),
                goals: moved.goals.clone(),
                migrations: migrations.cloned().collect(),
            },
            vec![if logical { Seen::Lag(lag) } else { Seen::Timed(rto) }],
            if logical { Undo::DropSubscription } else { Undo::DeleteCopies { locked_days: None } },
        );
        let action = Action::CatchUp { method, databases: databases.clone() };
        steps.add(Phase::Freeze, name, action, vec![Seen::SameRows], Undo::StartOld);
        if logical {
            let action = Action::OpenReverse { databases };
            steps.add(Phase::Freeze, name, action, vec![Seen::FlowsBack], Undo::StartOld);
        }
    }
    for moved in context.moving(ComponentType::Surrealdb) {
        let action = Action::CopyRecords { goals: moved.goals.clone() };
        steps.add(Phase::Freeze, Some(&moved.component), action, vec![Seen::SameRows], Undo::StartOld);
    }
}

/// The way back is closed.
pub(super) fn close(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Postgres) {
        if method(moved) == Method::LogicalReplication {
            let action = Action::CloseReverse { databases: databases(context, moved) };
            steps.add(
                Phase::Watch,
                Some(&moved.component),
                action,
                vec![Seen::ObjectivesHold],
                Undo::OtherDirection,
            );
        }
    }
}

/// A day without writes is more than a dump of anything that a single server holds takes; less may not be enough.
pub(super) fn method(moved: &Move) -> Method {
    let patient = moved.goals.iter().all(|goal| goal.rto >= Period::days(1));
    if patient { Method::DumpAndRestore } else { Method::LogicalReplication }
}

fn databases(context: &Context<'_>, moved: &Move) -> Vec<DatabaseName> {
    match context.after.components.get(&moved.component).map(|component| &component.settings) {
        Some(Settings::Declared(Component::Postgres(postgres))) => postgres.databases.clone(),
        _ => Vec::new(),
    }
}
