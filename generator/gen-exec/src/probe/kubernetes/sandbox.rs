//! What stands between a pod and its host's kernel: runtime classes (<https://kubernetes.io/docs/concepts/containers/runtime-class/>),
//! else a filter of system calls.

use gen_core::evidence::{Finding, Report, Step};
use serde_json::{Value, json};

use super::api::{Api, Trouble, items, text};
use super::pod::{Became, end, restricted};
use crate::probe::{Stop, Watch};

const CAPABILITY: &str = "k8s.sandbox";

/// The kernel's release, and how system calls are filtered (2 is by a filter, see `proc_pid_status(5)`).
const LOOK: &str = "printf '%s %s' \"$(uname -r)\" \"$(sed -n 's/^Seccomp:[^0-9]*//p' /proc/self/status)\" > /dev/termination-log";

/// What a handler is by the names that its makers give it; none for those that nobody knows.
fn level(handler: &str) -> Option<&'static str> {
    let word = |word: &str| handler.split(['-', '_', '.']).any(|part| part == word);
    if word("runsc") || word("gvisor") {
        Some("gvisor")
    } else if handler.starts_with("kata") || word("kata") || word("firecracker") {
        Some("vm")
    } else {
        None
    }
}

/// Finds out, and notes the finding. `nodes` says why no pod can run, if none can.
pub(super) fn look(
    api: &Api,
    namespace: &str,
    image: Option<&str>,
    nodes: Option<&str>,
    (watch, report): (&Watch, &mut Report),
) -> Result<(), Stop> {
    let mut steps = Vec::new();
    let listed = api.get("/apis/node.k8s.io/v1/runtimeclasses");
    // Where there is no such part of the API there are no classes; otherwise classes that nobody saw may be there.
    let unlisted = match &listed {
        Ok(_) | Err(Trouble::Refused(404, _)) => None,
        Err(error) => Some(format!("runtime classes cannot be listed ({error})")),
    };
    let classes: Vec<(String, String)> = listed.as_ref().map_or(Vec::new(), |listed| {
        let named = items(listed).iter().filter_map(|class| {
            Some((text(class, "/metadata/name")?.to_owned(), text(class, "/handler")?.to_owned()))
        });
        named.collect()
    });
    let answered = match &listed {
        Err(error) => error.to_string(),
        Ok(_) if classes.is_empty() => "none".to_owned(),
        Ok(_) => {
            classes.iter().map(|(name, handler)| format!("{name} ({handler})")).collect::<Vec<_>>().join(", ")
        }
    };
    steps.push(Step::new("listed runtime classes", answered));
    let known: Vec<_> =
        classes.iter().filter_map(|(name, handler)| Some((name.as_str(), level(handler)?))).collect();
    let hint = match known.as_slice() {
        [] if unlisted.is_some() => "what runtime classes there are is not known".to_owned(),
        [] => "no runtime class names a known sandbox".to_owned(),
        known => {
            let known = known.iter().map(|(name, level)| format!("{name} promises {level}"));
            known.collect::<Vec<_>>().join(", ")
        }
    };
    let image = match (nodes, image) {
        (Some(why), _) => {
            report.findings.push(Finding::unknown(
                CAPABILITY,
                format!("{hint}; no pod can try it: {why}"),
                steps,
            ));
            return Ok(());
        }
        (None, None) => {
            let why = format!("{hint}; pods have to try it: --image names one to run");
            report.findings.push(Finding::unknown(CAPABILITY, why, steps));
            return Ok(());
        }
        (None, Some(image)) => image,
    };
    let mut proven: Option<&'static str> = None;
    // A class that could not be tried, and why: then what pods have without one is not what there is.
    let mut untried = unlisted;
    for (number, (class, promised)) in known.iter().enumerate() {
        let name = format!("sandbox-{number}");
        match try_one(api, (namespace, image), &name, Some(class), (watch, &mut steps))? {
            // A kernel that is not the node's is not the host's.
            Ok(saw) if saw.kernel != saw.host && (proven.is_none() || *promised == "vm") => {
                proven = Some(promised);
            }
            Ok(_) => {}
            Err(why) => {
                untried = untried.or_else(|| Some(format!("class {class} could not be tried ({why})")));
            }
        }
    }
    // A level denies those above it, which a class that could not be tried may have.
    if let Some(level) = proven.filter(|level| *level == "vm" || untried.is_none()) {
        let note = format!("with a runtime class: {hint}");
        report.findings.push(Finding::is(CAPABILITY, level, steps).note(note).sample());
        return Ok(());
    }
    let saw = try_one(api, (namespace, image), "plain", None, (watch, &mut steps))?;
    report.findings.push(match (saw, untried) {
        (_, Some(why)) => Finding::unknown(CAPABILITY, format!("{hint}; {why}"), steps),
        (Ok(saw), None) if saw.filter == "2" => Finding::is(CAPABILITY, "seccomp", steps)
            .note(format!("{hint}; pods without one have their system calls filtered"))
            .sample(),
        (Ok(saw), None) if saw.filter == "0" => Finding::is(CAPABILITY, "none", steps)
            .note(format!("{hint}; system calls of pods are not filtered, though the pod asks for it"))
            .sample(),
        (Ok(_), None) => Finding::unknown(CAPABILITY, format!("{hint}; no pod could tell"), steps),
        (Err(why), None) => Finding::unknown(CAPABILITY, format!("{hint}; no pod could tell ({why})"), steps),
    });
    Ok(())
}

/// What a pod saw of its kernel.
struct Saw {
    kernel: String,
    host: String,
    filter: String,
}

/// Runs a pod; the inner error says why nothing follows from it.
fn try_one(
    api: &Api,
    (namespace, image): (&str, &str),
    name: &str,
    class: Option<&str>,
    (watch, steps): (&Watch, &mut Vec<Step>),
) -> Result<Result<Saw, String>, Stop> {
    let what =
        class.map_or("a pod without a runtime class".to_owned(), |class| format!("a pod of class {class}"));
    watch.step(&what)?;
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let mut pod = restricted(name, &json!({"probe": name}), image, LOOK, "");
    if let (Some(class), Some(spec)) = (class, pod.get_mut("spec").and_then(Value::as_object_mut)) {
        spec.insert("runtimeClassName".to_owned(), json!(class));
    }
    let mut tell = |answered: String| steps.push(Step::new(format!("ran {what}"), answered));
    if let Err(error) = api.post(&path, &pod) {
        tell(format!("refused: {error}"));
        return Ok(Err(error.to_string()));
    }
    match end(api, watch, &format!("{path}/{name}"))? {
        Became::Ended(said, node) => {
            let machine = api.get(&format!("/api/v1/nodes/{node}")).ok();
            let host = machine.as_ref().and_then(|machine| text(machine, "/status/nodeInfo/kernelVersion"));
            let (kernel, filter) = said.split_once(' ').unwrap_or((&said, ""));
            let told =
                host.map_or("whose kernel is not visible".to_owned(), |host| format!("with kernel {host}"));
            tell(format!("kernel {kernel}, filter {filter}, on {node} {told}"));
            let Some(host) = host.filter(|_| !kernel.is_empty()) else {
                return Ok(Err("its kernel or its node's is not visible".to_owned()));
            };
            Ok(Ok(Saw { kernel: kernel.to_owned(), host: host.to_owned(), filter: filter.to_owned() }))
        }
        Became::Running(..) => Ok(Err("the pod did not end".to_owned())),
        Became::Stuck(why) => {
            tell(why.clone());
            Ok(Err(why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_are_known_by_their_makers_names() {
        for (handler, expected) in [
            ("runsc", Some("gvisor")),
            ("runsc-kvm", Some("gvisor")),
            ("kata", Some("vm")),
            ("kata-qemu-tdx", Some("vm")),
            ("kata_clh", Some("vm")),
            ("runc", None),
            ("nvidia", None),
            ("", None),
        ] {
            assert_eq!(level(handler), expected, "{handler}");
        }
    }
}
