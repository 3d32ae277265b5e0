//! What is known of each token before lines are made of them.

use crate::syntax::cst::{Kind, Node};

/// A token and how it may stand to the one before it.
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) comment: bool,
    /// For a comment, where it begins on its line in the source.
    pub(super) at: usize,
    /// Line breaks before it in the source.
    pub(super) newlines: usize,
    /// It begins an item, a clause, a condition or another entry of brackets: not a continuation.
    pub(super) begins: bool,
    /// It stands on a new line, whatever the author wrote.
    pub(super) must_break: bool,
    /// It stands on a new line where the author began one.
    pub(super) may_break: bool,
    /// A blank stands before it where it does not begin a line.
    pub(super) spaced: bool,
    /// It opens a bracket; whether lines break after it.
    pub(super) opens: Option<bool>,
    pub(super) closes: bool,
    /// It is lined up with its like on neighbouring lines.
    pub(super) column: Option<Column>,
}

/// What lines up with what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// The text behind `title`, `because`, `remedy` or `refs`.
    Text,
    /// The `=` of a parameter.
    Param,
    /// What happens at a time of a test.
    Step,
    /// A block that fits on its line.
    Block,
}

/// The tokens of a file without errors.
pub(super) fn tokens<'a>(file: &Node<'_>, text: &'a str) -> Vec<Token<'a>> {
    let mut walk = Walk { text, tokens: Vec::new(), newlines: 0, last: None };
    walk.node(file, Lead { begins: true, ..Lead::default() }, Kind::File);
    walk.tokens
}

/// What the first token of a node gets from where the node stands.
#[derive(Clone, Copy, Default)]
struct Lead {
    begins: bool,
    must_break: bool,
    column: Option<Column>,
}

struct Walk<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    newlines: usize,
    /// Kind of the last token and of what it is part of.
    last: Option<(Kind, Kind)>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node<'_>, lead: Lead, parent: Kind) {
        match node.kind {
            Kind::Space => {
                self.newlines += node.text(self.text).matches('\n').count();
                return;
            }
            // What is no token of a file without errors: a byte order mark.
            Kind::Raw if parent == Kind::File => return,
            Kind::Path | Kind::Text | Kind::Template => {
                return self.token(node, lead, parent, None);
            }
            _ if node.children.is_empty() => return self.token(node, lead, parent, None),
            _ => {}
        }
        let multi = is_multi(node, self.text);
        let mut lead = Some(lead);
        let mut inside = node.kind == Kind::File;
        for (at, child) in node.children.iter().enumerate() {
            match child.kind {
                Kind::Space | Kind::Comment => self.node(child, Lead::default(), node.kind),
                Kind::Comma if drops_comma(node, at, self.text) => {}
                Kind::LBrace | Kind::LParen | Kind::LSquare => {
                    inside = true;
                    let mut lead = lead.take().unwrap_or_default();
                    let column = lead.column.or_else(|| column(node.kind, child.kind));
                    lead.column = column.filter(|_| !multi);
                    self.token(child, lead, node.kind, Some(multi));
                }
                Kind::RBrace | Kind::RParen | Kind::RSquare => {
                    let lead = Lead { must_break: multi, ..Lead::default() };
                    self.token(child, lead, node.kind, None);
                }
                kind => {
                    let mut lead = lead.take().unwrap_or(Lead {
                        begins: inside && kind != Kind::Comma,
                        ..Lead::default()
                    });
                    lead.must_break |= is_statement(node.kind, kind) && multi
                        || node.kind == Kind::File && !self.tokens.is_empty();
                    lead.column = lead.column.or_else(|| column(node.kind, kind));
                    self.node(child, lead, node.kind);
                }
            }
        }
    }

    fn token(&mut self, node: &Node<'_>, lead: Lead, parent: Kind, opens: Option<bool>) {
        let kind = node.kind;
        let comment = kind == Kind::Comment;
        let closes = matches!(kind, Kind::RBrace | Kind::RParen | Kind::RSquare);
        let glued = is_glued(kind, parent) || self.last.is_some_and(|(last, _)| glues(last));
        let after_opening = matches!(
            self.last,
            Some((Kind::LParen | Kind::LSquare, _) | (Kind::LBrace, Kind::UseNames))
        );
        let empty = kind == Kind::RBrace && self.last.is_some_and(|(last, _)| last == Kind::LBrace);
        self.tokens.push(Token {
            text: node.text(self.text).trim_end(),
            comment,
            at: if comment { self.column_of(node) } else { 0 },
            newlines: std::mem::take(&mut self.newlines),
            begins: lead.begins || comment,
            must_break: lead.must_break,
            may_break: !glued && !closes && kind != Kind::LBrace,
            spaced: !glued && !after_opening && !empty,
            opens,
            closes,
            column: lead.column,
        });
        self.last = Some((kind, parent));
    }

    fn column_of(&self, node: &Node<'_>) -> usize {
        let before = self.text.get(..node.span.start as usize).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().chars().count()
    }
}

/// Whether the entries of a node's brackets stand on lines of their own: where the author broke a line
/// within, and where several conditions, clauses or steps are inside.
fn is_multi(node: &Node<'_>, text: &str) -> bool {
    let open = node.children.iter().position(|child| {
        matches!(child.kind, Kind::LBrace | Kind::LSquare) && node.kind != Kind::Index
    });
    let Some(open) = open else { return false };
    let inside = node.children.iter().skip(open + 1);
    let inside: Vec<&Node<'_>> =
        inside.take_while(|child| !matches!(child.kind, Kind::RBrace | Kind::RSquare)).collect();
    // Nothing but white space is nothing.
    inside.iter().any(|child| child.kind != Kind::Space)
        && (has_statements(node) || inside.iter().any(|child| breaks(child, text)))
}

/// Whether lines break somewhere in a node.
fn breaks(node: &Node<'_>, text: &str) -> bool {
    match node.kind {
        Kind::Comment => true,
        Kind::Space => node.text(text).contains('\n'),
        _ => has_statements(node) || node.children.iter().any(|child| breaks(child, text)),
    }
}

fn has_statements(node: &Node<'_>) -> bool {
    node.children.iter().filter(|child| is_statement(node.kind, child.kind)).nth(1).is_some()
}

fn is_statement(parent: Kind, kind: Kind) -> bool {
    matches!(
        (parent, kind),
        (Kind::Block, Kind::Cond)
            | (
                Kind::FindingItem,
                Kind::Severity
                    | Kind::Keep
                    | Kind::Param
                    | Kind::When
                    | Kind::Evidence
                    | Kind::TextClause
                    | Kind::Refs
                    | Kind::Explains
                    | Kind::TestItem
            )
            | (Kind::TestItem, Kind::Step)
            | (Kind::SiteItem, Kind::Change)
    )
}

/// Whether a comma says nothing: before the closing bracket, and at the end of a line where that
/// separates as well.
fn drops_comma(node: &Node<'_>, at: usize, text: &str) -> bool {
    let mut newline = false;
    for next in node.children.iter().skip(at + 1) {
        match next.kind {
            Kind::Space => newline |= next.text(text).contains('\n'),
            Kind::Comment => {}
            Kind::RBrace | Kind::RParen | Kind::RSquare => return true,
            _ => break,
        }
    }
    let lines_separate = matches!(
        node.kind,
        Kind::Fields
            | Kind::RelationItem
            | Kind::EnumItem
            | Kind::DeriveHead
            | Kind::Spellings
            | Kind::UseNames
            | Kind::ExpectKey
    );
    newline && lines_separate
}

/// What stands without a blank behind what is before it.
fn is_glued(kind: Kind, parent: Kind) -> bool {
    match kind {
        Kind::RParen | Kind::RSquare | Kind::Comma | Kind::Colon | Kind::Question => true,
        Kind::Dot | Kind::Dots | Kind::Less | Kind::Greater => true,
        Kind::LSquare => parent == Kind::Index,
        Kind::LParen => {
            matches!(parent, Kind::Arguments | Kind::FindingKey | Kind::Aggregate | Kind::Pick)
        }
        Kind::LBrace | Kind::RBrace => parent == Kind::UseNames,
        _ => false,
    }
}

/// What stands without a blank before what is behind it, and on its line.
fn glues(kind: Kind) -> bool {
    matches!(kind, Kind::Dot | Kind::Dots | Kind::Less | Kind::Negative)
}

fn column(parent: Kind, kind: Kind) -> Option<Column> {
    match (parent, kind) {
        (Kind::TextClause, Kind::Text) | (Kind::Refs, Kind::LSquare) => Some(Column::Text),
        (Kind::Param | Kind::SetParam, Kind::Assign) => Some(Column::Param),
        (Kind::AtStep, Kind::Atom | Kind::KwRemove) => Some(Column::Step),
        (Kind::When | Kind::Evidence, Kind::Block) => Some(Column::Block),
        _ => None,
    }
}
