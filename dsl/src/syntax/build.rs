//! From the lossless tree to the typed one: literals are decoded, docs attached, what the grammar
//! cannot say is checked.
//!
//! The grammar guarantees the shape of each node, so a missing child is not reported: it cannot be.
//! `None` otherwise means that an error has been reported and the item is left out.

mod conds;
mod exprs;
mod items;
mod site;
mod timeline;

use super::ast::{Item, Name, Path, Span, Use};
use super::cst::{Kind, Node};
use super::hints::{IN_BRACES, looking};
use super::literal;
use crate::diag::{Code, Diagnostic, codes};

/// How many operators one condition or clause may have. Operators nest, and later stages recurse.
const OPERATORS: usize = 500;

/// What an item node becomes.
pub(super) enum Built {
    Use(Use),
    Item(Box<Item>),
}

/// Builds an item; with errors it is left out.
pub(super) fn build(node: &Node<'_>, text: &str, file: usize) -> Result<Built, Vec<Diagnostic>> {
    let mut builder = Builder { text, file, errors: Vec::new(), operators: 0 };
    match builder.item(node) {
        Some(built) if builder.errors.is_empty() => Ok(built),
        _ => {
            if builder.errors.is_empty() {
                builder.error(codes::UNEXPECTED, node.span, "this item cannot be read");
            }
            Err(builder.errors)
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    file: usize,
    errors: Vec<Diagnostic>,
    operators: usize,
}

impl<'a> Builder<'a> {
    fn text(&self, node: &Node<'_>) -> &'a str {
        node.text(self.text)
    }

    fn name(&self, node: &Node<'_>) -> Name {
        Name { text: self.text(node).into(), span: node.span }
    }

    fn path(&self, node: &Node<'_>) -> Path {
        Path { parts: node.all(Kind::Name).map(|part| self.name(part)).collect(), span: node.span }
    }

    fn paths(&self, node: &Node<'_>) -> Vec<Path> {
        node.all(Kind::Path).map(|path| self.path(path)).collect()
    }

    /// A text in quotes that is taken as it stands.
    fn plain(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.text(node);
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'))?;
        let start = node.span.start + 1;
        self.unescape(inner, start)
    }

    /// Resolves the escapes of a text that stands at `start`.
    fn unescape(&mut self, text: &str, start: u32) -> Option<String> {
        match literal::unescape(text) {
            Ok(text) => Some(text),
            Err(at) => {
                let len = text.get(at..).and_then(|rest| rest.chars().nth(1));
                let len = 1 + len.map_or(0, char::len_utf8);
                let start = start + u32::try_from(at).unwrap_or(0);
                let span = Span { start, end: start + u32::try_from(len).unwrap_or(1) };
                let escape = text.get(at..at + len).unwrap_or("\\");
                let error =
                    Diagnostic::new(codes::BAD_ESCAPE, format!("`{escape}` is not an escape"))
                        .at(self.file, span, "")
                        .help("a backslash itself is written `\\\\`");
                self.errors.push(error);
                None
            }
        }
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::new(code, message).at(self.file, span, ""));
    }

    /// Counts an operator against the limit.
    fn operator(&mut self, span: Span) -> Option<()> {
        self.operators += 1;
        if self.operators < OPERATORS {
            return Some(());
        }
        if self.operators == OPERATORS {
            let message = format!("more than {OPERATORS} operators in one condition");
            let error = Diagnostic::new(codes::TOO_DEEP, message)
                .at(self.file, span, "")
                .help("bind parts of it to names with `name = …` on lines of their own");
            self.errors.push(error);
        }
        None
    }

    /// Reports neighbours of these kinds with neither a comma nor a line's end between them.
    fn check_separated<'n>(
        &mut self,
        nodes: impl IntoIterator<Item = &'n Node<'n>>,
        kinds: &[Kind],
    ) {
        let mut before: Option<Span> = None;
        for child in nodes {
            if kinds.contains(&child.kind) {
                let last = before.replace(child.span);
                let Some(last) = last else { continue };
                let between = Span { start: last.end, end: child.span.start };
                if self.slice(child.span) == "and" {
                    self.errors.push(self.joined_by_and(last, child.span));
                    before = None;
                } else if !self.slice(between).contains('\n') {
                    self.errors.push(self.not_separated(last, child.span));
                }
            } else if child.kind == Kind::Comma {
                before = None;
            }
        }
    }

    fn joined_by_and(&self, last: Span, and: Span) -> Diagnostic {
        let message = "`and` joins expressions, and no entries";
        let error = Diagnostic::new(codes::MISSING_SEPARATOR, message).at(self.file, and, "");
        error.help(IN_BRACES).fix(self.file, Span { start: last.end, end: and.end }, ",")
    }

    fn not_separated(&self, first: Span, second: Span) -> Diagnostic {
        let error = Diagnostic::new(
            codes::MISSING_SEPARATOR,
            "two entries stand on one line with nothing between them",
        )
        .at(self.file, second, "the second entry")
        .also(self.file, first, "the first entry");
        let between = Span { start: first.end, end: second.start };
        match looking(self.slice(second)) {
            Some(help) => error.help(help),
            None => error.help("put a `,` between them").fix(self.file, between, ", "),
        }
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The `///` lines right above a place. No text or template spans lines, so a line that begins
    /// with slashes is a comment.
    fn doc(&self, node: &Node<'_>) -> String {
        let before = self.text.get(..node.span.start as usize).unwrap_or_default();
        let mut lines = before.rsplit('\n');
        if lines.next().is_some_and(|line| !line.trim().is_empty()) {
            return String::new();
        }
        let mut doc: Vec<&str> = lines
            .map(str::trim)
            .skip_while(|line| line.is_empty())
            .map_while(|line| line.strip_prefix("///").filter(|text| !text.starts_with('/')))
            .collect();
        doc.reverse();
        join_doc(&doc)
    }

    /// The `//` comment behind something on its line.
    fn comment_behind(&self, node: &Node<'_>) -> String {
        let after = self.text.get(node.span.end as usize..).unwrap_or_default();
        let line = after.lines().next().unwrap_or_default();
        line.trim().strip_prefix("//").map(|text| text.trim().into()).unwrap_or_default()
    }
}

/// Lines without their slashes as one text: one blank before each is no part of it.
pub(super) fn join_doc(lines: &[&str]) -> String {
    let lines = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n").trim_end().into()
}
