//! The built-in functions, all pure.

use alloc::{boxed::Box, format, string::String};

use etio_plan::{Func, Type, Value};

use crate::value::{
    render,
    symbols::Symbols,
    word::{ABSENT, Word},
};

/// The type of a literal. Text stands for every textual type.
pub(crate) fn type_of(value: &Value) -> Type {
    match value {
        Value::Null | Value::Text(_) => Type::Text,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Float(_) => Type::Float,
        Value::Duration(_) => Type::Duration,
        Value::Time(_) => Type::Time,
        Value::Bytes(_) => Type::Bytes,
        Value::Percent(_) => Type::Percent,
        Value::List(items) => Type::List(Box::new(items.first().map_or(Type::Text, type_of))),
        Value::Map(entries) => {
            Type::Map(Box::new(entries.first().map_or(Type::Text, |(_, value)| type_of(value))))
        }
    }
}

/// The type a function returns.
pub(crate) fn result(func: Func, args: &[Type]) -> Type {
    match func {
        Func::Len => Type::Int,
        Func::Under
        | Func::In
        | Func::Has
        | Func::Contains
        | Func::StartsWith
        | Func::EndsWith
        | Func::Present => Type::Bool,
        Func::Get => match args.first() {
            Some(Type::Map(of)) => (**of).clone(),
            _ => Type::Text,
        },
        Func::MakePod => Type::Pod,
        _ => Type::Text,
    }
}

/// Calls a function; `ty` is the type of the first argument.
pub(crate) fn call(symbols: &mut Symbols, func: Func, ty: &Type, args: &[Word]) -> Word {
    let a = args.first().copied().unwrap_or(ABSENT);
    let b = args.get(1).copied().unwrap_or(ABSENT);
    if func == Func::Present {
        return Word::from(a != ABSENT);
    }
    if a == ABSENT || (args.len() > 1 && b == ABSENT) {
        return ABSENT;
    }
    match func {
        Func::In => Word::from(contains(symbols, b, a)),
        Func::Has => Word::from(contains(symbols, a, b)),
        Func::Get => {
            let entry = symbols.as_map(a).iter().find(|(key, _)| *key == b);
            entry.map_or(ABSENT, |(_, value)| *value)
        }
        Func::Len => match ty {
            Type::List(_) => symbols.as_list(a).len() as Word,
            Type::Map(_) => symbols.as_map(a).len() as Word,
            _ => symbols.as_text(a).map_or(ABSENT, |text| text.chars().count() as Word),
        },
        Func::AsText => {
            let text = render::value(symbols, a, ty);
            symbols.text(&text)
        }
        _ => {
            let Some(text) = symbols.as_text(a) else { return ABSENT };
            let other = symbols.as_text(b).unwrap_or_default();
            let text: String = match func {
                Func::Under => return Word::from(under(text, other)),
                Func::Contains => return Word::from(text.contains(other)),
                Func::StartsWith => return Word::from(text.starts_with(other)),
                Func::EndsWith => return Word::from(text.ends_with(other)),
                Func::Registry => split_image(text).0.into(),
                Func::Repository => split_image(text).1.into(),
                Func::Tag => match split_image(text).2 {
                    "" => return ABSENT,
                    tag => tag.into(),
                },
                Func::Namespace => {
                    text.split_once('/').map_or("", |(namespace, _)| namespace).into()
                }
                Func::Name => text.split_once('/').map_or(text, |(_, name)| name).into(),
                Func::Lower => text.to_lowercase(),
                Func::MakePod => format!("{text}/{other}"),
                Func::Concat => format!("{text}{other}"),
                _ => return ABSENT,
            };
            symbols.text(&text)
        }
    }
}

/// Whether a list, or the keys of a map, have an element. A text has its parts.
fn contains(symbols: &Symbols, container: Word, element: Word) -> bool {
    symbols.as_list(container).contains(&element)
        || symbols.as_map(container).iter().any(|(key, _)| *key == element)
}

/// Whether a path is a directory or below it.
fn under(path: &str, directory: &str) -> bool {
    let directory = directory.trim_end_matches('/');
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Registry, repository and tag of a canonical image reference.
fn split_image(image: &str) -> (&str, &str, &str) {
    let (registry, rest) = image.split_once('/').unwrap_or(("", image));
    let rest = rest.split_once('@').map_or(rest, |(name, _)| name);
    match rest.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (registry, repository, tag),
        _ => (registry, rest, ""),
    }
}
