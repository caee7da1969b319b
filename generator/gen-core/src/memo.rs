//! What was found before, for those who ask the same again.

use std::collections::BTreeMap;
use std::sync::RwLock;

/// Values by all that they depend on: a key that sorts well, and the rest, which is compared. Of both little is kept: who asks for
/// something else each time is answered all the same.
#[derive(Debug)]
pub(crate) struct Memo<K, R, V> {
    known: RwLock<Known<K, R, V>>,
}

/// What is known, and how much it is.
type Known<K, R, V> = (BTreeMap<K, Vec<(R, V)>>, usize);

/// Most values that are kept.
const MOST: usize = 2000;
/// Most of them of one key.
const MOST_OF_ONE: usize = 50;

impl<K, R, V> Default for Memo<K, R, V> {
    fn default() -> Self {
        Self { known: RwLock::new((BTreeMap::new(), 0)) }
    }
}

impl<K: Ord, R: PartialEq, V: Clone> Memo<K, R, V> {
    /// What is known, else what is found; an error is not kept.
    pub(crate) fn get_or<E>(
        &self,
        key: K,
        rest: R,
        find: impl FnOnce(&K, &R) -> Result<V, E>,
    ) -> Result<V, E> {
        let known = self.known.read().ok().and_then(|known| {
            known.0.get(&key)?.iter().find(|(other, _)| *other == rest).map(|(_, value)| value.clone())
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let value = find(&key, &rest)?;
        if let Ok(mut known) = self.known.write()
            && known.1 < MOST
        {
            let of_key = known.0.entry(key).or_default();
            if of_key.len() < MOST_OF_ONE {
                of_key.push((rest, value.clone()));
                known.1 += 1;
            }
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_looked_for_again() {
        let memo = Memo::default();
        let ask = |key: u8, rest: &str, found: Result<u32, ()>| {
            let mut asked = false;
            let answer = memo.get_or(key, rest.to_owned(), |_, _| {
                asked = true;
                found
            });
            (answer, asked)
        };
        assert_eq!(ask(1, "a", Err(())), (Err(()), true));
        assert_eq!(ask(1, "a", Ok(1)), (Ok(1), true));
        assert_eq!(ask(1, "a", Ok(2)), (Ok(1), false));
        assert_eq!(ask(1, "b", Ok(3)), (Ok(3), true));
        assert_eq!(ask(2, "a", Ok(4)), (Ok(4), true));
        assert_eq!(ask(1, "b", Ok(5)), (Ok(3), false));
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let memo = Memo::default();
        for number in 0..10 * MOST {
            let found = memo.get_or(number / (2 * MOST_OF_ONE), number, |_, rest| Ok::<_, ()>(*rest));
            assert_eq!(found, Ok(number));
        }
        let known = memo.known.read().expect("what is known");
        assert_eq!((known.0.values().map(Vec::len).sum::<usize>(), known.1), (MOST, MOST));
        assert!(known.0.values().all(|of_key| of_key.len() <= MOST_OF_ONE));
    }
}
