//! Text that shows what it holds.

use std::borrow::Cow;

/// Characters without a shape of their own: controls other than line ends and tabs, those that reorder or join what stands
/// around them (Unicode's bidirectional formatting and zero-width characters), separators of lines and paragraphs, which
/// versions of YAML disagree about, and tags.
pub fn is_invisible(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text with a replacement character for each invisible one, and for line ends that would overwrite what stands before
/// them: nothing that was read is obeyed by a terminal.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_invisible(c) || c == '\r';
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    // An ordinary line end of other systems is one.
    Cow::Owned(text.replace("\r\n", "\n").replace(hidden, "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_hidden() {
        assert_eq!(visible("a\n\tb \u{2013} \u{e4}"), "a\n\tb \u{2013} \u{e4}");
        assert_eq!(visible("\u{1b}[31ma\u{202e}\r\nb\rc"), "\u{fffd}[31ma\u{fffd}\nb\u{fffd}c");
        for c in ['\0', '\u{7f}', '\u{85}', '\u{ad}', '\u{61c}', '\u{2028}', '\u{2069}', '\u{e0041}'] {
            assert!(is_invisible(c), "{c:?}");
        }
    }
}
