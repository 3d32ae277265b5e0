//! Scalar expressions over a rule's variables. They are total: a failure is an absent value.

use alloc::{boxed::Box, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{FieldId, ParamId, SlotId, Type, Value};

/// A scalar expression. Absent operands make comparisons false and other results absent.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum Expr {
    /// A constant.
    Const(Value),
    /// A scalar variable.
    Slot(SlotId),
    /// A field of the row being tested; only inside [`Atom::tests`](crate::Atom::tests).
    Cell(FieldId),
    /// A tunable number.
    Param(ParamId),
    /// The time of the row a row variable is bound to (an event's instant, a row's observation,
    /// since when a derived row holds).
    TimeOf(SlotId),
    /// `age(t)`: from an instant to now, negative before it. The compiler admits it only as one
    /// side of a comparison whose other side is free of it, and in texts.
    Age(Box<Expr>),
    /// `not e`.
    Not(Box<Expr>),
    /// `a and b …`.
    All(Vec<Expr>),
    /// `a or b …`.
    Any(Vec<Expr>),
    /// A comparison.
    Cmp(Cmp, Box<Expr>, Box<Expr>),
    /// Arithmetic on integers, durations, times and bytes; saturating.
    Arith(Arith, Box<Expr>, Box<Expr>),
    /// A call of a built-in.
    Call(Func, Vec<Expr>),
}

impl Expr {
    /// Whether it, or something that it is made of, is so.
    pub fn any(&self, is: &impl Fn(&Self) -> bool) -> bool {
        is(self)
            || match self {
                Self::Const(_)
                | Self::Slot(_)
                | Self::Cell(_)
                | Self::Param(_)
                | Self::TimeOf(_) => false,
                Self::Age(of) | Self::Not(of) => of.any(is),
                Self::All(of) | Self::Any(of) | Self::Call(_, of) => of.iter().any(|of| of.any(is)),
                Self::Cmp(_, a, b) | Self::Arith(_, a, b) => a.any(is) || b.any(is),
            }
    }
}

/// A comparison operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Cmp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// An arithmetic operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Arith {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

impl Arith {
    /// The type of the result on operands of these types; `None` where they do not combine.
    #[must_use]
    pub const fn result(self, left: &Type, right: &Type) -> Option<Type> {
        Some(match (self, left, right) {
            (_, Type::Int, Type::Int)
            | (Self::Div, Type::Duration, Type::Duration)
            | (Self::Div, Type::Bytes, Type::Bytes) => Type::Int,
            (Self::Add | Self::Sub, Type::Duration, Type::Duration)
            | (Self::Mul | Self::Div, Type::Duration, Type::Int)
            | (Self::Mul, Type::Int, Type::Duration)
            | (Self::Sub, Type::Time, Type::Time) => Type::Duration,
            (Self::Add | Self::Sub, Type::Time, Type::Duration)
            | (Self::Add, Type::Duration, Type::Time) => Type::Time,
            (Self::Add | Self::Sub, Type::Bytes, Type::Bytes)
            | (Self::Mul | Self::Div, Type::Bytes, Type::Int)
            | (Self::Mul, Type::Int, Type::Bytes) => Type::Bytes,
            _ => return None,
        })
    }
}

/// The built-in functions. All are pure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Func {
    /// `registry(image) -> text`
    Registry,
    /// `repository(image) -> text`
    Repository,
    /// `tag(image) -> text`
    Tag,
    /// `namespace(pod) -> text`
    Namespace,
    /// `name(pod) -> text`, without the namespace.
    Name,
    /// `lower(text) -> text`
    Lower,
    /// `len(list|text|map) -> int`
    Len,
    /// `under(path, directory) -> bool`: the path is the directory or below it.
    Under,
    /// `x in list -> bool`
    In,
    /// `list has x`, `map has "key" -> bool`
    Has,
    /// `map["key"] -> T?`
    Get,
    /// `contains(text, part) -> bool`
    Contains,
    /// `starts_with(text, prefix) -> bool`
    StartsWith,
    /// `ends_with(text, suffix) -> bool`
    EndsWith,
    /// `present(x) -> bool`: an optional value is there.
    Present,
    /// `pod(namespace, name) -> pod`
    MakePod,
    /// `text(x) -> text`: any value as people read it; ids, versions, addresses and enums in their
    /// canonical spelling.
    AsText,
    /// `"{a}{b}"`: two texts as one.
    Concat,
}
