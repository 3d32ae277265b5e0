//! Scalar expressions: typed once at load, then total over words. A failure is an absent value.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::cmp::Ordering;

use etio_plan::{Arith, Cmp, Expr, Field, Func, Pack, Rule, SlotType, Type};
use smallvec::SmallVec;

use crate::value::{
    func,
    symbols::Symbols,
    word::{ABSENT, Word, as_float, as_int, at, float, int},
};

/// A compiled expression: constants and parameters are words, comparisons know their order. It takes two words,
/// as there are a dozen to a rule.
#[derive(Clone, PartialEq)]
pub(crate) enum Ex {
    Const(Word),
    /// A variable. A row variable holds its row's time, so this is `TimeOf` too.
    Slot(u16),
    Cell(u16),
    Age(Box<Ex>),
    Not(Box<Ex>),
    All(Box<Several>),
    Any(Box<Several>),
    /// Whether a cell is a constant, as most tests ask.
    CellIs(u16, Word),
    /// Whether a cell is a variable.
    CellIsSlot(u16, u16),
    Cmp(Cmp, Order, Box<[Ex; 2]>),
    Arith(Arith, Box<[Ex; 2]>),
    FloatArith(Arith, Box<[Ex; 2]>),
    ToFloat(Box<Ex>),
    Call(Box<Call>),
}

/// Operands; most are two.
pub(crate) type Several = SmallVec<[Ex; 2]>;

/// A call of a built-in.
#[derive(Clone, PartialEq)]
pub(crate) struct Call {
    func: Func,
    /// The type of its first argument.
    ty: Type,
    args: Vec<Ex>,
}

/// How two words compare.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Word,
    Int,
    Float,
    Version,
    Text,
}

/// Types the expressions of one rule.
pub(crate) struct Typing<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) rule: &'a Rule,
    /// The words of the parameters.
    pub(crate) params: &'a [Word],
    pub(crate) symbols: &'a mut Symbols,
}

impl Typing<'_> {
    /// Compiles an expression; `cells` are the fields of the row it may look at.
    pub(crate) fn compile(&mut self, expr: &Expr, cells: &[Field]) -> (Ex, Type) {
        match expr {
            Expr::Const(value) => {
                let ty = func::type_of(value);
                (Ex::Const(self.symbols.word(value, &ty).unwrap_or(ABSENT)), ty)
            }
            Expr::Slot(slot) => (Ex::Slot(slot.0), self.slot(slot.index())),
            Expr::Cell(field) => {
                let ty = cells.get(field.index()).map_or(Type::Int, |field| field.ty.clone());
                (Ex::Cell(field.0), ty)
            }
            Expr::Param(param) => {
                let word = self.params.get(param.index()).copied().unwrap_or(ABSENT);
                let ty = self.pack.param(*param).map_or(Type::Int, |param| param.ty.clone());
                (Ex::Const(word), ty)
            }
            Expr::TimeOf(slot) => (Ex::Slot(slot.0), Type::Time),
            Expr::Age(of) => (Ex::Age(Box::new(self.compile(of, cells).0)), Type::Duration),
            Expr::Not(of) => (Ex::Not(Box::new(self.compile(of, cells).0)), Type::Bool),
            Expr::All(of) => (Ex::All(self.each(of, cells)), Type::Bool),
            Expr::Any(of) => (Ex::Any(self.each(of, cells)), Type::Bool),
            Expr::Cmp(cmp, a, b) => {
                let (a, b, ty) = self.pair(a, b, cells);
                let order = match &ty {
                    ty if ty.is_textual() && *ty != Type::Version => match cmp {
                        Cmp::Eq | Cmp::Ne => Order::Word,
                        _ => Order::Text,
                    },
                    Type::Float | Type::Percent => Order::Float,
                    Type::Version => Order::Version,
                    Type::Bool | Type::List(_) | Type::Map(_) => Order::Word,
                    _ => Order::Int,
                };
                (compared(*cmp, order, a, b), Type::Bool)
            }
            Expr::Arith(op, a, b) => {
                let (a, b, ty) = self.pair(a, b, cells);
                if is_float(&ty) {
                    (Ex::FloatArith(*op, [a, b].into()), ty)
                } else {
                    (Ex::Arith(*op, [a, b].into()), ty)
                }
            }
            Expr::Call(func, args) => {
                let (args, types): (Vec<Ex>, Vec<Type>) =
                    args.iter().map(|arg| self.compile(arg, cells)).unzip();
                let result = func::result(*func, &types);
                let ty = types.into_iter().next().unwrap_or(Type::Text);
                (Ex::Call(Call { func: *func, ty, args }.into()), result)
            }
        }
    }

    fn each(&mut self, of: &[Expr], cells: &[Field]) -> Box<Several> {
        Box::new(of.iter().map(|expr| self.compile(expr, cells).0).collect())
    }

    /// Two operands brought to one type.
    fn pair(&mut self, a: &Expr, b: &Expr, cells: &[Field]) -> (Ex, Ex, Type) {
        let (mut a, a_type) = self.compile(a, cells);
        let (mut b, b_type) = self.compile(b, cells);
        let ty = match (is_float(&a_type), is_float(&b_type)) {
            (true, false) => {
                b = Ex::ToFloat(Box::new(b));
                a_type
            }
            (false, true) => {
                a = Ex::ToFloat(Box::new(a));
                b_type
            }
            // A literal is text until it meets an id, a version or an enum.
            _ if a_type == Type::Text => b_type,
            _ => a_type,
        };
        (a, b, ty)
    }

    fn slot(&self, slot: usize) -> Type {
        match self.rule.slots.get(slot).map(|slot| &slot.ty) {
            Some(SlotType::Scalar(ty)) => ty.clone(),
            Some(SlotType::Row(_)) | None => Type::Time,
        }
    }
}

/// A comparison. Whether a cell is a constant or a variable has a form of its own.
fn compared(cmp: Cmp, order: Order, a: Ex, b: Ex) -> Ex {
    match (cmp, order, a, b) {
        (Cmp::Eq, Order::Word | Order::Int, Ex::Cell(field), b @ (Ex::Const(_) | Ex::Slot(_))) => {
            equal(field, b)
        }
        (cmp, order, a, b) => Ex::Cmp(cmp, order, [a, b].into()),
    }
}

/// A test that a field has a value.
pub(crate) fn equal(field: u16, ex: Ex) -> Ex {
    match ex {
        Ex::Const(word) => Ex::CellIs(field, word),
        Ex::Slot(slot) => Ex::CellIsSlot(field, slot),
        ex => Ex::Cmp(Cmp::Eq, Order::Word, [Ex::Cell(field), ex].into()),
    }
}

const fn is_float(ty: &Type) -> bool {
    matches!(ty, Type::Float | Type::Percent)
}

/// What an expression is computed over.
pub(crate) struct Calc<'a> {
    pub(crate) slots: &'a [Word],
    /// The row being tested.
    pub(crate) cells: &'a [Word],
    pub(crate) now: i64,
    /// The next instant at which a comparison with an age changes (M2.7).
    pub(crate) deadline: &'a mut i64,
    pub(crate) symbols: &'a mut Symbols,
}

impl Calc<'_> {
    /// Whether an expression is true.
    pub(crate) fn holds(&mut self, ex: &Ex) -> bool {
        self.eval(ex) == 1
    }

    /// The value of an expression.
    pub(crate) fn eval(&mut self, ex: &Ex) -> Word {
        match ex {
            Ex::Const(word) => *word,
            Ex::Slot(slot) => at(self.slots, *slot),
            Ex::Cell(field) => at(self.cells, *field),
            Ex::Age(of) => match self.eval(of) {
                ABSENT => ABSENT,
                time => int(self.now.saturating_sub(as_int(time))),
            },
            Ex::Not(of) => match self.eval(of) {
                ABSENT => ABSENT,
                word => Word::from(word == 0),
            },
            // Every operand is computed, so that each age reports its deadline.
            Ex::All(of) => Word::from(of.iter().filter(|ex| !self.holds(ex)).count() == 0),
            Ex::Any(of) => Word::from(of.iter().filter(|ex| self.holds(ex)).count() > 0),
            Ex::CellIs(..) | Ex::CellIsSlot(..) => {
                Word::from(field_is(ex, self.slots, self.cells) == Some(true))
            }
            Ex::Cmp(cmp, order, of) => {
                let [a, b] = &**of;
                if *order == Order::Int {
                    self.note_age(a, b);
                }
                let (a, b) = (self.eval(a), self.eval(b));
                if a == ABSENT || b == ABSENT {
                    return 0;
                }
                Word::from(holds(*cmp, self.compare(*order, a, b)))
            }
            Ex::Arith(op, of) => match of.each_ref().map(|ex| self.eval(ex)) {
                [ABSENT, _] | [_, ABSENT] => ABSENT,
                [a, b] => {
                    let (a, b) = (as_int(a), as_int(b));
                    match op {
                        Arith::Add => int(a.saturating_add(b)),
                        Arith::Sub => int(a.saturating_sub(b)),
                        Arith::Mul => int(a.saturating_mul(b)),
                        Arith::Div if b == 0 => ABSENT,
                        Arith::Div => int(a.saturating_div(b)),
                    }
                }
            },
            Ex::FloatArith(op, of) => match of.each_ref().map(|ex| self.eval(ex)) {
                [ABSENT, _] | [_, ABSENT] => ABSENT,
                [a, b] => {
                    let (a, b) = (as_float(a), as_float(b));
                    float(match op {
                        Arith::Add => a + b,
                        Arith::Sub => a - b,
                        Arith::Mul => a * b,
                        Arith::Div => a / b,
                    })
                }
            },
            Ex::ToFloat(of) => match self.eval(of) {
                ABSENT => ABSENT,
                word => float(as_int(word) as f64),
            },
            Ex::Call(call) => {
                let args: Vec<Word> = call.args.iter().map(|arg| self.eval(arg)).collect();
                func::call(self.symbols, call.func, &call.ty, &args)
            }
        }
    }

    pub(crate) fn compare(&self, order: Order, a: Word, b: Word) -> Ordering {
        match order {
            _ if a == b => Ordering::Equal,
            Order::Word => a.cmp(&b),
            Order::Int => as_int(a).cmp(&as_int(b)),
            Order::Float => as_float(a).total_cmp(&as_float(b)),
            Order::Version => self.symbols.compare_versions(a, b),
            Order::Text => self.symbols.as_text(a).cmp(&self.symbols.as_text(b)),
        }
    }

    /// `age(t) < d` can change when now is `t + d` and one nanosecond later.
    fn note_age(&mut self, a: &Ex, b: &Ex) {
        let ((Ex::Age(of), other) | (other, Ex::Age(of))) = (a, b) else {
            return;
        };
        let (time, limit) = (self.eval(of), self.eval(other));
        if time != ABSENT && limit != ABSENT {
            let turn = as_int(time).saturating_add(as_int(limit));
            note(self.deadline, self.now, turn);
            note(self.deadline, self.now, turn.saturating_add(1));
        }
    }
}

/// Whether a row passes a test, where that asks whether a field is a constant or a variable, as most
/// do; other tests are for [`Calc`].
pub(crate) fn field_is(test: &Ex, slots: &[Word], cells: &[Word]) -> Option<bool> {
    match test {
        Ex::CellIs(field, word) => Some(is(at(cells, *field), *word)),
        Ex::CellIsSlot(field, slot) => Some(is(at(cells, *field), at(slots, *slot))),
        _ => None,
    }
}

const fn is(cell: Word, wanted: Word) -> bool {
    wanted != ABSENT && cell == wanted
}

/// Lowers the deadline to an instant that is still to come.
pub(crate) fn note(deadline: &mut i64, now: i64, instant: i64) {
    if instant > now && instant < *deadline {
        *deadline = instant;
    }
}

pub(crate) const fn holds(cmp: Cmp, order: Ordering) -> bool {
    match cmp {
        Cmp::Eq => order.is_eq(),
        Cmp::Ne => order.is_ne(),
        Cmp::Lt => order.is_lt(),
        Cmp::Le => order.is_le(),
        Cmp::Gt => order.is_gt(),
        Cmp::Ge => order.is_ge(),
    }
}

impl Ex {
    /// Its value where it is one variable or one constant, as most are.
    pub(crate) fn plain(&self, slots: &[Word]) -> Option<Word> {
        match self {
            Self::Slot(slot) => Some(at(slots, *slot)),
            Self::Const(word) => Some(*word),
            _ => None,
        }
    }

    /// Which cell it is, where it is one.
    pub(crate) const fn as_cell(&self) -> Option<u16> {
        match self {
            Self::Cell(field) => Some(*field),
            _ => None,
        }
    }

    /// Visits the expression and all within it.
    pub(crate) fn visit(&self, see: &mut dyn FnMut(&Self)) {
        see(self);
        match self {
            Self::Const(_) | Self::Slot(_) | Self::Cell(_) => {}
            Self::Age(of) | Self::Not(of) | Self::ToFloat(of) => of.visit(see),
            Self::All(of) | Self::Any(of) => of.iter().for_each(|ex| ex.visit(see)),
            Self::Call(call) => call.args.iter().for_each(|ex| ex.visit(see)),
            Self::CellIs(field, _) => see(&Self::Cell(*field)),
            Self::CellIsSlot(field, slot) => {
                see(&Self::Cell(*field));
                see(&Self::Slot(*slot));
            }
            Self::Cmp(_, _, of) | Self::Arith(_, of) | Self::FloatArith(_, of) => {
                of.iter().for_each(|ex| ex.visit(see));
            }
        }
    }

    /// Whether every variable it reads is among these and it does not read the clock.
    pub(crate) fn reads_only(&self, bound: impl Fn(u16) -> bool) -> bool {
        let mut only = true;
        self.visit(&mut |ex| match ex {
            Self::Slot(slot) => only &= bound(*slot),
            Self::Age(_) => only = false,
            _ => {}
        });
        only
    }

    /// Whether it reads one of these variables.
    pub(crate) fn reads(&self, slots: impl Fn(u16) -> bool) -> bool {
        let mut any = false;
        self.visit(&mut |ex| any |= matches!(ex, Self::Slot(slot) if slots(*slot)));
        any
    }
}

/// A name as the engine's errors show it.
pub(crate) fn quoted(name: &str) -> String {
    alloc::format!("`{name}`")
}
