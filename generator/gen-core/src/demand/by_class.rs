//! What data classes need of the component that holds the data.

use serde_json::{Value, json};

use crate::check::Origin;
use crate::diag::{Place, Route};
use crate::model::component::ComponentType;
use crate::model::names::DataName;
use crate::model::stack::DataClass;
use crate::resolve::{Resolved, Target};

use super::{Ask, Wish};

pub(super) fn ask(target: &Target, component: &Resolved, asks: &mut Vec<Ask>) {
    for (name, class) in target.data_in(&component.name) {
        for (capability, value, field) in of_class(target, component, class) {
            let origin = Origin::DataClass(name.clone());
            let place = Some(field_place(target, name, field));
            asks.push(Ask { capability, wish: Wish::new(&component.name, value, origin, place) });
        }
    }
}

fn of_class(
    target: &Target,
    component: &Resolved,
    class: &DataClass,
) -> Vec<(&'static str, Value, &'static str)> {
    let mut asked = Vec::new();
    if component.kind() == ComponentType::Postgres {
        let days = target.pitr_days(&component.name);
        if days > 0 {
            asked.push((
                "db.postgres.pitr",
                json!({"rpo": class.rpo.to_string(), "window": format!("{days}d")}),
                "rpo",
            ));
        }
    }
    if component.kind() == ComponentType::ObjectStore {
        if let Some(mode) = class.worm {
            asked.push(("s3.object_lock.modes", json!([mode.as_str()]), "worm"));
            asked.push(("s3.object_lock.granularity", json!("object"), "worm"));
            // By the calendar, as it is set in the store: seven years have leap days.
            let days = class.retain.as_calendar_days();
            asked.push(("s3.object_lock.max_retention", json!({"period": format!("{days}d")}), "retain"));
        }
        if class.legal_hold {
            asked.push(("s3.object_lock.legal_hold", json!(true), "legal_hold"));
        }
    }
    asked
}

/// Where a field of a data class is set: in the environment if it is, else in the stack.
pub(crate) fn field_place(target: &Target, name: &DataName, field: &str) -> Place {
    let settings = target.env.value.data.get(name);
    let in_env = settings.is_some_and(|settings| match field {
        "retain" => settings.retain.is_some(),
        "rpo" => settings.rpo.is_some(),
        "rto" => settings.rto.is_some(),
        _ => false,
    });
    let file = if in_env { &target.env.file } else { &target.stack.file };
    Place::value(file.clone(), Route::keys(["data", name.as_str(), field]))
}
