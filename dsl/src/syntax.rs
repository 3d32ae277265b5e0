//! From text to the typed tree of a rule file.

pub mod ast;
mod build;
mod complain;
pub mod cst;
mod literal;
mod parse;
mod split;

use build::Built;
use cst::{Kind, Node};
use split::Piece;

use crate::diag::{Diagnostic, codes};

/// The largest file that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// One rule file to compile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// The name shown in messages.
    pub path: String,
    /// The module its names belong to.
    pub module: String,
    /// Its text.
    pub text: String,
}

impl SourceFile {
    /// A user's file: its module is the stem of its path, `-` and blanks written as `_`.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let path = path.into();
        let name = path.rsplit(['/', '\\']).next().unwrap_or(&path);
        let stem = name.split('.').next().unwrap_or(name);
        let module = stem.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        Self { path, module, text: text.into() }
    }

    /// A file that says which module it belongs to, as the standard library does.
    #[must_use]
    pub fn in_module(
        path: impl Into<String>,
        module: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), module: module.into(), text: text.into() }
    }
}

/// Reads a rule file. `file` is its index for the labels of diagnostics.
///
/// It never fails: an item that does not parse is left out of the tree and has its own error.
#[must_use]
pub fn parse(text: &str, file: usize) -> (ast::File, Vec<Diagnostic>) {
    let mut tree = ast::File::default();
    if text.len() > LARGEST {
        let error = Diagnostic::new(codes::TOO_LARGE, "this file is larger than 1 MiB")
            .at(file, ast::Span::default(), "")
            .help("split it, or check that it is a rule file");
        return (tree, vec![error]);
    }
    let mut errors = Vec::new();
    let pieces = split::split(text, file);
    tree.doc = file_doc(text, pieces.first());
    for piece in pieces {
        match item(text, piece, file, &mut errors) {
            Some(Built::Use(line)) => tree.uses.push(line),
            Some(Built::Item(item)) => tree.items.push(*item),
            None => {}
        }
    }
    (tree, errors)
}

/// The lossless tree of a file: its leaves, one after another, are its text byte for byte. What does
/// not parse is one leaf.
#[must_use]
pub fn tree(text: &str) -> Node {
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut file = Node::leaf(Kind::File, ast::Span { start: 0, end: len });
    if text.len() > LARGEST {
        file.children.push(Node::leaf(Kind::Error, file.span));
        return file;
    }
    for piece in split::split(text, 0) {
        let whole = text.get(piece.span.start as usize..piece.span.end as usize);
        let parsed = match piece.error {
            Some(_) => None,
            None => parse::item(whole.unwrap_or_default(), piece.span.start).ok(),
        };
        let rest = parsed.as_ref().map_or(piece.span.start, |node| node.span.end);
        let rest = ast::Span { start: rest, end: piece.span.end };
        file.children.extend(parsed);
        if !is_blank(text, rest) {
            file.children.push(Node::leaf(Kind::Error, rest));
        }
    }
    file.fill(text);
    file
}

/// Reads one piece of a file; what is wrong with it goes to `errors`.
fn item(text: &str, piece: Piece, file: usize, errors: &mut Vec<Diagnostic>) -> Option<Built> {
    if let Some(error) = piece.error {
        errors.push(error);
        return None;
    }
    let span = piece.span;
    let piece = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let node = match parse::item(piece, span.start) {
        Ok(node) => node,
        Err(failure) => {
            errors.push(complain::broken(text, span, &failure, file));
            return None;
        }
    };
    let rest = ast::Span { start: node.span.end, end: span.end };
    if !is_blank(text, rest) {
        errors.push(complain::stray(text, rest, file));
    }
    build::build(&node, text, file).map_err(|found| errors.extend(found)).ok()
}

/// Whether there is only white space and comments.
fn is_blank(text: &str, span: ast::Span) -> bool {
    let mut nodes = Vec::new();
    cst::trivia(text, span, &mut nodes);
    nodes.iter().all(|node| matches!(node.kind, Kind::Space | Kind::Comment))
}

/// The `//!` lines before the first item.
fn file_doc(text: &str, first: Option<&Piece>) -> String {
    let end = first.map_or(text.len(), |piece| piece.span.start as usize);
    let head = text.get(..end).unwrap_or_default();
    let lines: Vec<&str> =
        head.lines().filter_map(|line| line.trim_start().strip_prefix("//!")).collect();
    build::join_doc(&lines)
}
