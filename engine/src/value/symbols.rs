//! Texts, lists and maps by number.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::{cmp::Ordering, hash::BuildHasher};

use etio_plan::{Type, Value, compare_versions};
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::value::word::{ABSENT, Word, as_float, as_int, float, int};

/// Every text, list and map the engine has seen, each once. Their numbers depend on the order of
/// arrival and therefore never show: whatever orders or prints goes through [`Symbols::compare`] and
/// [`Symbols::value`].
#[derive(Clone)]
pub(crate) struct Symbols {
    all: Vec<Symbol>,
    table: HashTable<u32>,
    state: FixedState,
}

#[derive(Clone, PartialEq)]
enum Symbol {
    Text(Box<str>),
    List(Box<[Word]>),
    Map(Box<[(Word, Word)]>),
}

impl Symbols {
    pub(crate) fn new(state: FixedState) -> Self {
        Self { all: Vec::new(), table: HashTable::new(), state }
    }

    /// The word for a text.
    pub(crate) fn text(&mut self, text: &str) -> Word {
        let hash = self.state.hash_one(text);
        let known =
            |at: &u32| matches!(self.get(*at), Some(Symbol::Text(known)) if **known == *text);
        match self.table.find(hash, known) {
            Some(at) => Word::from(*at),
            None => self.add(hash, Symbol::Text(text.into())),
        }
    }

    fn compound(&mut self, symbol: Symbol) -> Word {
        let hash = symbol_hash(&self.state, &symbol);
        match self.table.find(hash, |at| self.get(*at) == Some(&symbol)) {
            Some(at) => Word::from(*at),
            None => self.add(hash, symbol),
        }
    }

    fn add(&mut self, at_hash: u64, symbol: Symbol) -> Word {
        let at = self.all.len() as u32;
        self.all.push(symbol);
        let (all, state) = (&self.all, &self.state);
        self.table.insert_unique(at_hash, at, |at| {
            all.get(*at as usize).map_or(0, |symbol| symbol_hash(state, symbol))
        });
        Word::from(at)
    }

    fn get(&self, at: u32) -> Option<&Symbol> {
        self.all.get(at as usize)
    }

    fn symbol(&self, word: Word) -> Option<&Symbol> {
        usize::try_from(word).ok().and_then(|at| self.all.get(at))
    }

    /// The text behind a word.
    pub(crate) fn as_text(&self, word: Word) -> Option<&str> {
        match self.symbol(word)? {
            Symbol::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list, or none.
    pub(crate) fn as_list(&self, word: Word) -> &[Word] {
        match self.symbol(word) {
            Some(Symbol::List(items)) => items,
            _ => &[],
        }
    }

    /// The entries of a map, or none.
    pub(crate) fn as_map(&self, word: Word) -> &[(Word, Word)] {
        match self.symbol(word) {
            Some(Symbol::Map(entries)) => entries,
            _ => &[],
        }
    }

    /// A boundary value as a word, or `None` where it is not of the type (NaN is of none).
    pub(crate) fn word(&mut self, value: &Value, ty: &Type) -> Option<Word> {
        use Type as T;
        Some(match (value, ty) {
            (Value::Null, _) => ABSENT,
            (Value::Bool(value), T::Bool) => Word::from(*value),
            (
                Value::Int(n) | Value::Duration(n) | Value::Time(n) | Value::Bytes(n),
                T::Int | T::Duration | T::Time | T::Bytes,
            ) => int(*n),
            (Value::Int(n), T::Float | T::Percent) => float(*n as f64),
            (Value::Float(x) | Value::Percent(x), T::Float | T::Percent) if x.is_finite() => {
                float(*x)
            }
            (Value::Text(text), ty) if ty.is_textual() => self.text(text),
            (Value::List(items), T::List(of)) => {
                let items = items.iter().map(|item| self.word(item, of)).collect::<Option<_>>()?;
                self.compound(Symbol::List(items))
            }
            (Value::Map(entries), T::Map(of)) => {
                let mut words = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    words.push((self.text(key), self.word(value, of)?));
                }
                words.sort_by(|a, b| self.as_text(a.0).cmp(&self.as_text(b.0)));
                self.compound(Symbol::Map(words.into()))
            }
            _ => return None,
        })
    }

    /// A word as a boundary value.
    pub(crate) fn value(&self, word: Word, ty: &Type) -> Value {
        if word == ABSENT {
            return Value::Null;
        }
        match ty {
            Type::Bool => Value::Bool(word != 0),
            Type::Int => Value::Int(as_int(word)),
            Type::Duration => Value::Duration(as_int(word)),
            Type::Time => Value::Time(as_int(word)),
            Type::Bytes => Value::Bytes(as_int(word)),
            Type::Float => Value::Float(as_float(word)),
            Type::Percent => Value::Percent(as_float(word)),
            Type::List(of) => {
                Value::List(self.as_list(word).iter().map(|item| self.value(*item, of)).collect())
            }
            Type::Map(of) => {
                let text = |word| self.as_text(word).map(String::from).unwrap_or_default();
                let entries = self.as_map(word).iter();
                Value::Map(
                    entries.map(|(key, value)| (text(*key), self.value(*value, of))).collect(),
                )
            }
            _ => self.as_text(word).map_or(Value::Null, Value::from),
        }
    }

    /// The order of two values of one type; absent comes first.
    pub(crate) fn compare(&self, ty: &Type, a: Word, b: Word) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        if a == ABSENT || b == ABSENT {
            return (a != ABSENT).cmp(&(b != ABSENT));
        }
        match ty {
            Type::Float | Type::Percent => as_float(a).total_cmp(&as_float(b)),
            Type::Version => {
                self.compare_versions(a, b).then_with(|| self.compare(&Type::Text, a, b))
            }
            Type::List(of) => {
                let (a, b) = (self.as_list(a), self.as_list(b));
                let unequal = a.iter().zip(b).map(|(a, b)| self.compare(of, *a, *b));
                unequal
                    .reduce(Ordering::then)
                    .unwrap_or(Ordering::Equal)
                    .then(a.len().cmp(&b.len()))
            }
            Type::Map(of) => {
                let (a, b) = (self.as_map(a), self.as_map(b));
                let unequal = a.iter().zip(b).map(|(a, b)| {
                    self.compare(&Type::Text, a.0, b.0).then_with(|| self.compare(of, a.1, b.1))
                });
                unequal
                    .reduce(Ordering::then)
                    .unwrap_or(Ordering::Equal)
                    .then(a.len().cmp(&b.len()))
            }
            ty if ty.is_textual() => self.as_text(a).cmp(&self.as_text(b)),
            _ => as_int(a).cmp(&as_int(b)),
        }
    }

    /// The order of two rows or keys.
    pub(crate) fn compare_all(&self, types: &[Type], a: &[Word], b: &[Word]) -> Ordering {
        let mut fields = types.iter().zip(a.iter().zip(b));
        fields
            .find_map(|(ty, (a, b))| Some(self.compare(ty, *a, *b)).filter(|order| order.is_ne()))
            .unwrap_or(Ordering::Equal)
    }

    /// The order of two versions by their numbers, in which different spellings may be equal.
    pub(crate) fn compare_versions(&self, a: Word, b: Word) -> Ordering {
        match (self.as_text(a), self.as_text(b)) {
            (Some(a), Some(b)) => compare_versions(a, b),
            _ => Ordering::Equal,
        }
    }
}

fn symbol_hash(state: &FixedState, symbol: &Symbol) -> u64 {
    match symbol {
        Symbol::Text(text) => state.hash_one(&**text),
        Symbol::List(items) => state.hash_one(&**items),
        Symbol::Map(entries) => state.hash_one(&**entries),
    }
}
