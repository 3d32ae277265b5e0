//! Lines out of tokens: breaks, indentation, columns.

use super::tokens::{Column, Token};

/// How far each bracket, and a line that goes on with the one above, stand in.
const INDENT: usize = 2;

/// Comments behind lines that are longer than this are not lined up.
const LINED_UP: usize = 60;

#[derive(Default)]
struct Line<'a> {
    indent: usize,
    code: String,
    /// What is lined up, and where it begins in the code.
    column: Option<(Column, usize)>,
    comment: Option<&'a str>,
    /// Where the author began the comment.
    comment_at: usize,
    /// A blank line stands above it.
    blank: bool,
}

impl Line<'_> {
    fn width(&self) -> usize {
        self.indent + self.code.chars().count()
    }
}

/// The text the tokens make.
pub(super) fn lay_out(tokens: Vec<Token<'_>>) -> String {
    let mut lines = lines(tokens);
    line_up_columns(&mut lines);
    let comments_at = comment_columns(&lines);
    let mut text = String::new();
    for (line, comment_at) in lines.iter().zip(comments_at) {
        if line.blank {
            text.push('\n');
        }
        text.extend(std::iter::repeat_n(' ', line.indent));
        text += &line.code;
        if let Some(comment) = line.comment {
            if !line.code.is_empty() {
                text.extend(std::iter::repeat_n(' ', comment_at.saturating_sub(line.width())));
            }
            text += comment;
        }
        text.push('\n');
    }
    text
}

fn lines(tokens: Vec<Token<'_>>) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut line = Line::default();
    // The indentation of the line each open bracket stands on.
    let mut open: Vec<usize> = Vec::new();
    let mut after_opening = false;
    for (at, token) in tokens.into_iter().enumerate() {
        let behind = token.comment && token.newlines == 0 && at > 0 && line.comment.is_none();
        let breaks = token.must_break
            || after_opening
            || line.comment.is_some()
            || token.newlines > 0 && (token.may_break || token.comment);
        let outer = if token.closes { open.pop() } else { None };
        if at > 0 && breaks && !behind {
            let indent = match (outer, open.last()) {
                (Some(outer), _) => outer,
                (None, Some(inner)) if token.begins => inner + INDENT,
                (None, Some(inner)) => inner + 2 * INDENT,
                (None, None) if token.begins => 0,
                (None, None) => INDENT,
            };
            let blank = token.newlines > 1 && !after_opening && !token.closes;
            lines.push(std::mem::replace(&mut line, Line { indent, blank, ..Line::default() }));
        } else if token.spaced && !token.comment && !line.code.is_empty() {
            line.code.push(' ');
        }
        if token.comment {
            line.comment = Some(token.text);
            line.comment_at = token.at;
            // What comes next begins a line because of the comment.
            after_opening &= behind;
            continue;
        }
        if let Some(column) = token.column
            && line.column.is_none()
            && !line.code.is_empty()
        {
            line.column = Some((column, line.code.len()));
        }
        line.code += token.text;
        if token.opens.is_some() {
            open.push(line.indent);
        }
        after_opening = token.opens == Some(true);
    }
    if !line.code.is_empty() || line.comment.is_some() {
        lines.push(line);
    }
    lines
}

/// Runs of neighbouring lines for which `same` holds between each and the next.
fn runs<'l, 't>(
    lines: &'l mut [Line<'t>],
    same: impl Fn(&Line<'t>, &Line<'t>) -> bool,
) -> impl Iterator<Item = &'l mut [Line<'t>]> {
    lines.chunk_by_mut(move |a, b| !b.blank && a.indent == b.indent && same(a, b))
}

fn line_up_columns(lines: &mut [Line<'_>]) {
    let class = |line: &Line<'_>| line.column.map(|(class, _)| class);
    for run in runs(lines, |a, b| class(a).is_some() && class(a) == class(b)) {
        let width = |line: &Line<'_>| {
            line.column
                .and_then(|(_, at)| line.code.get(..at))
                .map_or(0, |code| code.chars().count())
        };
        let widest = run.iter().map(width).max().unwrap_or(0);
        for line in run {
            let missing = widest - width(line);
            if let Some((_, at)) = line.column {
                line.code.insert_str(at, &" ".repeat(missing));
            }
        }
    }
}

/// Where the comment of each line begins: lined up within a paragraph, where the author lined them up
/// or as near as can be.
fn comment_columns(lines: &[Line<'_>]) -> Vec<usize> {
    let mut columns = Vec::with_capacity(lines.len());
    for run in lines.chunk_by(|a, b| !b.blank && a.indent == b.indent) {
        let near = |line: &Line<'_>| line.width() + INDENT;
        let behind = || run.iter().filter(|line| line.comment.is_some() && !line.code.is_empty());
        let widest = behind().map(near).filter(|at| *at <= LINED_UP).max().unwrap_or(0);
        let authors = behind().map(|line| line.comment_at).next().unwrap_or(0);
        let lined_up = behind().all(|line| line.comment_at == authors && near(line) <= authors);
        columns.extend(run.iter().map(|line| {
            if lined_up {
                authors
            } else if near(line) <= LINED_UP {
                widest
            } else {
                near(line)
            }
        }));
    }
    columns
}
