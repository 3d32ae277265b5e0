//! What a finding says to people: of each text the first choice whose guard holds and whose values are there.

use etio_plan::{Expr, Head, Part, Text, Value};

use super::{
    Doubt,
    solve::{Binding, Solver},
    verdict::{Conclusion, Truth, truth},
};

/// Title, because and remedy.
pub(crate) type Texts = [Vec<Piece>; 3];

/// A piece of a text.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Said(String),
    /// How long ago something was when the text is read.
    Ago(i64),
}

/// The texts of the binding that is shown, with what `maybe` bound.
pub(crate) fn texts(solver: &Solver<'_>, of: &Conclusion) -> Texts {
    let Head::Finding(finding) = &solver.rule.head else { return Texts::default() };
    let shown = &of.beside;
    [&finding.title, &finding.because, &finding.remedy].map(|choices| {
        let said = |(at, text): (usize, &Text)| {
            let last = at + 1 == choices.len() && text.guard.is_empty();
            say(solver, text, shown, last)
        };
        choices.iter().enumerate().find_map(said).unwrap_or_default()
    })
}

/// One choice; none where its guard does not hold or a value lacks, unless it is the last resort.
fn say(solver: &Solver<'_>, text: &Text, shown: &Binding, last: bool) -> Option<Vec<Piece>> {
    let shown = Binding { doubt: Doubt::default(), ..shown.clone() };
    let way = match truth(solver, &text.guard, &shown) {
        Truth::True(way) | Truth::Weak(way) => way,
        Truth::Unknown(_) | Truth::False { .. } => return None,
    };
    let piece = |part: &Part| match part {
        Part::Lit(text) => Some(Piece::Said(text.clone())),
        Part::Expr(Expr::Age(of)) => match solver.value(&way, of) {
            Value::Time(time) => Some(Piece::Ago(time)),
            _ => last.then(|| Piece::Said("unknown".into())),
        },
        Part::Expr(expr) => match solver.value(&way, expr) {
            Value::Null => last.then(|| Piece::Said("unknown".into())),
            value => Some(Piece::Said(spelled(&value))),
        },
    };
    text.parts.iter().map(piece).collect()
}

/// Texts as they are read at an instant.
pub(crate) fn read(texts: &Texts, now: i64) -> [String; 3] {
    let word = |piece: &Piece| match piece {
        Piece::Said(text) => text.clone(),
        Piece::Ago(time) => ago(now.saturating_sub(*time)),
    };
    texts.each_ref().map(|pieces| pieces.iter().map(word).collect())
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Text(text) if text == "(unnamed)" => "the node".into(),
        Value::Text(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        Value::List(items) => items.iter().map(spelled).collect::<Vec<_>>().join(", "),
        other => panic!("no sentence says {other:?}"),
    }
}

/// The two coarsest units that say something; histories have half seconds, and nanoseconds beside them.
fn ago(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let tenths = nanos.unsigned_abs() / 100_000_000;
    let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60);
    let say = match (hours, minutes, seconds, tenths % 10) {
        (0, 0, 0, 1..) => format!("{}ms", nanos.unsigned_abs() / 1_000_000),
        (0, 0, _, 0) => format!("{seconds}s"),
        (0, 0, _, tenth) => format!("{seconds}.{tenth}s"),
        (0, _, 0, _) => format!("{minutes}m"),
        (0, ..) => format!("{minutes}m{seconds}s"),
        (_, 0, ..) => format!("{hours}h"),
        _ => format!("{hours}h{minutes}m"),
    };
    format!("{sign}{say}")
}
