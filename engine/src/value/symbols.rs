//! Texts, lists and maps by number.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::{cmp::Ordering, hash::BuildHasher};

use etio_plan::{Type, Value, compare_versions};
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::value::word::{ABSENT, Word, as_float, as_int, float, int};

/// Every text, list and map that the engine refers to, each once. Their numbers depend on the order of
/// arrival and therefore never show: whatever orders or prints goes through [`Symbols::compare`] and
/// [`Symbols::value`].
#[derive(Clone)]
pub(crate) struct Symbols {
    all: Vec<Option<Symbol>>,
    table: HashTable<u32>,
    state: FixedState,
    /// Numbers that are taken again.
    free: Vec<u32>,
    /// Those that stay for good: the program's, and those that the host has.
    lasting: Set,
    /// Whether what is asked for stays for good.
    is_lasting: bool,
    /// How many others there are, and how many there may be before it is worth looking for some that
    /// nothing refers to.
    passing: usize,
    most: usize,
}

/// As many symbols may pass before some are forgotten.
const FEW: usize = 1 << 15;

/// How many may pass, where some are used and so many words had to be seen to know that: looking again is paid
/// for by what is new. In debug builds none may, so that tests find who refers to a symbol and does not say so.
const fn most(used: usize, seen: usize) -> usize {
    if cfg!(debug_assertions) { used } else { FEW + 2 * used + seen / 16 }
}

#[derive(Clone, PartialEq)]
enum Symbol {
    Text(Box<str>),
    List(Box<[Word]>),
    Map(Box<[(Word, Word)]>),
}

impl Symbols {
    pub(crate) fn new(state: FixedState) -> Self {
        Self {
            all: Vec::new(),
            table: HashTable::new(),
            state,
            free: Vec::new(),
            lasting: Set::default(),
            is_lasting: false,
            passing: 0,
            most: most(0, 0),
        }
    }

    /// Asks for symbols that stay for good.
    pub(crate) fn lasting<T>(&mut self, ask: impl FnOnce(&mut Self) -> T) -> T {
        self.is_lasting = true;
        let answer = ask(self);
        self.is_lasting = false;
        answer
    }

    /// The word for a text.
    pub(crate) fn text(&mut self, text: &str) -> Word {
        let hash = self.state.hash_one(text);
        let known =
            |at: &u32| matches!(self.get(*at), Some(Symbol::Text(known)) if **known == *text);
        match self.table.find(hash, known) {
            Some(at) => self.known(*at),
            None => self.add(hash, Symbol::Text(text.into())),
        }
    }

    fn compound(&mut self, symbol: Symbol) -> Word {
        let hash = symbol_hash(&self.state, &symbol);
        match self.table.find(hash, |at| self.get(*at) == Some(&symbol)) {
            Some(at) => self.known(*at),
            None => self.add(hash, symbol),
        }
    }

    fn add(&mut self, at_hash: u64, symbol: Symbol) -> Word {
        let at = self.free.pop().unwrap_or(self.all.len() as u32);
        match self.all.get_mut(at as usize) {
            Some(place) => *place = Some(symbol),
            None => self.all.push(Some(symbol)),
        }
        let (all, state) = (&self.all, &self.state);
        self.table.insert_unique(at_hash, at, |at| {
            let symbol = all.get(*at as usize).and_then(Option::as_ref);
            symbol.map_or(0, |symbol| symbol_hash(state, symbol))
        });
        self.passing += 1;
        self.known(at)
    }

    /// The word of a symbol that is asked for.
    #[inline]
    fn known(&mut self, at: u32) -> Word {
        if self.is_lasting && self.lasting.add(at) {
            self.passing -= 1;
        }
        Word::from(at)
    }

    /// Whether there are so many that it is worth looking for some that nothing refers to.
    pub(crate) const fn is_crowded(&self) -> bool {
        self.passing > self.most
    }

    /// Those that stay for good; what else is used is to be [seen](Used::see).
    pub(crate) fn used(&self) -> Used {
        Used { set: self.lasting.clone(), seen: 0, inside: Vec::new() }
    }

    /// Forgets those that are not used, so that their numbers may be taken again.
    pub(crate) fn retain(&mut self, used: &Used) {
        self.table.retain(|at| used.set.has(*at));
        for (at, place) in (0..).zip(&mut self.all) {
            if place.is_some() && !used.set.has(at) {
                *place = None;
                self.free.push(at);
                self.passing -= 1;
            }
        }
        self.most = most(self.passing, used.seen);
    }

    fn get(&self, at: u32) -> Option<&Symbol> {
        self.all.get(at as usize)?.as_ref()
    }

    fn symbol(&self, word: Word) -> Option<&Symbol> {
        u32::try_from(word).ok().and_then(|at| self.get(at))
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.table.len()
    }

    #[cfg(test)]
    pub(crate) fn never_forget(&mut self) {
        self.most = usize::MAX;
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

/// Numbers of symbols.
#[derive(Clone, Default)]
struct Set(Vec<u64>);

impl Set {
    fn has(&self, at: u32) -> bool {
        let bits = self.0.get((at / u64::BITS) as usize);
        bits.is_some_and(|bits| bits & (1 << (at % u64::BITS)) != 0)
    }

    /// Adds a number and says whether it is new.
    fn add(&mut self, at: u32) -> bool {
        let (place, bit) = ((at / u64::BITS) as usize, 1 << (at % u64::BITS));
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        let Some(bits) = self.0.get_mut(place) else { return false };
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }
}

/// The symbols that are used.
pub(crate) struct Used {
    set: Set,
    /// How many words were seen.
    seen: usize,
    /// What is inside those seen last.
    inside: Vec<Word>,
}

impl Used {
    /// Takes whatever a word may refer to as used. Of what type it is need not be known: a number that is
    /// taken for a symbol only keeps one.
    pub(crate) fn see(&mut self, symbols: &Symbols, word: Word) {
        self.inside.push(word);
        while let Some(word) = self.inside.pop() {
            self.seen += 1;
            let Some(symbol) = symbols.symbol(word) else { continue };
            if !self.set.add(word as u32) {
                continue;
            }
            match symbol {
                Symbol::Text(_) => {}
                Symbol::List(items) => self.inside.extend_from_slice(items),
                Symbol::Map(entries) => {
                    self.inside.extend(entries.iter().flat_map(|(key, value)| [*key, *value]));
                }
            }
        }
    }
}
