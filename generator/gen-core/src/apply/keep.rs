//! What stays when everything else goes: data that its module or its environment protects, what belongs to it, and what it stands on.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kind::Rendered;
use crate::model::environment::AllowDestroy;
use crate::model::subject::Provider;
use crate::model::units::Date;

use super::risk::keeps_data;

/// A resource that is not destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Its address in the root.
    pub address: String,
    /// Why it stays.
    pub why: String,
}

/// A resource in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// Its address in the root.
    pub address: String,
    /// Its address without keys: what other resources depend on.
    pub block: String,
    /// Its type.
    pub kind: String,
    /// Blocks that it depends on, also by way of others.
    pub depends_on: BTreeSet<String>,
    /// Its attributes.
    pub values: Value,
}

/// What decides what stays in a root.
#[derive(Debug)]
pub struct Rules<'a> {
    /// Blocks that carry `prevent_destroy`.
    pub prevented: &'a BTreeSet<String>,
    /// Losing data is refused.
    pub protected: bool,
    /// What says which types hold data.
    pub provider: &'a Provider,
    /// Components of the target run on what the root makes.
    pub hosts: bool,
    /// Data that may be lost all the same.
    pub allowed: &'a [AllowDestroy],
    /// Ids and ARNs that stay elsewhere and are named there.
    pub named: &'a BTreeSet<String>,
    /// Today.
    pub today: Date,
}

/// Reads `terraform show -json` of a state: what it manages, without what it only looks at. The error says what is wrong, in words.
pub fn read_state(json: &str) -> Result<Vec<Stands>, String> {
    let state: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    if let Some(root) = state.pointer("/values/root_module") {
        collect(root, &mut found);
    }
    Ok(found)
}

fn collect(module: &Value, found: &mut Vec<Stands>) {
    let list = |key: &str| module.get(key).and_then(Value::as_array).into_iter().flatten();
    for resource in list("resources") {
        let of = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default();
        if of("mode") != "managed" {
            continue;
        }
        let depends_on = resource.get("depends_on").and_then(Value::as_array).into_iter().flatten();
        found.push(Stands {
            address: of("address").to_owned(),
            block: without_keys(of("address")),
            kind: of("type").to_owned(),
            depends_on: depends_on.filter_map(|block| Some(without_keys(block.as_str()?))).collect(),
            values: resource.get("values").cloned().unwrap_or_default(),
        });
    }
    for child in list("child_modules") {
        collect(child, found);
    }
}

/// `module.a["x.y"].acme_db.b[0]` → `module.a.acme_db.b`.
fn without_keys(address: &str) -> String {
    let (mut out, mut quoted, mut escaped, mut depth) = (String::new(), false, false, 0_u32);
    for letter in address.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(letter),
            _ => {}
        }
    }
    out
}

/// Blocks of a root and of its modules that carry `prevent_destroy = true`. `folder` is the root's.
pub fn prevented(folder: &str, files: &[Rendered], modules: &[Rendered]) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = bodies(files, folder).flat_map(|body| carrying(&body)).collect();
    for body in bodies(files, folder) {
        for block in body.blocks().filter(|block| block.ident.as_str() == "module") {
            let (Some(name), Some(source)) = (block.labels.first(), text(block, "source")) else { continue };
            // Sources of modules are relative, and all lie below one folder.
            let source = format!("/{}", source.trim_start_matches("../"));
            let of_module = modules.iter().filter(|file| {
                file.path.rsplit_once('/').is_some_and(|(folder, _)| format!("/{folder}").ends_with(&source))
            });
            let blocks = of_module.filter_map(parsed).flat_map(|body| carrying(&body));
            found.extend(blocks.map(|block| format!("module.{}.{block}", name.as_str())));
        }
    }
    found
}

fn bodies<'a>(files: &'a [Rendered], folder: &'a str) -> impl Iterator<Item = Body> + 'a {
    let own = files.iter().filter(move |file| file.path.rsplit_once('/').is_some_and(|(of, _)| of == folder));
    own.filter_map(parsed)
}

fn parsed(file: &Rendered) -> Option<Body> {
    if !file.path.ends_with(".tf") {
        return None;
    }
    // What was rendered was parsed before.
    std::str::from_utf8(file.content.bytes()).ok()?.parse().ok()
}

fn carrying(body: &Body) -> Vec<String> {
    let resources = body.blocks().filter(|block| block.ident.as_str() == "resource");
    let carrying = resources.filter(|block| {
        let lifecycle = block.body.blocks().filter(|inner| inner.ident.as_str() == "lifecycle");
        lifecycle.into_iter().any(|inner| {
            let value = inner.body.get_attribute("prevent_destroy").map(|attribute| &attribute.value);
            value.and_then(Expression::as_bool) == Some(true)
        })
    });
    carrying
        .filter_map(|block| match block.labels.as_slice() {
            [kind, name] => Some(format!("{}.{}", kind.as_str(), name.as_str())),
            _ => None,
        })
        .collect()
}

fn text(block: &Block, name: &str) -> Option<String> {
    block.body.get_attribute(name)?.value.as_str().map(str::to_owned)
}

/// What stays of a root, by address. Everything else can go without it.
pub fn kept(stands: &[Stands], rules: &Rules<'_>) -> Vec<Kept> {
    let mut why: BTreeMap<&str, String> = BTreeMap::new();
    for one in stands {
        if let Some(reason) = reason(one, rules) {
            why.insert(&one.address, reason);
        }
    }
    // What belongs to something that stays, such as the policy of a bucket, keeps it as safe as it was.
    let held: Vec<&Stands> = stands.iter().filter(|one| why.contains_key(one.address.as_str())).collect();
    for one in stands {
        let part = held.iter().find(|held| {
            let of_its_kind = one.kind.strip_prefix(&held.kind).is_some_and(|rest| rest.starts_with('_'));
            of_its_kind && one.depends_on.contains(&held.block)
        });
        if let Some(held) = part {
            why.entry(&one.address).or_insert_with(|| format!("it belongs to {}", held.address));
        }
    }
    for one in stands {
        if let Some(name) = named(one, rules) {
            why.entry(&one.address).or_insert_with(|| format!("what is kept elsewhere names {name}"));
        }
    }
    // What stays stands on others, which an engine would otherwise take away from under it.
    loop {
        let under = stands.iter().filter(|one| !why.contains_key(one.address.as_str())).find_map(|one| {
            let mut staying = stands.iter().filter(|other| why.contains_key(other.address.as_str()));
            Some((one, staying.find(|other| other.depends_on.contains(&one.block))?))
        });
        let Some((one, upper)) = under else { break };
        why.insert(&one.address, format!("{} stands on it", upper.address));
    }
    why.into_iter().map(|(address, why)| Kept { address: address.to_owned(), why }).collect()
}

fn reason(one: &Stands, rules: &Rules<'_>) -> Option<String> {
    let allowed = rules.allowed.iter().find(|allowed| allowed.address == one.address);
    if rules.prevented.contains(&one.block) {
        let why = "its module says prevent_destroy";
        return Some(match allowed {
            None => why.to_owned(),
            Some(_) => format!(
                "{why}, which allow_destroy does not lift: take it out of the module and render again, or remove the thing by hand and then from the state"
            ),
        });
    }
    if rules.protected && keeps_data(rules.provider, &one.kind, rules.hosts) {
        match allowed {
            Some(allowed) if allowed.until >= rules.today => {}
            Some(allowed) => {
                return Some(format!(
                    "it holds data, and losing that was allowed until {} only",
                    allowed.until
                ));
            }
            None => return Some("it holds data, and the environment is protected".to_owned()),
        }
    }
    None
}

/// The id or ARN by which something that stays in another root names it.
fn named<'a>(one: &'a Stands, rules: &Rules<'_>) -> Option<&'a str> {
    let names = ["id", "arn"].iter().filter_map(|key| one.values.get(key)?.as_str());
    names.filter(|text| !text.is_empty()).find(|text| rules.named.contains(*text))
}

/// Every text among the attributes of what stays: ids of what it stands on in other roots are among them.
pub fn names(stands: &[Stands], kept: &[Kept]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for one in stands.iter().filter(|one| kept.iter().any(|kept| kept.address == one.address)) {
        texts(&one.values, &mut found);
    }
    found
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state() -> Vec<Stands> {
        let resource = |address: &str, kind: &str, depends_on: &[&str], values: Value| json!({"address": address, "mode": "managed", "type": kind, "depends_on": depends_on, "values": values});
        let data = json!({"address": "module.a.data.acme_who.me", "mode": "data", "type": "acme_who"});
        let of_module = [
            resource(
                "module.a.acme_db.main[\"x.[y\"]",
                "acme_db",
                &["module.a.acme_net.group"],
                json!({"id": "db-1", "nets": ["net-7"]}),
            ),
            resource(
                "module.a.acme_net.group",
                "acme_net",
                &["module.a.acme_role.low"],
                json!({"id": "group"}),
            ),
            resource("module.a.acme_role.low", "acme_role", &[], json!({"id": "low"})),
            resource("module.a.acme_db_policy.main", "acme_db_policy", &["module.a.acme_db.main"], json!({})),
            resource("module.a.acme_dbx.other", "acme_dbx", &["module.a.acme_db.main"], json!({})),
            data,
        ];
        let root = resource("acme_db.plain", "acme_db", &[], json!({"id": "db-2"}));
        let state = json!({"values": {"root_module": {"resources": [root], "child_modules": [{"resources": of_module}]}}});
        read_state(&state.to_string()).expect("a state")
    }

    fn addresses(
        prevented: &[&str],
        protected: bool,
        allowed: Value,
        named: &[&str],
    ) -> Vec<(String, String)> {
        let allowed: Vec<AllowDestroy> = serde_json::from_value(allowed).expect("a list");
        let provider: Provider =
            serde_json::from_value(json!({"version": 1, "name": "Acme", "stateful": ["acme_db"]}))
                .expect("a provider");
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<_>>();
        let rules = Rules {
            prevented: &owned(prevented),
            protected,
            provider: &provider,
            hosts: false,
            allowed: &allowed,
            named: &owned(named),
            today: Date::parse("2030-01-10").expect("a day"),
        };
        kept(&state(), &rules).into_iter().map(|kept| (kept.address, kept.why)).collect()
    }

    #[test]
    fn what_is_protected_stays_with_what_belongs_to_it_and_what_it_stands_on() {
        let found = addresses(&["module.a.acme_db.main"], false, json!([]), &[]);
        let found: Vec<(&str, &str)> = found.iter().map(|(address, why)| (&**address, &**why)).collect();
        assert_eq!(
            found,
            [
                ("module.a.acme_db.main[\"x.[y\"]", "its module says prevent_destroy"),
                ("module.a.acme_db_policy.main", "it belongs to module.a.acme_db.main[\"x.[y\"]"),
                ("module.a.acme_net.group", "module.a.acme_db.main[\"x.[y\"] stands on it"),
                ("module.a.acme_role.low", "module.a.acme_net.group stands on it"),
            ]
        );
    }

    #[test]
    fn in_a_protected_environment_data_goes_only_by_name() {
        let of =
            |found: Vec<(String, String)>| found.into_iter().map(|(address, _)| address).collect::<Vec<_>>();
        assert_eq!(of(addresses(&[], false, json!([]), &[])), [""; 0]);
        assert_eq!(of(addresses(&[], true, json!([]), &[])).len(), 5);
        let allowed = |until: &str| json!([{"address": "module.a.acme_db.main[\"x.[y\"]", "why": "moved away", "until": until}]);
        assert_eq!(of(addresses(&[], true, allowed("2030-01-10"), &[])), ["acme_db.plain"]);
        assert_eq!(of(addresses(&[], true, allowed("2030-01-09"), &[])).len(), 5);
        // A module's own word stands above the environment's, and it is said what can be done.
        let found = addresses(&["module.a.acme_db.main"], true, allowed("2030-01-10"), &[]);
        assert!(found.iter().any(|(_, why)| why.contains("allow_destroy does not lift")), "{found:?}");
    }

    #[test]
    fn what_another_root_keeps_and_names_stays() {
        let of = |named: &[&str]| addresses(&[], false, json!([]), named);
        assert_eq!(
            of(&["low", ""]),
            [("module.a.acme_role.low".to_owned(), "what is kept elsewhere names low".to_owned())]
        );
        // Only with data comes what belongs to it.
        assert!(of(&["db-1"]).iter().all(|(address, _)| !address.contains("acme_db_policy")));
        let stands = state();
        let kept = [Kept { address: stands[1].address.clone(), why: String::new() }];
        assert!(names(&stands, &kept).contains("net-7") && !names(&stands, &kept).contains("db-2"));
    }

    #[test]
    fn modules_say_what_they_prevent() {
        let file = |path: &str, text: &str| Rendered {
            path: path.into(),
            content: crate::kind::Content::new(text.to_owned()),
        };
        let root = [file(
            "out/t/root/main.tf",
            "module \"a\" {\n  source = \"../../modules/acme/db\"\n}\nmodule \"b\" {\n  source = \"../../modules/acme/d\"\n}\n",
        )];
        let text = "resource \"acme_db\" \"main\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\nresource \"acme_db\" \"free\" {\n  lifecycle {\n    prevent_destroy = false\n  }\n}\n";
        let modules = [
            file("out/modules/acme/db/main.tf", text),
            file(
                "out/modules/acme/db/tests/main.tf",
                "resource \"acme_x\" \"y\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n",
            ),
            file("out/modules/acme/other/main.tf", text),
        ];
        assert_eq!(
            prevented("out/t/root", &root, &modules).into_iter().collect::<Vec<_>>(),
            ["module.a.acme_db.main"]
        );
    }
}
