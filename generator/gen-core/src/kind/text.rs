//! Templates of what people read.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};

use crate::diag::{Diagnostic, Fault, Place};
use crate::load::Repository;

/// Everything below a folder of templates, compiled. What stands between `variables` is filled in; nothing that is missing is passed over.
///
/// # Errors
/// A template that is no text, or does not compile.
pub(super) fn templates<'a>(
    repository: &'a Repository,
    folder: &str,
    variables: (&'static str, &'static str),
) -> Result<Environment<'a>, Box<Diagnostic>> {
    let fail = |path: &str, error: String| {
        Box::new(Diagnostic::error(Fault::Unparsable).at(Place::file(path.to_owned())).label(error))
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .variable_delimiters(variables.0, variables.1)
        .block_delimiters("{%", "%}")
        .comment_delimiters("{#", "#}")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.map_err(|error| fail(folder, error.to_string()))?);
    environment.add_filter("cell", cell);
    for (path, bytes) in repository.templates.iter().filter(|(path, _)| path.starts_with(folder)) {
        let text = std::str::from_utf8(bytes).map_err(|error| fail(path, error.to_string()))?;
        environment.add_template(path, text).map_err(|error| fail(path, error.to_string()))?;
    }
    Ok(environment)
}

/// Text as a cell of a table in Markdown holds it.
fn cell(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|")
}
