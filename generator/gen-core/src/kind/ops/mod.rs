//! Pages for those who look after a target in operation.

mod state;

use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Serde;

use crate::check::Checked;
use crate::diag::{Diagnostic, Fault, Place};
use crate::kind::{Content, Files, Kind, Rendered, Renderer, text};
use crate::load::Repository;

/// Name of the kind, and of its folder in a target.
pub const NAME: &str = "ops";

/// What is to be known of a target's states.
pub const KIND: Kind = Kind { name: NAME, needs: |_, _| Vec::new(), render };

const FOLDER: &str = "templates/ops/";
const STATE: &str = "templates/ops/state.md.j2";

/// The templates of pages, compiled once.
#[derive(Debug)]
pub struct Pages<'a> {
    templates: Environment<'a>,
}

impl<'a> Pages<'a> {
    /// Compiles them; the first that does not compile is a fault.
    pub(super) fn new(repository: &'a Repository, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let templates = text::templates(repository, FOLDER, ("{{", "}}")).unwrap_or_else(|fault| {
            diagnostics.push(*fault);
            Environment::new()
        });
        Self { templates }
    }
}

fn render(renderer: &Renderer<'_>, checked: &Checked) -> Files {
    let Some(view) = state::View::of(renderer, checked) else { return Ok(Vec::new()) };
    let template = renderer.pages.templates.get_template(STATE);
    match template.and_then(|template| template.render(Serde(&view))) {
        Ok(page) => {
            Ok(vec![Rendered { path: Arc::from(format!("{NAME}/state.md")), content: Content::new(page) }])
        }
        Err(error) => Err(vec![
            Diagnostic::error(Fault::Unparsable)
                .at(Place::file(STATE))
                .label(error.to_string())
                .target(checked.target().id.to_string()),
        ]),
    }
}
