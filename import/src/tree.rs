//! What must be true of one line, as patterns joined by and, or and not.

use std::collections::BTreeMap;

use crate::pattern::{self, Pattern};

/// A condition on one line.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Is(Test),
}

/// A pattern and the field of the log in which it is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) column: &'static str,
    pub(crate) pattern: Pattern,
}

/// A line's fields by name.
pub(crate) type Texts = BTreeMap<&'static str, String>;

impl Tree {
    /// `Not` of a tree; two of them are none.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            tree => Self::Not(Box::new(tree)),
        }
    }

    /// What must all be true, with nothing in it that is only a bracket.
    pub(crate) fn conjuncts(self) -> Vec<Self> {
        match self.flat() {
            Self::All(items) => items,
            one => vec![one],
        }
    }

    fn flat(self) -> Self {
        let merged = |items: Vec<Self>, inner: fn(Self) -> Result<Vec<Self>, Self>| {
            items
                .into_iter()
                .flat_map(move |item| inner(item.flat()).unwrap_or_else(|one| vec![one]))
        };
        let (items, is_all): (Vec<Self>, bool) = match self {
            Self::All(items) => (merged(items, Self::all).collect(), true),
            Self::Any(items) => (merged(items, Self::any).collect(), false),
            // None of these is not this one and not that one.
            Self::Not(inner) => match inner.flat() {
                Self::Any(items) if items.iter().any(|item| !matches!(item, Self::Is(_))) => {
                    return Self::All(items.into_iter().map(Self::not).collect()).flat();
                }
                inner => return inner.not(),
            },
            Self::Is(_) => return self,
        };
        match <[Self; 1]>::try_from(items) {
            Ok([one]) => one,
            Err(items) if is_all => Self::All(items),
            Err(items) => Self::Any(items),
        }
    }

    fn all(self) -> Result<Vec<Self>, Self> {
        if let Self::All(items) = self { Ok(items) } else { Err(self) }
    }

    fn any(self) -> Result<Vec<Self>, Self> {
        if let Self::Any(items) = self { Ok(items) } else { Err(self) }
    }

    /// The alternatives, where it is nothing but patterns on one field.
    pub(crate) fn alternatives(&self) -> Option<Vec<&Test>> {
        let tests: Vec<&Test> = match self {
            Self::Is(test) => vec![test],
            Self::Any(items) => items
                .iter()
                .map(|item| if let Self::Is(test) = item { Some(test) } else { None })
                .collect::<Option<_>>()?,
            _ => return None,
        };
        let first = tests.first()?.column;
        tests.iter().all(|test| test.column == first).then_some(tests)
    }

    /// The same as one pattern.
    pub(crate) fn clause(&self) -> Option<Test> {
        let tests = self.alternatives()?;
        let patterns: Vec<&Pattern> = tests.iter().map(|test| &test.pattern).collect();
        Some(Test { column: tests.first()?.column, pattern: pattern::any(&patterns) })
    }

    /// Tests of one field, one of which is true wherever the tree is.
    pub(crate) fn needed(&self) -> Option<Vec<&Test>> {
        match self {
            Self::Is(test) => Some(vec![test]),
            Self::Any(items) => {
                let all: Option<Vec<_>> = items.iter().map(Self::needed).collect();
                let all = all?.concat();
                let first = all.first()?.column;
                all.iter().all(|test| test.column == first).then_some(all)
            }
            Self::All(items) => items.iter().filter_map(Self::needed).max_by_key(|it| strength(it)),
            Self::Not(_) => None,
        }
    }

    /// All fields that it looks at.
    pub(crate) fn columns(&self, found: &mut Vec<&'static str>) {
        match self {
            Self::Is(test) => {
                if !found.contains(&test.column) {
                    found.push(test.column);
                }
            }
            Self::Not(inner) => inner.columns(found),
            Self::All(items) | Self::Any(items) => {
                items.iter().for_each(|item| item.columns(found));
            }
        }
    }

    /// Whether it is true of a line.
    pub(crate) fn holds(&self, texts: &Texts) -> bool {
        match self {
            Self::All(items) => items.iter().all(|item| item.holds(texts)),
            Self::Any(items) => items.iter().any(|item| item.holds(texts)),
            Self::Not(inner) => !inner.holds(texts),
            Self::Is(test) => {
                texts.get(test.column).is_some_and(|text| test.pattern.finder()(text))
            }
        }
    }

    /// What a line says of which it is true, of several alternatives the `nth`.
    pub(crate) fn example(&self, nth: usize, pieces: &mut Vec<(&'static str, String)>) {
        match self {
            Self::All(items) => items.iter().for_each(|item| item.example(nth, pieces)),
            Self::Any(items) => {
                if let Some(item) = items.get(nth % items.len().max(1)) {
                    item.example(nth / items.len().max(1), pieces);
                }
            }
            Self::Not(_) => {}
            Self::Is(test) => pieces.push((test.column, test.pattern.example())),
        }
    }
}

/// How many letters the weakest of several patterns has, and how few patterns there are: what tells lines apart.
pub(crate) fn strength(tests: &[&Test]) -> (usize, std::cmp::Reverse<usize>) {
    // A field's name tells nothing apart.
    let value = |test: &&Test| test.pattern.plain().rsplit(['=', ':']).next().map(str::len);
    let letters = |test: &&Test| value(test).unwrap_or(0);
    (tests.iter().map(letters).min().unwrap_or(0), std::cmp::Reverse(tests.len()))
}
