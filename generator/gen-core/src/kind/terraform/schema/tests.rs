//! Mutants of a shipped module, each with the one fault that is found.

use std::sync::Arc;

use super::super::Terraform;
use super::super::validate::module_schema;
use crate::diag::Diagnostic;

const CLUSTER: &str = "templates/terraform/modules/stackit/cluster/main.tf";

/// What is found in the module for clusters at STACKIT once `from` is `to`.
fn mutant(from: &str, to: &str) -> Vec<Diagnostic> {
    let (mut repository, _) = crate::load::builtin();
    let text = String::from_utf8(repository.templates[CLUSTER].to_vec()).expect("text");
    assert!(from == to || text.contains(from), "{from}");
    let changed: Arc<[u8]> = text.replacen(from, to, 1).into_bytes().into();
    repository.templates.insert(Arc::from(CLUSTER), changed);
    let (terraform, _) = Terraform::new(&repository);
    module_schema(&terraform, &terraform.modules()["stackit/cluster"])
}

#[test]
fn what_a_for_makes_is_checked_as_what_it_becomes() {
    assert_eq!(mutant("", ""), []);
    for (from, to, wanted) in [
        ("machine_type            =", "machine_typ =", vec!["`machine_typ`", "`machine_type` is missing"]),
        ("minimum                 = group.min", "minimum = \"few\"", vec!["a number is needed"]),
        ("labels                  = group.labels", "labels = [\"a\"]", vec!["a map is needed"]),
        ("effect = \"NoSchedule\"", "efect = \"NoSchedule\"", vec!["`efect`", "`effect` is missing"]),
        ("= \"containerd\"", "= true ? { a = 1 } : \"containerd\"", vec!["a string is needed, not a map"]),
        ("cri                     =", "crii =", vec!["`crii`"]),
        ("group.disk_gib", "group.disk_gibb", vec!["`disk_gibb`"]),
        ("max(1, group.min)", "max(1, group.mim)", vec!["`mim`"]),
        ("for key, value in group.taints :", "for key, value in group.taint :", vec!["`taint`"]),
    ] {
        let mut found: Vec<String> = mutant(from, to).into_iter().map(|fault| fault.label).collect();
        for text in &wanted {
            let place = found.iter().position(|label| label.contains(text));
            let place = place.unwrap_or_else(|| panic!("{to}: no {text} in {found:?}"));
            found.remove(place);
        }
        assert!(found.is_empty(), "{to}: {found:?}");
    }
}

#[test]
fn each_has_a_key_and_a_value_alone() {
    let each = |name: &str| {
        let to = format!("name = each.{name}\n  for_each = toset([])");
        let found = mutant("name                   = local.name", &to);
        // That there are several is the fault of those who refer to one.
        let own = found.into_iter().filter(|fault| fault.label.contains("`each`"));
        own.map(|fault| format!("{}; {:?}", fault.label, fault.notes)).collect::<Vec<_>>()
    };
    assert_eq!(each("key"), [] as [String; 0]);
    let wrong = each("kee");
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].contains("`each` has `key` and `value`, and no `kee`"), "{wrong:?}");
    assert!(wrong[0].contains("did you mean `key`?"), "{wrong:?}");
}
