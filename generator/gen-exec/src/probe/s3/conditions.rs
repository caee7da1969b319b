//! Conditions on writing and deleting: `If-None-Match` and `If-Match`.

use gen_core::evidence::{Finding, Step};

use super::super::Stop;
use super::super::http::Answer;
use super::store::{Call, Store, told, undecided};
use super::{CONTRADICTION, Run};

/// Rounds of two writers at once.
const ROUNDS: usize = 12;

/// Sends requests at once, each on a connection of its own.
pub(super) fn together(store: &Store, calls: &[Call]) -> Result<Vec<Answer>, Stop> {
    let gate = std::sync::Barrier::new(calls.len());
    std::thread::scope(|scope| {
        let workers: Vec<_> = calls
            .iter()
            .map(|call| {
                let gate = &gate;
                scope.spawn(move || {
                    gate.wait();
                    store.send(call)
                })
            })
            .collect();
        let failed = || Stop::failed("a request could not be sent", "run it again");
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(failed()))).collect()
    })
}

/// Why nothing is concluded from rounds of which none was what it was to be.
pub(super) const UNCONTESTED: &str =
    "of two writers at once, never did one succeed while the other was refused by its condition";

/// How rounds of two writers at once went.
#[derive(Debug, Default)]
pub(super) struct Races {
    /// One succeeded, and the other was refused by its condition: what it is about.
    pub decided: usize,
    /// One succeeded, and what became of the other says nothing.
    pub open: usize,
    /// Both succeeded.
    pub both: usize,
    /// Neither did.
    pub neither: usize,
}

impl Races {
    /// Counts a round; gives how many succeeded.
    pub(super) fn count(&mut self, answers: &[Answer]) -> usize {
        let succeeded = answers.iter().filter(|answer| answer.ok()).count();
        let refused = answers.iter().filter(|answer| matches!(answer.status, 409 | 412)).count();
        *match (succeeded, refused) {
            (0, _) => &mut self.neither,
            (1, 1..) => &mut self.decided,
            (1, 0) => &mut self.open,
            _ => &mut self.both,
        } += 1;
        succeeded
    }
}

impl std::fmt::Display for Races {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { decided, open, both, neither } = self;
        write!(
            f,
            "{decided} times one succeeded and the other was refused, {both} times both succeeded, {neither} times neither"
        )?;
        if *open > 0 {
            write!(f, ", {open} times one did and the other got no such answer")?;
        }
        Ok(())
    }
}

/// What a store does with a condition, in the dictionary's words; an error says why that cannot be told.
fn word(answer: &Answer) -> Result<&'static str, String> {
    match (answer.status, undecided(answer)) {
        (412 | 409 | 304, _) => Ok("enforced"),
        (200..=299, _) => Ok("ignored"),
        (_, Some(why)) => Err(why),
        (_, None) => Ok("rejected"),
    }
}

impl Run<'_> {
    /// Everything about conditions.
    pub(super) fn conditions(&mut self, plain: &str, versioned: Option<&str>) -> Result<(), Stop> {
        self.create_if_none(plain, versioned)?;
        self.put_if_match(plain)?;
        self.delete_if_match(plain)
    }

    fn create_if_none(&mut self, plain: &str, versioned: Option<&str>) -> Result<(), Stop> {
        let id = "s3.put.if_none_match";
        self.question();
        let mut steps = Vec::new();
        let put = |bucket: &str, key: &str, body: &str| {
            Call::new("PUT", bucket).key(key).header("if-none-match", "*").body(body)
        };
        let first = self.send(&put(plain, "condition", "first"))?;
        steps.push(Step::new("PUT with If-None-Match: * where there is no object", told(&first)));
        if !first.ok() {
            if !self.open_by(id, &first, &steps) {
                self.find(Finding::is(id, "rejected", steps));
            }
            return Ok(());
        }
        let second = self.send(&put(plain, "condition", "second"))?;
        steps.push(Step::new("the same where there is one", told(&second)));
        let kept = self.read(plain, "condition", None)?.is_some_and(|body| body == b"first");
        steps.push(Step::new("GET", if kept { "the first body" } else { "not the first body" }));
        let verdict = match word(&second) {
            Ok("enforced") if !kept => "ignored",
            Ok(word) => word,
            Err(why) => {
                self.find(Finding::unknown(id, why, steps));
                return Ok(());
            }
        };
        if verdict != "enforced" {
            self.find(Finding::is(id, verdict, steps));
            return Ok(());
        }
        let mut notes = Vec::new();
        for (bucket, what) in [(Some(plain), "an unversioned"), (versioned, "a versioned")] {
            let Some(bucket) = bucket else { continue };
            self.send(&put(bucket, "condition", "first"))?;
            let gone = self.send(&Call::new("DELETE", bucket).key("condition"))?;
            let again = self.send(&put(bucket, "condition", "third"))?;
            let did = format!("PUT, DELETE ({}), PUT with If-None-Match: * in {what} bucket", told(&gone));
            steps.push(Step::new(did, told(&again)));
            if !again.ok() {
                notes.push(format!("in {what} bucket a deleted name stays refused ({})", told(&again)));
            }
        }
        let mut races = Races::default();
        for round in 0..ROUNDS {
            self.watch.go_on()?;
            let key = format!("race-{round}");
            races.count(&together(&self.store, &[put(plain, &key, "one"), put(plain, &key, "two")])?);
        }
        steps.push(Step::new(format!("{ROUNDS} times two writers at once"), races.to_string()));
        if races.both > 0 {
            notes.push(format!("of two writers at once both succeeded in {} of {ROUNDS} rounds", races.both));
        }
        if races.neither > 0 {
            notes.push(format!(
                "of two writers at once neither succeeded in {} of {ROUNDS} rounds",
                races.neither
            ));
        }
        let mut finding = match (races.both, races.decided) {
            (1.., _) => Finding::is(id, "ignored", steps),
            (0, 1..) => Finding::is(id, "enforced", steps),
            (0, 0) => {
                self.find(Finding::unknown(id, UNCONTESTED, steps));
                return Ok(());
            }
        };
        if !notes.is_empty() {
            finding = finding.note(notes.join("; "));
        }
        self.find(finding);
        Ok(())
    }

    fn put_if_match(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.put.if_match";
        self.question();
        let made = self.write(bucket, "match", b"first")?;
        let etag = made.header("etag").unwrap_or_default().to_owned();
        let put = |etag: &str, body: &str| {
            Call::new("PUT", bucket).key("match").header("if-match", etag).body(body)
        };
        let wrong = self.send(&put("\"0123456789abcdef0123456789abcdef\"", "second"))?;
        let mut steps = vec![Step::new("PUT with an If-Match that does not fit", told(&wrong))];
        let right = self.send(&put(&etag, "third"))?;
        steps.push(Step::new("PUT with the If-Match that fits", told(&right)));
        let verdict = match (word(&wrong), right.ok(), undecided(&right)) {
            (Ok("enforced"), true, _) => Ok("enforced"),
            (Ok("enforced"), false, Some(why)) | (Err(why), ..) => Err(why),
            (Ok("enforced"), false, None) => Ok("rejected"),
            (Ok(word), ..) => Ok(word),
        };
        self.conclude(id, verdict, steps);
        Ok(())
    }

    fn delete_if_match(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.delete.if_match";
        self.question();
        let made = self.write(bucket, "match-delete", b"first")?;
        let etag = made.header("etag").unwrap_or_default().to_owned();
        let delete = |etag: &str| Call::new("DELETE", bucket).key("match-delete").header("if-match", etag);
        let wrong = self.send(&delete("\"0123456789abcdef0123456789abcdef\""))?;
        let mut steps = vec![Step::new("DELETE with an If-Match that does not fit", told(&wrong))];
        let there = self.read(bucket, "match-delete", None)?.is_some();
        steps.push(Step::new("GET", if there { "the object is there" } else { "the object is gone" }));
        let right = self.send(&delete(&etag))?;
        steps.push(Step::new("DELETE with the If-Match that fits", told(&right)));
        let verdict = match (word(&wrong), there, right.ok()) {
            (Ok("enforced"), true, true) => Ok("enforced"),
            (Ok("ignored"), false, _) => Ok("ignored"),
            (Ok(_), true, false) if let Some(why) = undecided(&right) => Err(why),
            (Ok("enforced" | "rejected"), true, _) => Ok("rejected"),
            (Err(why), ..) => Err(why),
            // Neither refused nor done: what the store makes of it cannot be told from outside.
            _ => Err(CONTRADICTION.to_owned()),
        };
        self.conclude(id, verdict, steps);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_race_decides_only_where_the_loser_was_refused_by_its_condition() {
        let mut races = Races::default();
        for (one, two) in [(200, 412), (409, 200), (200, 503), (200, 0), (503, 503), (412, 412), (200, 204)] {
            let answer = |status| Answer { status, ..Answer::default() };
            races.count(&[answer(one), answer(two)]);
        }
        assert_eq!((races.decided, races.open, races.neither, races.both), (2, 2, 2, 1));
    }
}
