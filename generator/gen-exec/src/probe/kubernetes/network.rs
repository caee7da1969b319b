//! Whether network policies are enforced: <https://kubernetes.io/docs/concepts/services-networking/network-policies/>.
//!
//! The API server takes a policy whether or not anything enforces it, so pods have to try. Five of them, against one server:
//! one before there is a policy (it has to get through, or nothing that follows means anything), one that the policy shuts out, one that
//! it lets in (it has to get through, or the server died), one whose own policy lets nothing out, and once more one that is let in (or
//! the server died while the one before it tried).

use gen_core::evidence::{Finding, Report, Step};
use serde_json::{Value, json};

use super::api::Api;
use super::pod::{Became, SERVES, end, put, restricted, running};
use crate::probe::{Stop, Watch};

const CAPABILITY: &str = "k8s.network_policy";
const PORT: u16 = 8080;

/// Pods that try, in this order: name, whether the server's policy lets it in, and what is to be seen.
const PODS: [(&str, bool, &str); 5] = [
    ("before", false, "open"),
    ("stranger", false, "closed"),
    ("friend", true, "open"),
    ("mute", true, "closed"),
    ("friend-again", true, "open"),
];

/// Serves one file for ever.
const SERVE: &str = "echo ok > /tmp/index.html; exec httpd -f -p 8080 -h /tmp";

/// Tries until what is wanted was seen three times in a row, as a policy takes a while to reach the nodes, and says what it saw last.
fn try_for(wanted: &str) -> String {
    format!(
        "last=none; row=0; n=0
while [ $n -lt 40 ]; do
  n=$((n + 1))
  if wget -q -T 2 -O /dev/null \"http://$ADDRESS/\"; then now=open; else now=closed; fi
  if [ $now = $last ]; then row=$((row + 1)); else row=1; last=$now; fi
  if [ $now = {wanted} ] && [ $row -ge 3 ]; then break; fi
  sleep 1
done
printf %s $last > /dev/termination-log"
    )
}

/// Finds out, and notes the finding. `nodes` says why no pod can run, if none can.
pub(super) fn look(
    api: &Api,
    namespace: &str,
    image: Option<&str>,
    nodes: Option<&str>,
    (watch, report): (&Watch, &mut Report),
) -> Result<(), Stop> {
    let unknown = |why: &str| Finding::unknown(CAPABILITY, why, Vec::new());
    let image = match (nodes, image) {
        (Some(why), _) => {
            report.findings.push(unknown(&format!("no pod can try it: {why}")));
            return Ok(());
        }
        (None, None) => {
            report.findings.push(unknown("pods have to try it: --image names one to run, with sh, wget and httpd, such as busybox, by its digest"));
            return Ok(());
        }
        (None, Some(image)) => image,
    };
    let mut trial = Trial { api, namespace, image, watch, steps: Vec::new() };
    let outcome = trial.run()?;
    let steps = trial.steps;
    report.findings.push(match outcome {
        Ok(saw) => judge(&saw, steps),
        Err(why) => Finding::unknown(CAPABILITY, why, steps),
    });
    Ok(())
}

/// What follows from what the pods saw, in the order of [`PODS`].
fn judge(saw: &[String; 5], steps: Vec<Step>) -> Finding {
    let [before, stranger, friend, mute, again] = saw;
    let friend = if again == "open" { friend } else { again };
    match (before.as_str(), stranger.as_str(), friend.as_str(), mute.as_str()) {
        ("open", "closed", "open", "closed") => Finding::is(CAPABILITY, "l3l4", steps)
            .note("policies by name or by application protocol were not tried")
            .sample(),
        ("open", stranger @ ("open" | "closed"), "open", mute @ ("open" | "closed")) => {
            let passed = match (stranger, mute) {
                ("open", "open") => "what a policy shuts out comes in, and what it keeps in gets out",
                ("open", _) => "what a policy shuts out comes in",
                _ => "what a policy keeps in gets out",
            };
            Finding::is(CAPABILITY, "none", steps).note(passed)
        }
        ("open", .., friend, _) => Finding::unknown(
            CAPABILITY,
            format!(
                "what the policy lets in was {friend} all the same, so nothing follows from what it shuts out"
            ),
            steps,
        ),
        _ => Finding::unknown(
            CAPABILITY,
            format!("one pod did not reach the other even without a policy ({before}), so nothing follows"),
            steps,
        ),
    }
}

struct Trial<'a> {
    api: &'a Api,
    namespace: &'a str,
    image: &'a str,
    watch: &'a Watch,
    steps: Vec<Step>,
}

impl Trial<'_> {
    /// What the pods saw, or why nothing can be told.
    fn run(&mut self) -> Result<Result<[String; 5], String>, Stop> {
        self.watch.step("a pod that serves")?;
        let server = json!({"probe": "server"});
        let path = match self.server(&server) {
            Ok(path) => path,
            Err(why) => return Ok(Err(why)),
        };
        let address = match running(self.api, self.watch, &path)? {
            Became::Running(address, node) => {
                self.steps.push(Step::new("ran a pod that serves", format!("{address} on {node}")));
                address
            }
            Became::Ended(said, _) => return Ok(Err(format!("the pod that serves ended: {said}"))),
            Became::Stuck(why) => return Ok(Err(format!("the pod that serves does not run: {why}"))),
        };
        let address =
            if address.contains(':') { format!("[{address}]:{PORT}") } else { format!("{address}:{PORT}") };
        let mut saw = Vec::new();
        for (name, let_in, wanted) in PODS {
            let labels = if let_in { json!({"probe": name, "let": "in"}) } else { json!({"probe": name}) };
            if name == "stranger"
                && let Err(why) = self.policies()
            {
                return Ok(Err(why));
            }
            self.watch.step(&format!("a pod that tries: {name}"))?;
            let path = match self.pod(name, &labels, &try_for(wanted), &address) {
                Ok(path) => path,
                Err(why) => return Ok(Err(why)),
            };
            match end(self.api, self.watch, &path)? {
                Became::Ended(said, node) => {
                    let answered =
                        if node.is_empty() { said.clone() } else { format!("{said}, from {node}") };
                    self.steps.push(Step::new(format!("had pod `{name}` try"), answered));
                    saw.push(said);
                }
                Became::Running(..) => return Ok(Err(format!("pod `{name}` did not end"))),
                Became::Stuck(why) => return Ok(Err(format!("pod `{name}` did not end: {why}"))),
            }
        }
        let saw = <[String; 5]>::try_from(saw);
        Ok(saw.map_err(|_| "not every pod tried".to_owned()))
    }

    /// The pod that serves has to outlive all that try, one after the other.
    fn server(&mut self, labels: &Value) -> Result<String, String> {
        let mut pod = restricted("server", labels, self.image, SERVE, "");
        put(&mut pod, "/spec/activeDeadlineSeconds", json!(SERVES));
        self.make("server", &pod)
    }

    fn pod(&mut self, name: &str, labels: &Value, script: &str, address: &str) -> Result<String, String> {
        self.make(name, &restricted(name, labels, self.image, script, address))
    }

    fn make(&mut self, name: &str, pod: &Value) -> Result<String, String> {
        let path = format!("/api/v1/namespaces/{}/pods", self.namespace);
        match self.api.post(&path, pod) {
            Ok(_) => Ok(format!("{path}/{name}")),
            Err(error) => Err(format!("pod `{name}` was refused: {error}")),
        }
    }

    /// The server takes from `let: in` only; `mute` may send nothing.
    fn policies(&mut self) -> Result<(), String> {
        let path = format!("/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies", self.namespace);
        let policy = |name: &str, spec: Value| {
            json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": name},
                "spec": spec,
            })
        };
        let server = policy(
            "server",
            json!({
                "podSelector": {"matchLabels": {"probe": "server"}},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"podSelector": {"matchLabels": {"let": "in"}}}]}],
            }),
        );
        let mute = policy(
            "mute",
            json!({
                "podSelector": {"matchLabels": {"probe": "mute"}},
                "policyTypes": ["Egress"],
                "egress": [],
            }),
        );
        for (policy, what) in [(server, "only `let: in` comes in"), (mute, "`mute` sends nothing")] {
            self.api.post(&path, &policy).map_err(|error| format!("the policy was refused: {error}"))?;
            self.steps.push(Step::new(format!("made a policy: {what}"), "taken"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_needs_both_controls() {
        let verdict = |words: [&str; 5]| judge(&words.map(str::to_owned), Vec::new()).is;
        assert_eq!(verdict(["open", "closed", "open", "closed", "open"]), Some(json!("l3l4")));
        for passed in [
            ["open", "open", "open", "open", "open"],
            ["open", "closed", "open", "open", "open"],
            ["open", "open", "open", "closed", "open"],
        ] {
            assert_eq!(verdict(passed), Some(json!("none")));
        }
        for unclear in [
            ["closed", "closed", "open", "closed", "open"],
            ["open", "closed", "closed", "closed", "closed"],
            // The server died while the one that may send nothing tried.
            ["open", "closed", "open", "closed", "closed"],
            ["open", "closed", "open", "closed", ""],
            ["open", "", "open", "closed", "open"],
            ["", "", "", "", ""],
        ] {
            assert_eq!(verdict(unclear), None, "{unclear:?}");
        }
    }
}
