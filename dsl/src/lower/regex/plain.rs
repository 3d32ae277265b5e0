//! Regular expressions that are right at a glance: literals, `\d`, `[a-z_]`, groups, `|`, `*`, `+` and `?`.
//!
//! Most are nothing else, and reading them byte by byte costs a twentieth of building their syntax trees. INVARIANT:
//! what is taken here, `regex-syntax` takes too, and names the same groups in it; what is not, it may still take.

use std::{iter::Peekable, str::Bytes};

/// No group need lie deeper; the parser's limit is far above.
const DEEPEST: usize = 32;

/// The named groups of a plain regular expression, in order; `None` where it is not plain.
pub(super) fn group_names(regex: &str) -> Option<Vec<&str>> {
    let mut names: Vec<&str> = Vec::new();
    let mut depth = 0;
    // Whether there is something that a `*` may repeat.
    let mut repeats = false;
    let mut bytes = regex.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_open = match byte {
            b'(' => {
                depth += 1;
                if bytes.next_if_eq(&b'?').is_some() && bytes.next_if_eq(&b':').is_none() {
                    let name = group_name(&mut bytes, regex)?;
                    // Two of one name are an error, which is told better elsewhere.
                    if names.contains(&name) {
                        return None;
                    }
                    names.push(name);
                }
                true
            }
            b')' if depth > 0 => {
                depth -= 1;
                false
            }
            b'*' | b'+' | b'?' if repeats => false,
            b'|' => true,
            b'\\' => {
                escape(&mut bytes)?;
                false
            }
            b'[' => {
                class(&mut bytes)?;
                false
            }
            b')' | b'*' | b'+' | b'?' | b'{' => return None,
            _ => false,
        };
        repeats = !is_open;
        if depth > DEEPEST {
            return None;
        }
    }
    (depth == 0).then_some(names)
}

/// What follows `(?`, up to the end of its name.
fn group_name<'a>(bytes: &mut Peekable<Bytes<'_>>, regex: &'a str) -> Option<&'a str> {
    bytes.next_if_eq(&b'P');
    bytes.next_if_eq(&b'<')?;
    let start = regex.len() - bytes.len();
    bytes.next_if(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
    while bytes.next_if(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').is_some() {}
    let end = regex.len() - bytes.len();
    bytes.next_if_eq(&b'>')?;
    regex.get(start..end)
}

/// What follows `[`, up to its `]`.
fn class(bytes: &mut Peekable<Bytes<'_>>) -> Option<()> {
    bytes.next_if_eq(&b'^');
    let mut first = true;
    loop {
        match bytes.next()? {
            b']' if !first => return Some(()),
            from @ (b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                if bytes.next_if_eq(&b'-').is_some() {
                    bytes.next_if(|to| to.is_ascii_alphanumeric() && from <= *to)?;
                }
            }
            b'_' | b'.' | b',' | b':' | b'/' | b'=' | b'@' | b'%' | b'"' | b' ' => {}
            b'\\' => escape(bytes)?,
            _ => return None,
        }
        first = false;
    }
}

/// What follows a backslash: with it, one character or a class of them.
fn escape(bytes: &mut Peekable<Bytes<'_>>) -> Option<()> {
    bytes.next_if(|byte| br"dDsSwWnrt\.+*?()|[]{}^$#&-~/".contains(byte)).map(drop)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::parsed_names, group_names};

    #[test]
    fn the_usual_ones_are_plain() {
        for (regex, names) in [
            (r"unit7 \[(?P<task>\d+)\]: (?:no|bad) mount for lease after [0-9.]+s", vec!["task"]),
            (r"^(?<a>[^ ]+?) é (x|(?P<b>\S*))$", vec!["a", "b"]),
            (r"[\w.]+\(\)]}", vec![]),
        ] {
            assert_eq!(group_names(regex), Some(names), "{regex}");
        }
    }

    #[test]
    fn others_are_left_to_the_parser() {
        for regex in [
            "(",
            ")",
            "a)",
            "*",
            "(*)",
            "a|*",
            "a{2}",
            "[]",
            "[b-a]",
            "[a-\\d]",
            "[[:alpha:]]",
            "(?i)a",
        ] {
            assert_eq!(group_names(regex), None, "{regex}");
        }
        for regex in [r"\pL", r"\b", r"\", "(?P<a>x)(?P<a>y)", "(?P<1>x)", "(?P=a)", "[a&&b]"] {
            assert_eq!(group_names(regex), None, "{regex}");
        }
        assert_eq!(group_names(&("(".repeat(300) + &")".repeat(300))), None);
    }

    proptest! {
        /// Of what it is made of, in any order.
        #[test]
        fn what_is_plain_parses(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "(", ")", "(?:", "(?P<a>", "(?<b>", "|", "*", "+", "?", "[", "]", "^", "-", "a", "z", "0", "_",
                    "\\", "\\d", "\\W", "\\]", "\\-", ".", "{", "}", "$", "&", "~", " ", "é", "<", ">", ":", "P", "#",
                ]),
                0..12,
            )
        ) {
            let regex = parts.concat();
            if let Some(names) = group_names(&regex) {
                prop_assert_eq!(Ok(names), parsed_names(&regex), "{}", regex);
                prop_assert!(regex_syntax::parse(&regex).is_ok(), "{}", regex);
            }
        }
    }
}
