//! Whether pods that break the restricted standard are refused, and one that keeps to it is let in. Nothing is kept: the server is
//! asked to go through all but the last step.

use gen_core::evidence::{Observation, Report, Step};
use serde_json::{Value, json};

use super::api::{Api, Trouble};
use super::pod::{put, restricted};

/// What a pod may not do, each as the change that makes a good pod a bad one.
fn faults() -> [(&'static str, &'static str, Value); 5] {
    [
        ("a privileged container", "/spec/containers/0/securityContext", json!({"privileged": true})),
        ("the network of its host", "/spec/hostNetwork", json!(true)),
        ("a folder of its host", "/spec/volumes/0", json!({"name": "scratch", "hostPath": {"path": "/"}})),
        ("root", "/spec/securityContext/runAsNonRoot", json!(false)),
        ("every system call", "/spec/securityContext/seccompProfile", json!({"type": "Unconfined"})),
    ]
}

/// Notes what is admitted.
pub(super) fn look(api: &Api, namespace: &str, image: &str, report: &mut Report) {
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let good = restricted("good", &json!({}), image, "exit 0", "");
    let admitted = api.dry_run(&path, &good);
    let answered = admitted.as_ref().map_or_else(ToString::to_string, |_| "admitted".to_owned());
    let step = Step::new("asked for a pod that keeps to the restricted standard", answered);
    let about = "admission of a restricted pod".to_owned();
    report.observations.push(Observation { about, good: admitted.is_ok(), step });
    for (what, pointer, value) in faults() {
        let mut bad = good.clone();
        put(&mut bad, pointer, value);
        let (good, answered) = match api.dry_run(&path, &bad) {
            Ok(_) => (false, "admitted".to_owned()),
            // Where the good pod is refused too, a refusal says nothing about the fault.
            Err(error) if admitted.is_err() => (false, format!("nothing can be told: {error}")),
            // 403 by the standard, 400 by webhooks, 422 by the server's own settings; the good pod differs in nothing else.
            Err(Trouble::Refused(status @ (400 | 403 | 422), message)) => {
                (true, format!("refused: {status} {message}"))
            }
            Err(error) => (false, format!("nothing can be told: {error}")),
        };
        let step = Step::new(format!("asked for a pod with {what}"), answered);
        report.observations.push(Observation {
            about: format!("admission of a pod with {what}"),
            good,
            step,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_in_the_pod() {
        let good = restricted("good", &json!({}), "image", "exit 0", "");
        for (what, pointer, value) in faults() {
            let mut bad = good.clone();
            put(&mut bad, pointer, value.clone());
            assert_ne!(bad, good, "{what}");
            assert_eq!(bad.pointer(pointer), Some(&value), "{what}");
        }
    }
}
