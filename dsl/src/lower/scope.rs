//! The variables of one rule: which name stands for which, where it is bound, whether it is used.

use etio_plan::{Cond, Expr, FieldId, Func, Kind, ParamId, RelId, Slot, SlotId, SlotType, Type};

use super::Lower;
use crate::{
    diag::{Code, Diagnostic, codes, did_you_mean},
    resolve::{Def, Meant, Place, short},
    syntax::ast::{Name, Path, Span},
    table::{HashMap, HashSet, IndexMap},
};

/// A named variable.
pub(super) struct Var<'a> {
    pub(super) name: &'a str,
    pub(super) slot: SlotId,
    pub(super) span: Span,
    pub(super) uses: u32,
    /// The pattern that binds it, by its running number; zero for none.
    pub(super) atom: u32,
    /// Bound by a row, or made of what rows bind: may be part of a derived row's key.
    pub(super) keyable: bool,
}

/// A parameter of the rule.
pub(super) struct ParamVar {
    pub(super) id: ParamId,
    pub(super) ty: Type,
    pub(super) span: Span,
    pub(super) uses: u32,
}

/// What is known of a row variable, so that fields read later can still be bound in its pattern.
pub(super) struct RowInfo {
    pub(super) relation: RelId,
    pub(super) block: u32,
    pub(super) span: Span,
    /// Fields the braces bind.
    pub(super) bound: HashMap<FieldId, SlotId>,
    /// Fields read through the row variable, and whether they must be there.
    pub(super) read: IndexMap<FieldId, (SlotId, bool)>,
    /// Joins added from outside: a template on a variable that this row binds.
    pub(super) joins: Vec<(FieldId, Expr)>,
}

/// What belongs to the rule being lowered.
#[derive(Default)]
pub(super) struct State<'a> {
    pub(super) file: usize,
    pub(super) path: String,
    pub(super) slots: Vec<Slot>,
    pub(super) vars: Vec<Var<'a>>,
    /// Innermost last; the first is the rule's own.
    pub(super) frames: Vec<HashMap<&'a str, usize>>,
    /// Names that `confirm` and `maybe` blocks bind, for texts and `explains`.
    pub(super) published: IndexMap<&'a str, usize>,
    /// Names that two such blocks give to different rows.
    pub(super) clashes: HashSet<&'a str>,
    /// Names that are unbound only because of an error.
    pub(super) excused: HashSet<&'a str>,
    pub(super) params: IndexMap<&'a str, ParamVar>,
    /// Names of the key, by which aggregates group.
    pub(super) key: Vec<&'a str>,
    /// Types that the head asks of its variables.
    pub(super) head: HashMap<&'a str, Type>,
    /// The block being lowered, and the number of blocks so far.
    pub(super) block: u32,
    pub(super) blocks: u32,
    pub(super) atoms: u32,
    /// How deep in an expression.
    pub(super) depth: usize,
    pub(super) rows: IndexMap<SlotId, RowInfo>,
    /// The row and field that a variable comes from.
    pub(super) origin: HashMap<SlotId, (SlotId, FieldId)>,
    /// The row an aggregate runs over, whose fields its argument may name.
    pub(super) aggregated: Option<SlotId>,
    /// Aggregates by the variable they bind: whether the group is fresh, and where they stand.
    pub(super) groups: IndexMap<SlotId, Span>,
    /// Within an aggregate: fresh names of the key belong to the scope around it.
    pub(super) grouping: bool,
    /// How long a plain event counts where that is not the rule's `keep`.
    pub(super) plain: Option<i64>,
    pub(super) keep: i64,
    /// Conditions that must come before the one being lowered.
    pub(super) pending: Vec<Cond>,
    /// How many errors there were before this rule and after its first half.
    pub(super) errors_before: usize,
    pub(super) errors_after: usize,
}

/// What a name in an expression stands for.
pub(super) enum Known {
    Var(usize),
    Param(Expr, Type),
}

impl<'a> Lower<'_, 'a> {
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        self.cx.error(code, self.st.file, span, message, help);
    }

    /// A new variable of the plan.
    pub(super) fn slot(&mut self, name: impl Into<String>, ty: SlotType) -> SlotId {
        let id = SlotId(short(self.st.slots.len()));
        self.st.slots.push(Slot { name: name.into(), ty });
        id
    }

    pub(super) fn slot_type(&self, slot: SlotId) -> Option<&SlotType> {
        self.st.slots.get(slot.index()).map(|slot| &slot.ty)
    }

    /// Runs `inside` with names of its own, which are gone after it.
    pub(super) fn local<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.st.frames.push(HashMap::default());
        let result = inside(self);
        self.st.frames.pop();
        result
    }

    /// Runs `inside` as a block of its own; `publish`: texts may name what it binds.
    pub(super) fn block<T>(&mut self, publish: bool, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.st.block;
        self.st.blocks += 1;
        self.st.block = self.st.blocks;
        self.st.frames.push(HashMap::default());
        let result = inside(self);
        let frame = self.st.frames.pop().unwrap_or_default();
        self.st.block = outer;
        if publish {
            let mut names: Vec<(&'a str, usize)> = frame.into_iter().collect();
            names.sort_unstable_by_key(|(_, var)| *var);
            for (name, var) in names {
                if *self.st.published.entry(name).or_insert(var) != var {
                    self.st.clashes.insert(name);
                }
            }
        }
        result
    }

    /// Runs `inside` where everything that the shown binding may bind is known.
    pub(super) fn after<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let clashes = &self.st.clashes;
        let published = self.st.published.iter().filter(|(name, _)| !clashes.contains(*name));
        let published = published.map(|(name, var)| (*name, *var)).collect();
        self.st.frames.push(published);
        let result = self.block(false, inside);
        self.st.frames.pop();
        result
    }

    /// A name without counting it as used.
    pub(super) fn peek(&self, name: &str) -> Option<usize> {
        self.st.frames.iter().rev().find_map(|frame| frame.get(name)).copied()
    }

    /// Whether a name stands for something already.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.peek(name).is_some() || self.st.params.contains_key(name)
    }

    /// What a name stands for; uses it.
    pub(super) fn known(&mut self, name: &str, span: Span) -> Option<Known> {
        if let Some(at) = self.peek(name) {
            if let Some(var) = self.st.vars.get_mut(at) {
                var.uses += 1;
                let bound = var.span;
                self.names(span, bound);
            }
            return Some(Known::Var(at));
        }
        let param = self.st.params.get_mut(name)?;
        param.uses += 1;
        let (bound, known) = (param.span, Known::Param(Expr::Param(param.id), param.ty.clone()));
        self.names(span, bound);
        Some(known)
    }

    /// Keeps that a name at a place is the one bound there.
    fn names(&mut self, span: Span, bound: Span) {
        let file = self.st.file;
        self.cx.means(file, span, Meant::Bound(Place { file, span: bound }));
    }

    pub(super) fn var(&self, at: usize) -> Option<&Var<'a>> {
        self.st.vars.get(at)
    }

    /// The type of a scalar variable.
    pub(super) fn scalar(&self, slot: SlotId) -> Option<&Type> {
        match self.slot_type(slot)? {
            SlotType::Scalar(ty) => Some(ty),
            SlotType::Row(_) => None,
        }
    }

    /// Binds a fresh name. `outer`: in the scope around the innermost one, for the group of an
    /// aggregate. Alternative blocks that bind the same name share its variable.
    pub(super) fn bind(
        &mut self,
        name: &'a str,
        span: Span,
        ty: SlotType,
        outer: bool,
        keyable: bool,
    ) -> Option<SlotId> {
        self.names(span, span);
        let shared = self.st.published.get(name).copied().filter(|_| self.st.block != 0);
        let atom = if keyable { self.st.atoms } else { 0 };
        if let Some((at, var)) = shared.and_then(|at| Some((at, self.st.vars.get_mut(at)?))) {
            let slot = var.slot;
            var.atom = atom;
            let first = var.span;
            if self.slot_type(slot) != Some(&ty) {
                self.cx.report(
                    Diagnostic::new(codes::TYPE_MISMATCH, format!("`{name}` has two types"))
                        .at(self.st.file, span, "another type here")
                        .also(self.st.file, first, "first bound here")
                        .help("give one of them another name"),
                );
                return None;
            }
            self.insert(name, at, outer);
            return Some(slot);
        }
        let slot = self.slot(name, ty);
        self.st.vars.push(Var { name, slot, span, uses: 1, atom, keyable });
        self.insert(name, self.st.vars.len() - 1, outer);
        Some(slot)
    }

    fn insert(&mut self, name: &'a str, var: usize, outer: bool) {
        let depth = self.st.frames.len().saturating_sub(1 + usize::from(outer));
        if let Some(frame) = self.st.frames.get_mut(depth) {
            frame.insert(name, var);
        }
    }

    /// Binds a name that must not be known yet.
    pub(super) fn bind_once(
        &mut self,
        name: &'a str,
        span: Span,
        ty: SlotType,
        keyable: bool,
    ) -> Option<SlotId> {
        if !self.is_known(name) {
            return self.bind(name, span, ty, false, keyable);
        }
        self.taken(name, span);
        None
    }

    fn taken(&mut self, name: &str, span: Span) {
        let mut diagnostic =
            Diagnostic::new(codes::NAME_TAKEN, format!("`{name}` has a value already"))
                .at(self.st.file, span, "bound again here")
                .help("give it another name, or compare with `==`");
        if let Some(var) = self.peek(name).and_then(|at| self.var(at)) {
            diagnostic = diagnostic.also(self.st.file, var.span, "bound here");
        } else if let Some(param) = self.st.params.get(name) {
            diagnostic = diagnostic.also(self.st.file, param.span, "a parameter");
        }
        self.cx.report(diagnostic);
    }

    /// Says that a name stands for nothing.
    pub(super) fn unbound(&mut self, name: &str, span: Span) {
        if self.st.excused.contains(name) {
            return;
        }
        if self.st.clashes.contains(name) {
            let message = format!("two blocks give the name `{name}` to rows of their own");
            self.error(codes::UNBOUND_NAME, span, message, "give the two rows different names");
            return;
        }
        if self.is_relation(name) {
            let message = format!("`{name}` is a relation, not a value");
            let help = format!("a condition over its rows has braces: `{name} {{…}}`");
            self.error(codes::NOT_A_VALUE, span, message, &help);
            // Its rows would have bound them.
            self.st.excused.extend(self.st.key.iter().copied());
            return;
        }
        if ["null", "nil", "none", "None", "undefined"].contains(&name) {
            let help = "ask whether a field is there: `present(x.field)`, `not present(x.field)`";
            self.error(codes::UNBOUND_NAME, span, format!("there is no `{name}`"), help);
            return;
        }
        let known = self.st.frames.iter().flat_map(|frame| frame.keys().copied());
        let mut known: Vec<&str> = known.chain(self.st.params.keys().copied()).collect();
        known.sort_unstable();
        let error = Diagnostic::new(codes::UNBOUND_NAME, format!("`{name}` is not bound here"));
        let error = error.at(self.st.file, span, "");
        if let Some((help, fix)) = self.slip(name, span) {
            self.cx.report(error.help(help).fix(fix.file, fix.span, fix.replacement));
            return;
        }
        self.cx.report(match self.field_help(name) {
            Some(help) => error.help(help),
            None => error.meant(name, did_you_mean(name, known), || {
                "bind it on a line above (names within `no` and aggregates end with them); a text stands in quotes"
                    .into()
            }),
        });
    }

    /// What to write where a name is a field of a row that the rule looks at.
    fn field_help(&self, name: &str) -> Option<String> {
        let of = self.st.rows.values().map(|row| row.relation);
        let of = of
            .filter(|of| self.cx.pack.get(*of).is_some_and(|of| of.field(name).is_some()))
            .min()?;
        let relation = self.cx.name_of(of);
        Some(format!(
            "name it in the braces to bind it, `{relation} {{ {name} }}`; a test alone binds nothing"
        ))
    }

    fn is_relation(&self, name: &str) -> bool {
        let span = Span { start: 0, end: 0 };
        let path = Path { parts: [Name { text: name.into(), span }].into(), span };
        matches!(self.cx.lookup(self.st.file, &path), Some(Def::Relation(_)))
    }

    /// Makes a row variable of a pattern.
    pub(super) fn row(&mut self, relation: RelId, span: Span) -> SlotId {
        let name = format!("#{}", self.cx.name_of(relation));
        let slot = self.slot(name, SlotType::Row(relation));
        let info = RowInfo {
            relation,
            block: self.st.block,
            span,
            bound: HashMap::default(),
            read: IndexMap::default(),
            joins: Vec::new(),
        };
        self.st.rows.insert(slot, info);
        slot
    }

    /// Gives a row variable, or the result of an aggregate, its name.
    pub(super) fn name_slot(&mut self, name: &'a str, span: Span, slot: SlotId) {
        if self.is_known(name) {
            self.taken(name, span);
            return;
        }
        if let Some(slot) = self.st.slots.get_mut(slot.index()) {
            slot.name = name.into();
        }
        self.names(span, span);
        self.st.vars.push(Var { name, slot, span, uses: 1, atom: 0, keyable: false });
        self.insert(name, self.st.vars.len() - 1, false);
    }

    /// Calls a variable that another part of the rule binds by its name.
    pub(super) fn call_slot(&mut self, name: &'a str, span: Span, slot: SlotId) {
        self.st.vars.push(Var { name, slot, span, uses: 2, atom: 0, keyable: true });
        self.insert(name, self.st.vars.len() - 1, false);
    }

    /// A field read through a row variable: a variable of its own, bound in the row's pattern.
    /// `present`: an absent field makes what reads it false.
    pub(super) fn read(&mut self, row: SlotId, field: FieldId, present: bool) -> Option<SlotId> {
        let info = self.st.rows.get(&row)?;
        if let Some(slot) = info.bound.get(&field) {
            return Some(*slot);
        }
        let same_block = info.block == self.st.block;
        let relation = self.cx.pack.get(info.relation)?;
        let declared = relation.fields.get(field.index())?;
        let (optional, ty) = (declared.optional, declared.ty.clone());
        let must = !optional || (present && same_block);
        let name = format!("{}.{}", self.st.slots.get(row.index())?.name, declared.name);
        let slot = match info.read.get(&field) {
            Some((slot, _)) => *slot,
            None => self.slot(name, SlotType::Scalar(ty)),
        };
        let entry = self.st.rows.get_mut(&row)?.read.entry(field).or_insert((slot, must));
        entry.1 |= must;
        self.st.origin.insert(slot, (row, field));
        // Within another block absence must not undo the row, only what reads the field.
        if optional && present && !same_block {
            self.st.pending.push(Cond::Test(Expr::Call(Func::Present, vec![Expr::Slot(slot)])));
        }
        Some(slot)
    }

    pub(super) fn is_event(&self, relation: RelId) -> bool {
        self.cx.kind(relation) == Some(Kind::Event)
    }

    /// Whether the rule speaks of one node, so that leaving out `node` would join all of them.
    pub(super) fn has_node(&self) -> bool {
        self.st.key.contains(&"node") || self.peek("node").is_some()
    }

    /// Whether a name stands behind a field and its `:`.
    fn is_given(&self, name: Span) -> bool {
        let text = self.cx.files.get(self.st.file).map_or("", |file| file.text.as_str());
        text.get(..name.start as usize).is_some_and(|before| before.trim_end().ends_with(':'))
    }

    /// A name used once is either a mistake or better written `_`.
    pub(super) fn check_uses(&mut self) {
        // What an erroneous line would have used is not known.
        if self.cx.errors() == self.st.errors_before {
            for var in std::mem::take(&mut self.st.vars) {
                if var.uses < 2 {
                    let message = format!("`{}` is used only once", var.name);
                    let plain = "a name joins, so it is written at least twice: write `_` for any value, or leave the field out";
                    let help = match self.slot_type(var.slot) {
                        Some(SlotType::Row(_)) => "leave out its name".into(),
                        Some(SlotType::Scalar(Type::Bool)) if self.is_given(var.span) => {
                            "write `true` or `false`".into()
                        }
                        Some(SlotType::Scalar(ty))
                            if ty.is_textual() && self.is_given(var.span) =>
                        {
                            format!("{plain}; a text stands in quotes, `\"{}\"`", var.name)
                        }
                        _ => plain.into(),
                    };
                    self.error(codes::USED_ONCE, var.span, message, &help);
                }
            }
        }
        for (name, param) in std::mem::take(&mut self.st.params) {
            if param.uses == 0 {
                let message = format!("the parameter `{name}` is never used");
                self.error(codes::UNUSED_PARAM, param.span, message, "remove it, or use it");
            }
        }
    }
}
