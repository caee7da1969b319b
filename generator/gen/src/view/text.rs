//! Pieces of text that several views share.

use std::fmt::Write as _;

/// Columns padded to their widest cell, two spaces between; no trailing spaces.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Lists broken between items, a comma behind each but the last; an item that is wider alone has a line of its own.
pub(crate) fn pack(items: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let comma = if index + 1 < items.len() { "," } else { "" };
        let length = item.chars().count() + comma.len();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= width => {
                let _ = write!(line, " {item}{comma}");
            }
            _ => lines.push(format!("{item}{comma}")),
        }
    }
    lines
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Breaks text at spaces so that no line is longer than `width`, not counting the `indent` of all lines but the first.
pub(crate) fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            let _ = write!(out, "\n{}", " ".repeat(indent));
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_align_and_lines_wrap() {
        let rows = [vec!["a".to_owned(), "bb".to_owned()], vec!["ccc".to_owned(), "d".to_owned()]];
        assert_eq!(super::table(&rows), "a    bb\nccc  d\n");
        assert_eq!(super::wrap("one two three four", 10, 2), "one two\n  three four");
        assert_eq!(super::count(1, "file", "files"), "1 file");
        let items = ["one", "two", "three"].map(str::to_owned);
        assert_eq!(super::pack(&items, 20), ["one, two, three"]);
        assert_eq!(super::pack(&items, 9), ["one, two,", "three"]);
        assert_eq!(super::pack(&items, 2), ["one,", "two,", "three"]);
    }
}
