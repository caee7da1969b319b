//! The little of a store's XML that a probe reads.

use roxmltree::{Document, ParsingOptions};

/// An answer's XML; none if there is none. Documents with a DTD are refused, so nothing is expanded.
fn parse(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 100_000, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).ok()
}

/// The texts of all elements of that name.
pub(crate) fn texts(text: &str, name: &str) -> Vec<String> {
    let Some(document) = parse(text) else { return Vec::new() };
    let elements = document.descendants().filter(|node| node.tag_name().name() == name);
    elements.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

/// The text of the first element of that name.
pub(crate) fn first(text: &str, name: &str) -> Option<String> {
    texts(text, name).into_iter().next()
}

/// For each element of that name, the texts of its children of other names (empty where there is none).
pub(crate) fn rows(text: &str, name: &str, children: &[&str]) -> Vec<Vec<String>> {
    let Some(document) = parse(text) else { return Vec::new() };
    let elements = document.descendants().filter(|node| node.tag_name().name() == name);
    let rows = elements.map(|element| {
        let child = |name: &&str| {
            let found = element.children().find(|child| child.tag_name().name() == *name);
            found.and_then(|child| child.text()).unwrap_or_default().to_owned()
        };
        children.iter().map(child).collect()
    });
    rows.collect()
}

/// Text as it may stand in an element.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_whatever_their_namespace() {
        let text = "<R xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><V><Key>a&amp;b</Key><Id/></V><V><Id>2</Id></V></R>";
        assert_eq!(rows(text, "V", &["Key", "Id"]), [["a&b", ""], ["", "2"]]);
        assert_eq!(first(text, "Id").as_deref(), Some(""));
        assert_eq!(first("no xml", "Id"), None);
        assert_eq!(first("<!DOCTYPE x [<!ENTITY a \"b\">]><Id>&a;</Id>", "Id"), None);
        assert_eq!(escape("a<b>&"), "a&lt;b&gt;&amp;");
    }
}
