//! Steps in words. Everything that a guide says to people is put together here.

mod phrase;
mod step;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::names::ComponentName;

use super::action::Phase;
use super::{Gap, Guide, Move, Obstacle, Shift, Step, Why};
use phrase::list;
use step::Around;

/// What a step says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Said {
    /// What to do, in a line.
    pub title: String,
    /// What to know about it.
    pub details: Vec<String>,
    /// What has to be seen before the next step.
    pub seen: Vec<String>,
    /// How it is undone.
    pub undo: String,
}

/// A phase's title.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepare => "Prepare: nothing runs there yet",
        Phase::Build => "Build the new side beside the old one",
        Phase::Copy => "Copy, while the old side serves",
        Phase::Freeze => "Freeze: nobody writes",
        Phase::Switch => "Switch",
        Phase::Watch => "Watch, with the way back open",
        Phase::Retire => "Retire the old side, as far as it may go",
    }
}

/// How a component moves, such as `db: aws eu-central-1 → cnpg on cluster`.
pub fn moved(moved: &Move) -> String {
    match &moved.why {
        Why::Bound => format!("{}: {} → {}", moved.component, moved.from, moved.to),
        Why::Environment => format!("{}: {}, made anew", moved.component, moved.to),
        Why::With(under) => format!("{}: {}, moves with {under}", moved.component, moved.to),
    }
}

/// What is in the way, in a line.
pub fn obstacle(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Unknown(gap) | Obstacle::Lacking { gap, .. } => gap_words(gap),
        Obstacle::Fault { what } => what.clone(),
    }
}

/// A requirement that does not hold, in a line, without the component.
pub fn gap_words(gap: &Gap) -> String {
    format!("{} ({}; asked of {})", gap.without, gap.asked, gap.subject)
}

/// What is given up or gained, in a line, without the component.
pub fn shift(shift: &Shift) -> String {
    use crate::check::VerdictKind::{NeedsEvidence, Waived};
    let how = match shift.becomes {
        Some(NeedsEvidence) => "; nobody knows yet",
        Some(Waived) => "; waived for a while",
        _ => "",
    };
    format!("{} ({}{how})", shift.means, shift.capability)
}

/// Lines that are said of several components, each once: components in front, in their order.
pub fn together<'a>(lines: impl Iterator<Item = (&'a ComponentName, String)>) -> Vec<String> {
    let mut said: Vec<(String, Vec<&ComponentName>)> = Vec::new();
    for (component, line) in lines {
        match said.iter_mut().find(|(known, _)| *known == line) {
            Some((_, components)) if components.contains(&component) => {}
            Some((_, components)) => components.push(component),
            None => said.push((line, vec![component])),
        }
    }
    said.into_iter().map(|(line, components)| format!("{}: {line}", list(&components))).collect()
}

/// A step in words.
pub fn said(guide: &Guide, step: &Step) -> Said {
    let around = Around { guide, step };
    let (title, mut details) = around.action();
    if step.no_return {
        details.push(
            "from here on, giving up means to migrate back by this guide in the other direction".to_owned(),
        );
    }
    Said {
        title,
        details,
        seen: step.seen.iter().map(|seen| around.seen(seen)).collect(),
        undo: around.undo(),
    }
}
