//! One tree of patterns as a line with a meaning: by which pattern it is told, and what is asked of its text.

use crate::draft::{Line, Source};
use crate::sigma::source::Log;
use crate::tree::{Test, Texts, Tree, strength};

/// How many choices among alternatives are tried for an example.
const TRIES: usize = 24;
/// Lines that only seem to be meant.
const NEAR: usize = 2;

/// The line that a tree describes; it has no examples yet.
pub(super) fn line(
    tree: Tree,
    log: &Log,
    samples: &str,
    finding: &str,
    taken: &[String],
) -> Result<Line, String> {
    let mut tests = tree.conjuncts();
    let strengths =
        (0..).zip(&tests).filter_map(|(at, test)| Some((at, strength(&test.needed()?))));
    let best = strengths.max_by_key(|(_, strength)| *strength).map(|(at, _)| at);
    let told = best.and_then(|at: usize| tests.get(at));
    let needed = told.and_then(Tree::needed);
    let (Some(at), Some(told), Some(needed)) = (best, told, needed) else {
        return Err("nothing in it must be in every line that it means".to_owned());
    };
    let column = needed.first().map_or_else(|| log.whole(), |test| test.column);
    let patterns = needed.iter().map(|test| test.pattern.clone()).collect();
    if told.alternatives().is_some() {
        tests.remove(at);
    }
    let mut line = Line::like(patterns, samples, finding, taken);
    line.source = Some(log.source(column));
    line.tests = tests;
    Ok(line)
}

/// Gives a line of which a tree is true its examples; where it binds names, they are found in them too.
pub(super) fn show(line: &mut Line, tree: &Tree) {
    let column = match &line.source {
        Some(Source::Logs { field, .. }) => *field,
        _ => return,
    };
    let told = line.patterns.iter().map(|it| Tree::Is(Test { column, pattern: it.clone() }));
    let told = Tree::Any(told.collect());
    let whole = Tree::All(vec![told.clone(), tree.clone()]);
    let columns = line.columns();
    let kept = |texts: Texts| -> Texts {
        texts.into_iter().filter(|(column, _)| columns.contains(column)).collect()
    };
    let captures: Vec<&Test> = line.captures.iter().map(|(_, test)| test).collect();
    let fits = |texts: &Texts| {
        line.captures.iter().all(|(name, test)| {
            texts
                .get(test.column)
                .is_some_and(|text| test.pattern.captured(text, name).as_deref() == Some("a"))
        })
    };
    let example = example(&whole, None, &captures, |texts| whole.holds(texts) && fits(texts));
    let mut near: Vec<Texts> = Vec::new();
    for at in 0..line.tests.len() {
        let (Some(test), true) = (line.tests.get(at), near.len() < NEAR) else { continue };
        let others = line.tests.iter().enumerate().filter(|(other, _)| *other != at);
        let others = others.map(|(_, test)| test).chain([&told]).cloned().collect();
        let others = Tree::All(others);
        let but = if let Tree::Not(inner) = test { Some(inner.as_ref()) } else { None };
        let seems = |texts: &Texts| others.holds(texts) && !whole.holds(texts) && fits(texts);
        near.extend(self::example(&others, but, &captures, seems).map(&kept));
    }
    near.dedup();
    line.near = if example.is_some() { near } else { Vec::new() };
    line.example = example.map(kept);
}

/// Texts of which a tree is true, and perhaps another.
fn example(
    tree: &Tree,
    and: Option<&Tree>,
    captures: &[&Test],
    fits: impl Fn(&Texts) -> bool,
) -> Option<Texts> {
    (0..TRIES).find_map(|nth| {
        let mut pieces = Vec::new();
        tree.example(nth, &mut pieces);
        if let Some(and) = and {
            and.example(nth, &mut pieces);
        }
        pieces.extend(captures.iter().map(|test| (test.column, test.pattern.example())));
        // What stands at the begin may be asked last.
        let backwards: Vec<_> = pieces.iter().rev().cloned().collect();
        [pieces, backwards].into_iter().map(joined).find(|texts| fits(texts))
    })
}

fn joined(pieces: Vec<(&'static str, String)>) -> Texts {
    let mut texts = Texts::new();
    for (column, piece) in pieces {
        let text = texts.entry(column).or_default();
        if text.contains(&piece) {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&piece);
    }
    texts
}
