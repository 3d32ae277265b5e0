//! Conditions that can never hold together: what is asked of one value leaves none.

use std::cmp::Ordering;

use etio_plan::{
    Atom, Body, Cmp, Cond, Expr, Field, FieldId, Func, Head, Kind, Pack, Param, Rule, SlotId,
    SlotType, Source, Type, Value, Window,
};

use crate::{
    diag::{Diagnostic, codes},
    lower::{Draft, flip},
    resolve::Place,
    table::HashMap,
};

/// Warnings of blocks and guards that never hold. Where a `when` does not, no more is said of its rule.
pub(crate) fn warnings(pack: &Pack, draft: &Draft) -> Vec<Diagnostic> {
    let rule = &draft.rule;
    let mut when =
        Asked { pack, rule, claims: Vec::new(), rows: Vec::new(), same: HashMap::default() };
    let name = Place { file: draft.file, span: draft.name_span };
    let at_row = |never: Never, which| {
        let place = never.row.and_then(|row| draft.row_places.get(&row)).copied().unwrap_or(name);
        told(&never, which, place)
    };
    if let Err(never) = when.conds(&rule.body.when) {
        return vec![at_row(never, "this")];
    }
    let never = |conds: &Vec<Cond>| when.clone().conds(conds).err();
    let mut all = Vec::new();
    let Body { confirm, unless, maybe, .. } = &rule.body;
    for (blocks, which) in [(confirm, "a `confirm`"), (unless, "an `unless`"), (maybe, "a `maybe`")]
    {
        all.extend(blocks.iter().filter_map(never).map(|never| at_row(never, which)));
    }
    if let Head::Finding(finding) = &rule.head {
        let texts = finding.texts().into_iter().flatten().map(|text| &text.guard);
        let edges = finding.explains.iter().map(|edge| &edge.when);
        let spans = draft.explains_spans.iter();
        let edge_places = spans.map(|span| Place { file: draft.file, span: *span });
        let guards = texts.zip(draft.text_places.iter().copied()).chain(edges.zip(edge_places));
        all.extend(guards.filter_map(|(guard, place)| Some(told(&never(guard)?, "this", place))));
    }
    all
}

fn told(never: &Never, which: &str, place: Place) -> Diagnostic {
    let why = match &never.what {
        Some(name) => format!("`{name}` cannot be all that is asked of it"),
        None => "nothing is as it asks".to_owned(),
    };
    let message = format!("{which} never holds: {why}");
    Diagnostic::new(codes::NEVER_HOLDS, message).at(place.file, place.span, "").help(
        "all conditions must hold at once; for one or the other write `x in […]`, or several blocks",
    )
}

/// What leaves no value, where it has a name, and the row that it is about.
struct Never {
    what: Option<String>,
    row: Option<SlotId>,
}

/// What a value is asked to be.
#[derive(Clone)]
enum Ask {
    In(Vec<Value>),
    NotIn(Vec<Value>),
    /// Above or below a value; the value itself will do unless it is strict.
    Above(Value, bool),
    Below(Value, bool),
}

/// A field of a row that has no name, or an expression.
type Thing = (Option<SlotId>, Expr);

/// All that is asked up to a condition.
#[derive(Clone)]
struct Asked<'p> {
    pack: &'p Pack,
    rule: &'p Rule,
    claims: Vec<(Thing, Ask)>,
    /// The rows that stand, to know one that is asked for again by its key.
    rows: Vec<&'p Atom>,
    /// Names for what another name stands for already.
    same: HashMap<SlotId, Thing>,
}

impl<'p> Asked<'p> {
    fn conds(&mut self, conds: &'p [Cond]) -> Result<(), Never> {
        conds.iter().try_for_each(|cond| self.cond(cond))
    }

    fn cond(&mut self, cond: &'p Cond) -> Result<(), Never> {
        match cond {
            // What is only looked for, as behind `without`, asks nothing of the rest.
            Cond::Each(of) | Cond::Pick { of, .. } => {
                of.binding().try_for_each(|atom| self.atom(atom, of))
            }
            Cond::No(Source::Rows { atom, window: Window::Stands }) if self.stands(atom) => {
                Err(Never { what: None, row: Some(atom.row) })
            }
            Cond::No(_) => Ok(()),
            Cond::Agg { of, .. } => {
                let mut inner = self.clone();
                of.binding().try_for_each(|atom| inner.atom(atom, of))
            }
            Cond::Test(test) => self.test(None, test),
            Cond::Let(slot, Expr::Const(value)) => {
                self.claim((None, Expr::Slot(*slot)), Ask::In(vec![value.clone()]))
            }
            Cond::Member(slot, Expr::Const(Value::List(items))) => {
                self.claim((None, Expr::Slot(*slot)), Ask::In(items.clone()))
            }
            Cond::Let(..) | Cond::Member(..) => Ok(()),
        }
    }

    fn atom(&mut self, atom: &'p Atom, of: &Source) -> Result<(), Never> {
        if matches!(of, Source::Rows { window: Window::Stands, .. }) {
            if let Some(known) = self.rows.iter().find(|known| self.is_same(known, atom)) {
                let known = *known;
                for (field, slot) in &atom.binds {
                    self.same.insert(*slot, self.cell(known, *field));
                }
                atom.joins.iter().try_for_each(|(field, value)| {
                    self.compare(self.cell(known, *field), Cmp::Eq, value)
                })?;
            }
            self.rows.push(atom);
        }
        for (field, value) in &atom.joins {
            self.compare(self.cell(atom, *field), Cmp::Eq, value)?;
        }
        atom.tests.iter().try_for_each(|test| self.test(Some(atom), test))
    }

    /// Whether a row that is known to stand is one that a pattern describes.
    fn stands(&self, atom: &Atom) -> bool {
        let Some(known) = self.rows.iter().find(|known| self.is_same(known, atom)) else {
            return false;
        };
        let is_so = |(field, value): &(FieldId, Expr)| {
            let (cell, value) = (self.cell(known, *field), self.known(value.clone()));
            let is_asked = |(thing, ask): &(Thing, Ask)| match (ask, &value.1) {
                (Ask::In(values), Expr::Const(value)) => {
                    *thing == cell && *values == [value.clone()]
                }
                _ => false,
            };
            cell == value
                || self.says(known, *field).as_ref() == Some(&value)
                || self.claims.iter().any(is_asked)
        };
        atom.tests.is_empty() && atom.binds.is_empty() && atom.joins.iter().all(is_so)
    }

    /// Whether two patterns name all of one key alike, so that both are of one row.
    fn is_same(&self, known: &Atom, atom: &Atom) -> bool {
        let Some(relation) = self.pack.get(atom.relation) else { return false };
        let key = (0..).map(FieldId).zip(&relation.fields).filter(|(_, field)| field.key);
        let mut key = key.map(|(field, _)| (self.says(known, field), self.says(atom, field)));
        known.relation == atom.relation
            && relation.kind == Kind::Entity
            && key.all(|(known, again)| known.is_some() && known == again)
    }

    /// What a pattern says a field is.
    fn says(&self, atom: &Atom, field: FieldId) -> Option<Thing> {
        let bound =
            atom.binds.iter().find(|(of, _)| *of == field).map(|(_, slot)| Expr::Slot(*slot));
        let joined = || atom.joins.iter().find(|(of, _)| *of == field).map(|(_, is)| is.clone());
        Some(self.known(bound.or_else(joined)?))
    }

    /// A field of a row as a thing that something is asked of.
    fn cell(&self, atom: &Atom, field: FieldId) -> Thing {
        match self.says(atom, field) {
            Some((row, thing)) if !matches!(thing, Expr::Const(_) | Expr::Param(_)) => (row, thing),
            _ => (Some(atom.row), Expr::Cell(field)),
        }
    }

    fn known(&self, expr: Expr) -> Thing {
        match &expr {
            Expr::Slot(slot) => self.same.get(slot).cloned().unwrap_or((None, expr)),
            _ => (None, expr),
        }
    }

    fn test(&mut self, atom: Option<&Atom>, test: &Expr) -> Result<(), Never> {
        let of = |asked: &Self, expr: &Expr| match (atom, expr) {
            (Some(atom), Expr::Cell(field)) => asked.cell(atom, *field),
            _ => asked.known(expr.clone()),
        };
        match test {
            Expr::All(parts) => parts.iter().try_for_each(|part| self.test(atom, part)),
            Expr::Any(parts) => {
                if let Some((one, values)) = one_of(parts) {
                    return self.claim(of(self, one), Ask::In(values));
                }
                let mut never = None;
                for part in parts {
                    match self.clone().test(atom, part) {
                        Ok(()) => return Ok(()),
                        Err(found) => never = Some(found),
                    }
                }
                never.map_or(Ok(()), Err)
            }
            Expr::Cmp(op, a, b) if matches!(**a, Expr::Const(_) | Expr::Param(_)) => {
                self.compare(of(self, b), flip(*op), a)
            }
            Expr::Cmp(op, a, b) => {
                let (one, other) = (of(self, a), of(self, b));
                let is_less = matches!(op, Cmp::Ne | Cmp::Lt | Cmp::Gt);
                if is_less && one == other {
                    Err(self.never(&one))
                } else {
                    self.compare(one, *op, b)
                }
            }
            Expr::Not(test) => match (&**test, listed(test)) {
                (Expr::Cmp(Cmp::Eq, a, b), _) => self.compare(of(self, a), Cmp::Ne, b),
                (_, Some((a, items))) => self.claim(of(self, a), Ask::NotIn(items.to_vec())),
                _ => Ok(()),
            },
            Expr::Const(Value::Bool(false)) => Err(self.never(&(None, test.clone()))),
            _ => match listed(test) {
                Some((a, items)) => self.claim(of(self, a), Ask::In(items.to_vec())),
                None => Ok(()),
            },
        }
    }

    /// A comparison with a constant, or with a parameter, of which any value in its range will do.
    fn compare(&mut self, of: Thing, op: Cmp, with: &Expr) -> Result<(), Never> {
        let (low, high) = match with {
            Expr::Const(value) => (value, value),
            Expr::Param(id) => match self.pack.param(*id) {
                Some(Param { low, high, .. }) if !low.is_null() => (low, high),
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        match op {
            Cmp::Eq if low == high => self.claim(of, Ask::In(vec![low.clone()])),
            Cmp::Ne if low == high => self.claim(of, Ask::NotIn(vec![low.clone()])),
            Cmp::Eq => {
                self.claim(of.clone(), Ask::Above(low.clone(), false))?;
                self.claim(of, Ask::Below(high.clone(), false))
            }
            Cmp::Ne => Ok(()),
            Cmp::Gt | Cmp::Ge => self.claim(of, Ask::Above(low.clone(), op == Cmp::Gt)),
            Cmp::Lt | Cmp::Le => self.claim(of, Ask::Below(high.clone(), op == Cmp::Lt)),
        }
    }

    fn claim(&mut self, of: Thing, ask: Ask) -> Result<(), Never> {
        // Versions are equal by their numbers, and not by how they are written.
        if self.is_version(&of) {
            return Ok(());
        }
        self.claims.push((of.clone(), ask));
        let asks = || self.claims.iter().filter(|(thing, _)| *thing == of).map(|(_, ask)| ask);
        let mut lists = asks().filter_map(|ask| match ask {
            Ask::In(values) => Some(values),
            _ => None,
        });
        let own = match &of.1 {
            Expr::Const(value) => Some(std::slice::from_ref(value)),
            _ => lists.next().map(Vec::as_slice),
        };
        let is_left = match own {
            Some(values) => values.iter().any(|value| asks().all(|ask| allows(ask, value))),
            // Without a list, each bound must leave room for every other.
            None => asks().all(|ask| match ask {
                Ask::Above(value, strict) => asks().all(|other| {
                    let Ask::Below(_, other_strict) = other else { return true };
                    let (strict, other_strict) = (*strict, *other_strict);
                    match order(other, value) {
                        Some(Ordering::Less) => false,
                        Some(Ordering::Equal) => !strict && !other_strict,
                        _ => true,
                    }
                }),
                _ => true,
            }),
        };
        if is_left { Ok(()) } else { Err(self.never(&of)) }
    }

    fn is_version(&self, (row, thing): &Thing) -> bool {
        let ty = match thing {
            Expr::Cell(field) => row.and_then(|row| self.field(row, *field)).map(|field| &field.ty),
            Expr::Slot(slot) => match self.rule.slots.get(slot.index()).map(|slot| &slot.ty) {
                Some(SlotType::Scalar(ty)) => Some(ty),
                _ => None,
            },
            _ => None,
        };
        ty == Some(&Type::Version)
    }

    /// A field as the relation of a row declares it.
    fn field(&self, row: SlotId, field: FieldId) -> Option<&'p Field> {
        match &self.rule.slots.get(row.index())?.ty {
            SlotType::Row(of) => self.pack.get(*of)?.fields.get(field.index()),
            SlotType::Scalar(_) => None,
        }
    }

    fn never(&self, (row, thing): &Thing) -> Never {
        let row = row.or_else(|| self.row_of(thing));
        let name = match thing {
            Expr::Slot(slot) => self.rule.slots.get(slot.index()).map(|slot| slot.name.as_str()),
            Expr::Cell(at) => {
                row.and_then(|row| self.field(row, *at)).map(|field| field.name.as_str())
            }
            _ => None,
        };
        let named = name.filter(|name| !name.starts_with('#'));
        Never { what: named.map(str::to_owned), row }
    }

    /// The row that binds the first name in an expression.
    fn row_of(&self, thing: &Expr) -> Option<SlotId> {
        match thing {
            Expr::Slot(slot) => {
                let binds = |atom: &&Atom| atom.binds.iter().any(|(_, bound)| bound == slot);
                self.rule.atoms().find(binds).map(|atom| atom.row)
            }
            Expr::TimeOf(row) => Some(*row),
            Expr::Age(of) | Expr::Not(of) => self.row_of(of),
            Expr::Call(_, parts) => parts.iter().find_map(|part| self.row_of(part)),
            Expr::Cmp(_, a, b) | Expr::Arith(_, a, b) => self.row_of(a).or_else(|| self.row_of(b)),
            _ => None,
        }
    }
}

/// What is asked to be in a list.
fn listed(test: &Expr) -> Option<(&Expr, &[Value])> {
    match test {
        Expr::Call(Func::In, parts) => match parts.as_slice() {
            [one, Expr::Const(Value::List(items))] => Some((one, items)),
            _ => None,
        },
        _ => None,
    }
}

/// Several values that one thing may be equal to.
fn one_of(parts: &[Expr]) -> Option<(&Expr, Vec<Value>)> {
    let equal = |part| match part {
        &Expr::Cmp(Cmp::Eq, ref of, ref value) => match &**value {
            Expr::Const(value) => Some((&**of, value.clone())),
            _ => None,
        },
        _ => None,
    };
    let (one, _) = equal(parts.first()?)?;
    let values = parts.iter().map(|part| equal(part).filter(|(of, _)| *of == one));
    Some((one, values.map(|found| found.map(|(_, value)| value)).collect::<Option<_>>()?))
}

/// Whether a value is what is asked; yes where that cannot be told.
fn allows(ask: &Ask, value: &Value) -> bool {
    let (strict, wrong) = match ask {
        Ask::In(values) => return values.contains(value),
        Ask::NotIn(values) => return !values.contains(value),
        Ask::Above(_, strict) => (*strict, Ordering::Greater),
        Ask::Below(_, strict) => (*strict, Ordering::Less),
    };
    match order(ask, value) {
        Some(Ordering::Equal) => !strict,
        ordering => ordering != Some(wrong),
    }
}

/// How a bound compares with a value, where both are numbers of one kind.
fn order(bound: &Ask, value: &Value) -> Option<Ordering> {
    let (Ask::Above(bound, _) | Ask::Below(bound, _)) = bound else { return None };
    match (bound, value) {
        (Value::Int(a), Value::Int(b))
        | (Value::Duration(a), Value::Duration(b))
        | (Value::Time(a), Value::Time(b))
        | (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) | (Value::Percent(a), Value::Percent(b)) => {
            a.partial_cmp(b)
        }
        _ => None,
    }
}
