//! The typed tree of a rule file: what was written, not yet what it means.
//!
//! Every node carries its span, so that each later stage can point at the text it speaks of. Names
//! are not resolved here and nothing is checked beyond the grammar.

mod item;
mod site;

use etio_plan::{AggOp, Arith, Cmp, HoleType, Pick, Rate, Severity};
use smallvec::SmallVec;
use smol_str::SmolStr;

pub use site::{Change, ChangeKind, Site};

/// A range of bytes in one source file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// An identifier.
#[derive(Clone, PartialEq, Debug)]
pub struct Name {
    /// Its text. As most are short, most take no allocation.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// A dotted path: `std.kube.Pod`, or a single name.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    /// At least one part.
    pub parts: SmallVec<[Name; 1]>,
    /// The whole path.
    pub span: Span,
}

/// One rule file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct File {
    /// The `//!` comment.
    pub doc: String,
    /// Its `use` lines.
    pub uses: Vec<Use>,
    /// Its items; the ones that did not parse are missing and have their own error.
    pub items: Vec<Item>,
    /// The names that those would have declared.
    pub missing: Vec<SmolStr>,
}

/// `use std.kube.{Pod, Node}` or `use std.kube.*`.
#[derive(Clone, PartialEq, Debug)]
pub struct Use {
    /// The module.
    pub module: Path,
    /// The names; empty means all.
    pub names: Vec<Name>,
    /// The whole line.
    pub span: Span,
}

/// A top-level item.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "most items of a file are findings, the large one")]
pub enum Item {
    /// `event` or `entity`.
    Relation(RelationDecl),
    /// `enum`.
    Enum(EnumDecl),
    /// `extract`.
    Extract(Extract),
    /// `derive`.
    Derive(Derive),
    /// `finding`.
    Finding(Finding),
    /// A test outside a finding.
    Test(Test),
    /// `site`.
    Site(Site),
}

/// `event R {…}` or `entity R {…}`.
#[derive(Clone, PartialEq, Debug)]
pub struct RelationDecl {
    /// Its doc comment.
    pub doc: String,
    /// Whether it is keyed state.
    pub entity: bool,
    /// Its name.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<FieldDecl>,
    /// The line `lossy` stands in it.
    pub lossy: bool,
    /// `collect "…"`.
    pub collect: Option<String>,
    /// `rate 20 per 1m`.
    pub rate: Option<(Rate, Span)>,
    /// The whole item.
    pub span: Span,
}

/// `key f: T? = default`.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldDecl {
    /// Marked `key`.
    pub key: bool,
    /// Marked `since`.
    pub since: bool,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// `?`.
    pub optional: bool,
    /// What the producer means by silence.
    pub default: Option<Expr>,
}

/// A type as written: a name with arguments (`list<image>`).
#[derive(Clone, PartialEq, Debug)]
pub struct TypeRef {
    /// Its name; may be the path of an enum.
    pub name: Path,
    /// What stands in `<…>`.
    pub args: Vec<TypeRef>,
    /// The whole type.
    pub span: Span,
}

/// `enum E { a, b }`.
#[derive(Clone, PartialEq, Debug)]
pub struct EnumDecl {
    /// Its doc comment.
    pub doc: String,
    /// Its name.
    pub name: Name,
    /// Its names.
    pub names: Vec<Name>,
    /// The whole item.
    pub span: Span,
}

/// `extract E { f: const } from R.field, S.field { f: const, g } { spellings }`.
#[derive(Clone, PartialEq, Debug)]
pub struct Extract {
    /// Its doc comment.
    pub doc: String,
    /// The event made.
    pub event: Path,
    /// Constants of the event.
    pub consts: Vec<FieldPat>,
    /// Relation and text field of each source.
    pub sources: Vec<(Path, Name)>,
    /// Filters (`f: const`, `f in [..]`) and copies (`f`, `f: g` copies `f` of the source to `g`).
    pub fields: Vec<FieldPat>,
    /// Its spellings in order.
    pub spellings: Vec<PatternLit>,
    /// Real lines, run by `ruleck test`.
    pub samples: Vec<Sample>,
    /// The whole item.
    pub span: Span,
}

/// `sample "text" { uid: "…" }` or `sample "text" none`, within an extract.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    /// The text.
    pub text: String,
    /// The fields expected of the event; `None` where no event is expected.
    pub expect: Option<Vec<FieldPat>>,
    /// The whole line.
    pub span: Span,
}

/// A template or a regular expression.
#[derive(Clone, PartialEq, Debug)]
pub struct PatternLit {
    /// What it is.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// A template or a regular expression.
#[derive(Clone, PartialEq, Debug)]
pub enum PatternKind {
    /// `` `text {hole:type} text` ``.
    Template(Vec<TemplatePart>),
    /// `/regex/`.
    Regex(String),
}

/// A piece of a template.
#[derive(Clone, PartialEq, Debug)]
pub enum TemplatePart {
    /// As it stands, escapes resolved (`` \` ``, `\{`, `\}`, `\\`, `\n`, `\t`).
    Lit(String),
    /// `{name}`, `{name:type}`, `{_}`, `{_:type}`.
    Hole {
        /// The name, or `None` for `_`.
        name: Option<Name>,
        /// The type written, where one was: a name or the path of an enum.
        ty: Option<Path>,
        /// The built-in type it names, where it names one.
        hole: Option<HoleType>,
        /// The hole with its braces.
        span: Span,
    },
}

/// `derive R { f: T, … } when {…}`.
#[derive(Clone, PartialEq, Debug)]
pub struct Derive {
    /// Its doc comment.
    pub doc: String,
    /// The relation; blocks of one relation must agree on its fields.
    pub name: Name,
    /// Its fields; the values are the variables of the same names, or `f: T = expr`.
    pub fields: Vec<FieldDecl>,
    /// `keep d`.
    pub keep: Option<Expr>,
    /// Its parameters.
    pub params: Vec<ParamDecl>,
    /// Its conditions.
    pub when: Vec<Cond>,
    /// The whole item.
    pub span: Span,
}

/// `finding name(key, …) {…}`.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Its doc comment: the page.
    pub doc: String,
    /// Its name.
    pub name: Name,
    /// The variables of its key.
    pub key: Vec<Name>,
    /// `severity …`.
    pub severity: Option<(Severity, Span)>,
    /// `keep d`.
    pub keep: Option<Expr>,
    /// Its parameters.
    pub params: Vec<ParamDecl>,
    /// `when {…}`.
    pub when: Vec<Cond>,
    /// Each `confirm {…}`.
    pub confirm: Vec<Vec<Cond>>,
    /// Each `unless {…}`.
    pub unless: Vec<Vec<Cond>>,
    /// Each `maybe {…}`.
    pub maybe: Vec<Vec<Cond>>,
    /// Each `title "…" [when {…}]`.
    pub title: Vec<TextClause>,
    /// Each `because`.
    pub because: Vec<TextClause>,
    /// Each `remedy`.
    pub remedy: Vec<TextClause>,
    /// `refs [..]`.
    pub refs: Vec<(String, Span)>,
    /// Each `explains`.
    pub explains: Vec<Explains>,
    /// Each `test`.
    pub tests: Vec<Test>,
    /// A hash of what it says, by which a site names it; no comment and no test counts.
    pub version: u32,
    /// The whole item.
    pub span: Span,
}

/// `param name = default in low..high`.
#[derive(Clone, PartialEq, Debug)]
pub struct ParamDecl {
    /// Its doc comment, or the comment behind it on its line.
    pub doc: String,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub default: Expr,
    /// The range.
    pub range: Option<(Expr, Expr)>,
    /// The whole line.
    pub span: Span,
}

/// `title "…" when {…}`.
#[derive(Clone, PartialEq, Debug)]
pub struct TextClause {
    /// The text.
    pub text: Vec<InterpPart>,
    /// Its guard; empty where there is none.
    pub guard: Vec<Cond>,
    /// The whole clause.
    pub span: Span,
}

/// A piece of an interpolated text.
#[derive(Clone, PartialEq, Debug)]
pub enum InterpPart {
    /// As it stands, escapes resolved (`\"`, `\\`, `\{`, `\}`, `\n`, `\t`).
    Lit(String),
    /// `{expr}`.
    Expr(Expr),
}

/// `explains other { key… } when {…}`.
#[derive(Clone, PartialEq, Debug)]
pub struct Explains {
    /// The symptom.
    pub target: Path,
    /// Fields of its key.
    pub fields: Vec<FieldPat>,
    /// Conditions.
    pub when: Vec<Cond>,
    /// The whole clause.
    pub span: Span,
}

/// One condition.
#[derive(Clone, PartialEq, Debug)]
pub struct Cond {
    /// What it says.
    pub kind: CondKind,
    /// Where.
    pub span: Span,
}

/// What a condition says.
#[derive(Clone, PartialEq, Debug)]
pub enum CondKind {
    /// `[x =] source`.
    Each(Option<Name>, Source),
    /// `no source`.
    No(Source),
    /// `x = oldest source`.
    Pick(Option<Name>, Pick, Source),
    /// `no A for d per E`.
    Silence {
        /// `A`.
        of: Atom,
        /// `d`.
        hold: Expr,
        /// `[x =] E`.
        per: Atom,
    },
    /// `x = expr`.
    Let(Name, Expr),
    /// `expr`; `x in list` with a fresh `x` binds it to each element.
    Test(Expr),
}

/// Where matches come from.
#[derive(Clone, PartialEq, Debug)]
pub enum Source {
    /// `A`, `A within d`, `A since x`, `E as of a`.
    Rows(Atom, Option<Window>),
    /// `A then [y =] B within d [without C]`.
    Then {
        /// `A`.
        first: Atom,
        /// The row variable of `B`.
        next_name: Option<Name>,
        /// `B`.
        next: Box<Atom>,
        /// `d`.
        within: Expr,
        /// `C`. Few conditions are sequences, so boxes keep the others small.
        without: Option<Box<Atom>>,
    },
    /// `A without B for d`.
    Without {
        /// `A`.
        first: Atom,
        /// `B`.
        end: Atom,
        /// `d`.
        hold: Expr,
    },
    /// `P for d [tolerating g]`.
    Sustained {
        /// `P`.
        atom: Atom,
        /// `d`.
        hold: Expr,
        /// `g`.
        tolerating: Option<Expr>,
    },
}

/// While which rows count.
#[derive(Clone, PartialEq, Debug)]
pub enum Window {
    /// `within d`.
    Within(Expr),
    /// `since x`: a row variable or a time.
    Since(Expr),
    /// `as of x`: a row variable or a time.
    AsOf(Expr),
}

/// `R { f, g: x, h < e }`.
#[derive(Clone, PartialEq, Debug)]
pub struct Atom {
    /// The relation.
    pub relation: Path,
    /// What stands in the braces.
    pub fields: Vec<FieldPat>,
    /// The whole pattern.
    pub span: Span,
}

/// One entry of a pattern's braces.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldPat {
    /// The field.
    pub field: Name,
    /// What is said of it.
    pub op: FieldOp,
    /// The whole entry.
    pub span: Span,
}

/// What is said of a field.
#[derive(Clone, PartialEq, Debug)]
pub enum FieldOp {
    /// `f`: binds or joins the variable of the same name.
    Same,
    /// `f: _`.
    Any,
    /// `f: e`: binds a fresh name, or equals.
    Is(Expr),
    /// `f < e`.
    Cmp(Cmp, Expr),
    /// `f in e`.
    In(Expr),
    /// `f has e`.
    Has(Expr),
    /// `` f ~ `template` ``.
    Like(PatternLit),
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// A literal.
    Lit(Literal),
    /// `"text {expr}"`.
    Text(Vec<InterpPart>),
    /// A variable, parameter or enum name.
    Name(SmolStr),
    /// `x.field`.
    Field(Box<Expr>, Name),
    /// `f(a, b)`.
    Call(Name, Vec<Expr>),
    /// `m["key"]`.
    Index(Box<Expr>, Box<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `not e`.
    Not(Box<Expr>),
    /// `-e`.
    Neg(Box<Expr>),
    /// `a and b`.
    And(Box<Expr>, Box<Expr>),
    /// `a or b`.
    Or(Box<Expr>, Box<Expr>),
    /// `a < b`.
    Cmp(Cmp, Box<Expr>, Box<Expr>),
    /// `a in b`.
    In(Box<Expr>, Box<Expr>),
    /// `a has b`.
    Has(Box<Expr>, Box<Expr>),
    /// `` a ~ `template` ``, where `a` is a variable bound to a text field of an input relation.
    Like(Box<Expr>, PatternLit),
    /// `a + b`.
    Arith(Arith, Box<Expr>, Box<Expr>),
    /// `count(source)`, `max(arg of source)`.
    Agg(AggOp, Option<Box<Expr>>, Box<Source>),
}

/// A literal.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// `42`.
    Int(i64),
    /// `1.5`.
    Float(f64),
    /// `10m`, `1h30m`, `250ms`: nanoseconds.
    Duration(i64),
    /// `85%`.
    Percent(f64),
    /// `1Gi`, `100MB`, `0B`: bytes.
    Bytes(i64),
    /// `v1.14`.
    Version(String),
    /// `2027-01-01` or `2027-01-01T10:00:00Z`: nanoseconds since the epoch.
    Time(i64),
}

/// `test "…" {…}`.
#[derive(Clone, PartialEq, Debug)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Its steps in order.
    pub steps: Vec<Step>,
    /// `shuffled`: any order of arrival must give the same transitions.
    pub shuffled: bool,
    /// The whole test.
    pub span: Span,
}

/// One line of a test.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// What it says.
    pub kind: StepKind,
    /// Where.
    pub span: Span,
}

/// What a line of a test says.
#[derive(Clone, PartialEq, Debug)]
pub enum StepKind {
    /// `given R {…}`: stands, or happened, at 0s.
    Given(Atom),
    /// `15m R {…}`.
    At(i64, Atom),
    /// `15m remove R {…}`: the entity's row with this key goes.
    Remove(i64, Atom),
    /// `collected R [{scope}]`: absence over R counts from the start although no row is given.
    Collected(Atom),
    /// `not collected R [{scope}]`: R is not covered although its kind would be.
    NotCollected(Atom),
    /// `expect …`.
    Expect(Expect),
}

/// `expect confirmed finding (k: v) needs R at 10m`.
#[derive(Clone, PartialEq, Debug)]
pub struct Expect {
    /// What is expected.
    pub what: Expected,
    /// The finding; the enclosing one where it is left out.
    pub finding: Option<Path>,
    /// Fields of its key.
    pub key: Vec<FieldPat>,
    /// Relations that must be among its needs.
    pub needs: Vec<Path>,
    /// Findings that must explain it: `explained by f`.
    pub explained_by: Vec<Path>,
    /// When: at an instant, before one, or at the end of the test.
    pub time: ExpectTime,
}

/// What is expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// `none`: no such finding is open.
    None,
    /// Open, with either verdict.
    Open,
    /// Open and confirmed.
    Confirmed,
    /// Open and suspected.
    Suspected,
    /// Was open, is resolved.
    Resolved,
    /// Was open, has lapsed.
    Lapsed,
}

/// When it is expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExpectTime {
    /// After everything at this instant.
    At(i64),
    /// At every instant before this one.
    Before(i64),
    /// After the last step.
    End,
}
