//! Lifecycle rules: which actions a store takes and gives back. That it carries them out takes days and is not seen here.

use gen_core::evidence::{Finding, Step};
use serde_json::json;

use super::super::Stop;
use super::Run;
use super::store::{Call, code, told, undecided};

impl Run<'_> {
    /// Every action, each in a rule of its own.
    pub(super) fn lifecycle(&mut self, bucket: &str) -> Result<(), Stop> {
        self.question();
        let transition = |class: &str| {
            format!(
                "<Transition><Days>30</Days><StorageClass>{}</StorageClass></Transition>",
                super::xml::escape(class)
            )
        };
        // Classes have other names elsewhere; these are the usual ones.
        let classes = match self.options.storage_class.as_deref() {
            Some(class) => vec![class],
            None => vec!["STANDARD_IA", "GLACIER", "ONEZONE_IA"],
        };
        let actions = [
            ("expire", vec!["<Expiration><Days>1</Days></Expiration>".to_owned()], "Expiration"),
            (
                "noncurrent",
                vec!["<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>".to_owned()],
                "NoncurrentVersionExpiration",
            ),
            (
                "abort_mpu",
                vec!["<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>".to_owned()],
                "AbortIncompleteMultipartUpload",
            ),
            ("transition", classes.into_iter().map(transition).collect(), "Transition"),
        ];
        let mut taken = Vec::new();
        let mut steps = Vec::new();
        let mut open: Option<String> = None;
        let mut nameless = None;
        for (name, forms, element) in actions {
            for form in forms {
                let body = format!(
                    "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>probe</ID><Filter><Prefix>never/</Prefix></Filter><Status>Enabled</Status>{form}</Rule></LifecycleConfiguration>"
                );
                let put = self.send(&Call::new("PUT", bucket).query("lifecycle", "").xml(&body))?;
                let mut said = told(&put);
                open = open.or_else(|| undecided(&put));
                if name == "transition" && code(&put).as_deref() == Some("InvalidStorageClass") {
                    nameless = Some(told(&put));
                }
                let mut kept = false;
                if put.ok() {
                    let got = self.send(&Call::new("GET", bucket).query("lifecycle", ""))?;
                    open = open.or_else(|| undecided(&got));
                    kept = !super::xml::texts(&got.text(), element).is_empty();
                    said = if kept {
                        "taken and given back".to_owned()
                    } else {
                        "taken, and not given back".to_owned()
                    };
                    self.send(&Call::new("DELETE", bucket).query("lifecycle", ""))?;
                }
                steps.push(Step::new(format!("PUT a rule with {form}"), said));
                if kept {
                    taken.push(name);
                    break;
                }
            }
        }
        if let Some(said) = nameless.filter(|_| !taken.contains(&"transition")) {
            // A class that a store does not know says nothing about those that it has.
            open = open.or(Some(format!(
                "transition: no class is known to move to ({said}); name one with --storage-class"
            )));
        }
        if let Some(why) = open {
            let why = format!(
                "{why}; seen: {}",
                if taken.is_empty() { "none".to_owned() } else { taken.join(", ") }
            );
            // The set is closed: to name a part of it would deny the rest.
            self.find(Finding::unknown("s3.lifecycle.actions", why, steps));
            return Ok(());
        }
        let note = "taken and given back; that they are carried out was not waited for";
        let finding = Finding::is("s3.lifecycle.actions", json!(taken), steps);
        self.find(if taken.is_empty() { finding } else { finding.note(note) });
        Ok(())
    }
}
