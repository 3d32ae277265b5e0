//! From text to the typed tree of a rule file.
//!
//! `split` cuts the file into items and writes their tokens as `signs`, `parse` makes nodes of these ([`cst`]), and
//! `build` makes the typed tree of the nodes ([`ast`]). What to say where that fails is `complain`'s, what could
//! go on `cursor`'s.

pub mod ast;
mod build;
mod complain;
pub mod cst;
mod cursor;
mod hints;
mod literal;
mod parse;
mod signs;
mod split;

pub use cursor::{Wanted, wanted};
pub(crate) use literal::unit_in_words;

use smol_str::SmolStr;

use build::Built;
use cst::{Arena, Kind, Node};
use signs::Signs;
use split::{Piece, Split};

use crate::diag::{Diagnostic, codes};

/// The largest file that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// How many items are parsed at once: enough that the parser's beginnings cost little, and few enough that what it
/// remembers stays in the processor's cache.
const AT_ONCE: usize = 16;

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
    let Split { pieces, signs } = split::split(text, file);
    let mut arena = Arena::new();
    tree.doc = file_doc(text, pieces.first());
    for pieces in pieces.chunks(AT_ONCE) {
        arena.reset();
        for read in read(text, &signs, pieces, file, &arena) {
            errors.extend(read.error);
            let Some(node) = read.item else {
                tree.missing.extend(read.rest.and_then(|rest| declared(text, rest)));
                continue;
            };
            match build::build(&node, text, file) {
                Ok(Built::Use(line)) => tree.uses.push(line),
                Ok(Built::Item(item)) => tree.items.push(*item),
                Err(found) => {
                    errors.extend(found);
                    tree.missing.extend(declared(text, node.span));
                }
            }
        }
    }
    (tree, errors)
}

/// The name that a broken item would have declared.
fn declared(text: &str, item: ast::Span) -> Option<SmolStr> {
    let start = complain::skip_blank(text, item.start) as usize;
    let mut words = text.get(start..item.end as usize)?.split_ascii_whitespace();
    let declares = ["event", "entity", "derive", "finding", "enum"];
    words.next().filter(|word| declares.contains(word))?;
    let name = words.next()?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    name.get(..end).map(SmolStr::new)
}

/// The lossless tree of a file: its leaves, one after another, are its text byte for byte. What does
/// not parse is one leaf.
#[must_use]
pub fn tree<'t>(text: &str, arena: &'t Arena) -> Node<'t> {
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let file = Node::leaf(Kind::File, ast::Span { start: 0, end: len });
    let mut items = Vec::new();
    if text.len() > LARGEST {
        items.push(Node::leaf(Kind::Error, file.span));
        return Node { children: arena.alloc_slice_copy(&items), ..file };
    }
    let Split { pieces, signs } = split::split(text, 0);
    for pieces in pieces.chunks(AT_ONCE) {
        for read in read(text, &signs, pieces, 0, arena) {
            items.extend(read.item);
            items.extend(read.rest.map(|rest| Node::leaf(Kind::Error, rest)));
        }
    }
    Node { children: arena.alloc_slice_copy(&items), ..file }.fill(text, arena)
}

/// What a piece of a file is.
struct Read<'t> {
    item: Option<Node<'t>>,
    /// What is no item, or no part of it.
    rest: Option<ast::Span>,
    /// Why there is a rest.
    error: Option<Diagnostic>,
}

/// Reads pieces that follow one another: all at once, or one by one where one of them is broken.
fn read<'t>(
    text: &str,
    signs: &Signs,
    pieces: &[Piece],
    file: usize,
    arena: &'t Arena,
) -> Vec<Read<'t>> {
    let whole = |item| Read { item: Some(item), rest: None, error: None };
    if let [first, .., last] = pieces
        && pieces.iter().all(|piece| piece.error.is_none())
        && let Ok(items) = parse::items(signs.part(first.tokens.start..last.tokens.end), arena)
    {
        return items.into_iter().map(whole).collect();
    }
    pieces.iter().map(|piece| read_one(text, signs, piece, file, arena)).collect()
}

fn read_one<'t>(
    text: &str,
    signs: &Signs,
    piece: &Piece,
    file: usize,
    arena: &'t Arena,
) -> Read<'t> {
    let span = piece.span;
    let broken = |error| Read { item: None, rest: Some(span), error: Some(error) };
    if let Some(error) = &piece.error {
        return broken(error.clone());
    }
    let part = signs.part(piece.tokens.clone());
    let failure = match parse::items(part, arena) {
        Ok(mut items) => return Read { item: items.pop(), rest: None, error: None },
        Err(failure) => failure,
    };
    // An item that is good for itself is kept if what follows it is on a line of its own and begins
    // with nothing that could belong to it.
    if let Some(item) = parse::prefix(part, arena) {
        let start = complain::skip_blank(text, item.span.end);
        let between = text.get(item.span.end as usize..start as usize).unwrap_or_default();
        if failure.at <= start && between.contains('\n') {
            let rest = ast::Span { start, end: span.end };
            let error = complain::stray(text, rest, file);
            return Read { item: Some(item), rest: Some(rest), error: Some(error) };
        }
    }
    broken(complain::broken(text, span, &failure, file))
}

/// The `//!` lines before the first item.
fn file_doc(text: &str, first: Option<&Piece>) -> String {
    let end = first.map_or(text.len(), |piece| piece.span.start as usize);
    let head = text.get(..end).unwrap_or_default();
    let lines: Vec<&str> =
        head.lines().filter_map(|line| line.trim_start().strip_prefix("//!")).collect();
    build::join_doc(&lines)
}
