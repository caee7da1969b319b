//! Components that were renamed: what they are called now, and what their resources are called still.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::Loaded;
use crate::model::names::ComponentName;
use crate::model::stack::Stack;

use super::binding::unknown;
use super::component::Settings;

/// What `moved:` of a stack says, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Moves<'a>(&'a Stack);

impl<'a> Moves<'a> {
    /// Those of a stack.
    pub fn of(stack: &'a Stack) -> Self {
        Self(stack)
    }

    /// Old name and new name, in the order in which they were written.
    pub fn all(self) -> impl Iterator<Item = (&'a ComponentName, &'a ComponentName)> {
        self.0.moved.iter().flatten()
    }

    /// The first name of a component. Its resources bear it for good: most of them cannot be renamed without being replaced.
    pub fn first_name(self, name: &'a ComponentName) -> &'a ComponentName {
        self.follow(name, |(old, new), name| (new == name).then_some(old))
    }

    /// What a component that once had this name is called now.
    pub fn last_name(self, name: &'a ComponentName) -> &'a ComponentName {
        self.follow(name, |(old, new), name| (old == name).then_some(new))
    }

    /// Goes on from name to name until there is no other; a circle ends where it began.
    fn follow(
        self,
        start: &'a ComponentName,
        next: impl Fn((&'a ComponentName, &'a ComponentName), &ComponentName) -> Option<&'a ComponentName>,
    ) -> &'a ComponentName {
        let mut name = start;
        for _ in self.all() {
            match self.all().find_map(|pair| next(pair, name)) {
                Some(found) => name = found,
                None => break,
            }
        }
        name
    }
}

/// Each old name leads to one component, and nothing else bears it.
pub(super) fn check(
    stack: &Loaded<Stack>,
    settings: &BTreeMap<ComponentName, Settings>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let moves = Moves::of(&stack.value);
    let (mut olds, mut news) = (BTreeMap::new(), BTreeMap::new());
    for (index, renamed) in stack.value.moved.iter().enumerate() {
        for (old, new) in renamed {
            let route = Route::keys(["moved"]).index(index).key(old.as_str());
            let (key, value) =
                (Spot::key(stack.file.clone(), route.clone()), Spot::value(stack.file.clone(), route));
            let mut fault = |at: &Spot, label: String, help: &str| {
                diagnostics
                    .push(Diagnostic::error(Fault::Contradiction).at(at.clone()).label(label).help(help));
            };
            if settings.contains_key(old) {
                fault(
                    &key,
                    format!("there still is a component `{old}`"),
                    "what was made under this name belongs to the new one: give the other component another name",
                );
            } else if olds.insert(old, new).is_some() {
                fault(&key, format!("`{old}` was renamed before"), "rename what it is called now instead");
            } else if news.insert(new, old).is_some() {
                fault(
                    &value,
                    format!("two components became `{new}`"),
                    "each one keeps resources of its own",
                );
            } else if !settings.contains_key(moves.last_name(old)) {
                let known = settings.iter().filter(|(_, one)| matches!(one, Settings::Declared(_)));
                diagnostics.push(unknown(
                    format!("the stack has no component `{new}`"),
                    new.as_str(),
                    known.map(|(name, _)| name.as_str()),
                    value,
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Models;

    #[test]
    fn names_are_followed_in_both_directions_and_circles_end() {
        let mut stack = Models::new().target("app/dev").stack.value.clone();
        let name = |text: &str| ComponentName::parse(text).expect("a name");
        let pair = |old: &str, new: &str| BTreeMap::from([(name(old), name(new))]);
        stack.moved = vec![pair("a", "b"), pair("b", "c")];
        let moves = Moves::of(&stack);
        let (a, b, c, other) = (name("a"), name("b"), name("c"), name("other"));
        assert_eq!([moves.first_name(&c), moves.first_name(&b), moves.first_name(&other)], [&a, &a, &other]);
        assert_eq!([moves.last_name(&a), moves.last_name(&c)], [&c, &c]);
        stack.moved = vec![pair("a", "b"), pair("b", "a")];
        assert_eq!(Moves::of(&stack).first_name(&a), &a);
    }
}
