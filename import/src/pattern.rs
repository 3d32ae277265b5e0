//! Regular expressions of Go's dialect (RE2's) as spellings of an extractor.
//!
//! Both dialects are linear-time and nearly one. What differs is rewritten: braces that repeat nothing,
//! `\Q…\E`, `\<`, octal escapes, named groups, what class syntax means more here. Alternatives at the top
//! become spellings of their own, `.*` at either end goes, and what is left without any operator is
//! plain text.

mod example;

use regex_automata::meta;

/// One spelling, searched for anywhere in a text.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// This text.
    Literal(String),
    /// This expression, and its text without operators.
    Regex { regex: String, plain: String },
}

impl Pattern {
    /// Its words.
    pub(crate) fn plain(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Regex { plain, .. } => plain,
        }
    }

    /// Whether it is found wherever the other is. Says no where that is not plain to see.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(part), Self::Literal(whole)) => whole.contains(part.as_str()),
            (Self::Regex { regex, .. }, Self::Regex { regex: same, .. }) => regex == same,
            _ => false,
        }
    }

    /// A short text that it is found in.
    pub(crate) fn example(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Regex { plain, .. } if self.finder()(plain) => plain.clone(),
            Self::Regex { regex, .. } => {
                regex_syntax::parse(regex).as_ref().map(example::of).unwrap_or_default()
            }
        }
    }

    /// What a group of it captures in a text.
    pub(crate) fn captured(&self, text: &str, name: &str) -> Option<String> {
        let Self::Regex { regex, .. } = self else { return None };
        let regex = meta::Regex::new(regex).ok()?;
        let mut captures = regex.create_captures();
        regex.captures(text, &mut captures);
        text.get(captures.get_group_by_name(name)?.range()).map(ToOwned::to_owned)
    }

    /// Tells whether it is found in a text.
    pub(crate) fn finder(&self) -> impl Fn(&str) -> bool {
        let literal = match self {
            Self::Literal(literal) => Ok(literal.as_str()),
            Self::Regex { regex, .. } => Err(meta::Regex::new(regex).ok()),
        };
        move |text| match &literal {
            Ok(literal) => text.contains(literal),
            Err(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(text)),
        }
    }
}

/// One pattern that is found wherever one of these is.
pub(crate) fn any(patterns: &[&Pattern]) -> Pattern {
    if let [one] = patterns {
        return (*one).clone();
    }
    let text = |pattern: &&Pattern| match pattern {
        Pattern::Literal(text) => text.chars().map(escaped).collect(),
        Pattern::Regex { regex, .. } => regex.clone(),
    };
    let mut parts: Vec<String> = patterns.iter().map(text).collect();
    // Flags that all have are said once.
    let flags = parts.first().and_then(|first| first.strip_prefix("(?"));
    let flags = flags.and_then(|rest| Some(format!("(?{})", rest.split_once(')')?.0)));
    let shared = flags.filter(|flags| {
        !flags.contains(':') && parts.iter().all(|part| part.starts_with(flags.as_str()))
    });
    match &shared {
        Some(flags) => parts.iter_mut().for_each(|part| drop(part.drain(..flags.len()))),
        // What is set in one is not set in the next.
        None => parts.iter_mut().for_each(|part| *part = format!("(?:{part})")),
    }
    let plain = patterns.first().map(|pattern| pattern.plain().to_owned()).unwrap_or_default();
    Pattern::Regex {
        regex: format!("{}(?:{})", shared.unwrap_or_default(), parts.join("|")),
        plain,
    }
}

/// The pattern of a plain text.
pub(crate) fn literal(text: &str) -> Pattern {
    // A template holds no control characters but these.
    if text.chars().all(|c| !c.is_control() || c == '\t') {
        return Pattern::Literal(text.to_owned());
    }
    let regex = text.chars().map(escaped).collect();
    Pattern::Regex { regex, plain: text.to_owned() }
}

/// The patterns of an expression. With `at_end` its last alternative ends with the text.
pub(crate) fn regex(text: &str, at_end: bool) -> Result<Vec<Pattern>, String> {
    let mut tokens = tokens(text)?;
    if at_end {
        tokens.push(Token::operator("$"));
    }
    let alternatives = alternatives(&tokens);
    alternatives.into_iter().map(|tokens| pattern(trimmed(&tokens))).collect()
}

/// A piece of an expression, rewritten.
#[derive(Clone, PartialEq, Debug)]
struct Token {
    text: String,
    /// The one character it stands for, where it is no operator.
    plain: Option<char>,
}

impl Token {
    fn operator(text: impl Into<String>) -> Self {
        Self { text: text.into(), plain: None }
    }

    fn plain(c: char) -> Self {
        Self { text: escaped(c), plain: Some(c) }
    }

    fn is(&self, text: &str) -> bool {
        self.plain.is_none() && self.text == text
    }

    fn opens(&self) -> bool {
        self.plain.is_none() && self.text.starts_with('(') && !self.text.ends_with(')')
    }

    /// `(?i)`.
    fn sets_flags(&self) -> bool {
        self.plain.is_none() && self.text.starts_with("(?") && self.text.ends_with(')')
    }

    fn repeats(&self) -> bool {
        self.plain.is_none() && self.text.starts_with(['*', '+', '?', '{'])
    }
}

pub(crate) fn escaped(c: char) -> String {
    match c {
        '\n' => r"\n".to_owned(),
        '\t' => r"\t".to_owned(),
        '\r' => r"\r".to_owned(),
        _ if c.is_control() => format!(r"\x{{{:x}}}", u32::from(c)),
        _ if regex_syntax::is_meta_character(c) && !matches!(c, '#' | '&' | '-' | '~')
            || c == '/' =>
        {
            format!(r"\{c}")
        }
        _ => c.to_string(),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let taken = match c {
            '\\' => escape(after, &mut found)?,
            '[' => class(rest, &mut found)?,
            '(' => group(rest, &mut found),
            '{' => {
                let end = repetition(rest);
                found.push(match rest.get(..end) {
                    Some(repeat) if end > 0 => Token::operator(repeat),
                    _ => Token::plain('{'),
                });
                end.max(1)
            }
            ')' | '|' | '*' | '+' | '?' | '.' | '^' | '$' => {
                found.push(Token::operator(c));
                1
            }
            c => {
                found.push(Token::plain(c));
                c.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(found)
}

/// The length of `{2,5}`, or zero.
fn repetition(text: &str) -> usize {
    let Some(end) = text.find('}') else { return 0 };
    let inside = text.get(1..end).unwrap_or_default();
    let (low, high) = inside.split_once(',').unwrap_or((inside, ""));
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !low.is_empty() && number(low) && number(high) { end + 1 } else { 0 }
}

/// Reads what follows a backslash; gives the length of both.
fn escape(after: &str, found: &mut Vec<Token>) -> Result<usize, String> {
    let Some(c) = after.chars().next() else { return Err("it ends in a backslash".to_owned()) };
    match c {
        'Q' => {
            let quoted = after.get(1..).unwrap_or_default();
            let (quoted, end) = match quoted.find(r"\E") {
                Some(end) => (quoted.get(..end).unwrap_or_default(), end + 2),
                None => (quoted, quoted.len()),
            };
            found.extend(quoted.chars().map(Token::plain));
            return Ok(2 + end);
        }
        'C' => return Err(r"`\C` matches a single byte".to_owned()),
        '0'..='7' => {
            let digits = after.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let code = u32::from_str_radix(after.get(..digits).unwrap_or_default(), 8).ok();
            let c = code.and_then(char::from_u32).ok_or("a back reference")?;
            found.push(Token::plain(c));
            return Ok(1 + digits);
        }
        'n' => found.push(Token::plain('\n')),
        't' => found.push(Token::plain('\t')),
        'r' => found.push(Token::plain('\r')),
        'x' | 'p' | 'P' => {
            let braced = after.get(1..).is_some_and(|rest| rest.starts_with('{'));
            let end = if braced { after.find('}').map_or(after.len(), |end| end + 1) } else { 3 };
            let end = if c == 'x' || braced { end } else { 2 };
            let text = after.get(..end.min(after.len())).unwrap_or(after);
            found.push(Token::operator(format!(r"\{text}")));
            return Ok(1 + text.len());
        }
        c if c.is_ascii_alphanumeric() => found.push(Token::operator(format!(r"\{c}"))),
        c => found.push(Token::plain(c)),
    }
    Ok(1 + c.len_utf8())
}

/// Reads a class; gives its length.
fn class(text: &str, found: &mut Vec<Token>) -> Result<usize, String> {
    let mut class = String::from("[");
    let mut chars = text.char_indices().skip(1).peekable();
    if chars.next_if(|(_, c)| *c == '^').is_some() {
        class.push('^');
    }
    let mut first = true;
    while let Some((at, c)) = chars.next() {
        match c {
            ']' if !first => {
                class.push(']');
                found.push(Token::operator(class));
                return Ok(at + 1);
            }
            ']' => class.push_str(r"\]"),
            '\\' => {
                let next = chars.next().map_or('\\', |(_, c)| c);
                if !matches!(next, '<' | '>') {
                    class.push('\\');
                }
                class.push(next);
            }
            '[' if text.get(at..).is_some_and(|rest| rest.starts_with("[:")) => {
                let name = text.get(at..).unwrap_or_default();
                let end = name.find(":]").ok_or("a class that does not end")? + 2;
                class.push_str(name.get(..end).unwrap_or_default());
                while chars.next_if(|(next, _)| *next < at + end).is_some() {}
            }
            // Two of these are an operation on classes here.
            '[' | '&' | '~' => class.extend(['\\', c]),
            '-' if class.ends_with('-') => class.push_str(r"\-"),
            '/' => class.push_str(r"\/"),
            c => class.push(c),
        }
        first = false;
    }
    Err("a class that does not end".to_owned())
}

/// Reads the head of a group, without its name; gives its length.
fn group(text: &str, found: &mut Vec<Token>) -> usize {
    for named in ["(?P<", "(?<"] {
        if let (true, Some(end)) = (text.starts_with(named), text.find('>')) {
            found.push(Token::operator("(?:"));
            return end + 1;
        }
    }
    let end = match text.strip_prefix("(?") {
        Some(flags) => flags.find([':', ')']).map_or(1, |end| end + 3),
        None => 1,
    };
    found.push(Token::operator(text.get(..end).unwrap_or("(")));
    end
}

/// The alternatives at the top, each with the flags set before it.
fn alternatives(tokens: &[Token]) -> Vec<Vec<Token>> {
    let flags: Vec<Token> = tokens.iter().take_while(|token| token.sets_flags()).cloned().collect();
    let later = tokens.iter().skip(flags.len());
    if later.clone().any(|token| token.sets_flags() && !flags.contains(token)) {
        return vec![tokens.to_vec()];
    }
    let (mut parts, mut depth) = (vec![flags.clone()], 0_u32);
    for token in later {
        if token.opens() {
            depth += 1;
        } else if token.is(")") {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 && token.is("|") {
            parts.push(flags.clone());
        } else if let Some(part) = parts.last_mut().filter(|_| !(depth == 0 && token.sets_flags()))
        {
            part.push(token.clone());
        }
    }
    parts
}

/// Without what makes no difference: `.*` at the ends, and groups around what is not repeated.
fn trimmed(tokens: &[Token]) -> Vec<Token> {
    let mut tokens = tokens.to_vec();
    loop {
        let flags = tokens.iter().take_while(|token| token.sets_flags()).count();
        let (front, back) = (tokens.get(flags..).unwrap_or_default(), tokens.as_slice());
        let lazy = front.get(2).is_some_and(|token| token.is("?"));
        if let [dot, star, ..] = front
            && dot.is(".")
            && star.is("*")
        {
            tokens.drain(flags..flags + 2 + usize::from(lazy));
        } else if let [rest @ .., dot, star] = back
            && dot.is(".")
            && star.is("*")
        {
            tokens.truncate(rest.len());
        } else if let [rest @ .., dot, star, end] = back
            && dot.is(".")
            && star.is("*")
            && end.is("$")
        {
            tokens.truncate(rest.len());
        } else {
            break;
        }
    }
    while let Some((open, close)) = needless_group(&tokens) {
        tokens.remove(close);
        tokens.remove(open);
    }
    tokens
}

/// A group that captures for nobody: without alternatives, and not repeated.
fn needless_group(tokens: &[Token]) -> Option<(usize, usize)> {
    let open = |at: usize| tokens.get(at).is_some_and(|token| token.is("(") || token.is("(?:"));
    (0..tokens.len()).filter(|at| open(*at)).find_map(|at| {
        let inner = tokens.get(at + 1..)?;
        let close = inner.iter().position(|token| {
            token.opens() || token.is(")") || token.is("|") || token.sets_flags()
        })?;
        let repeated = inner.get(close + 1).is_some_and(Token::repeats);
        (inner.get(close)?.is(")") && !repeated).then_some((at, at + 1 + close))
    })
}

fn pattern(tokens: Vec<Token>) -> Result<Pattern, String> {
    let plain: String = tokens.iter().map(|token| token.plain.unwrap_or(' ')).collect();
    if tokens.iter().all(|token| token.plain.is_some()) && !tokens.is_empty() {
        return Ok(literal(&plain));
    }
    let regex: String = tokens.iter().map(|token| token.text.as_str()).collect();
    if regex.is_empty() {
        return Err("it matches every line".to_owned());
    }
    match regex_syntax::parse(&regex) {
        Ok(parsed) if parsed.properties().minimum_len() == Some(0) => {
            Err(format!("`{regex}` matches every line"))
        }
        Ok(_) => Ok(Pattern::Regex { regex, plain }),
        Err(regex_syntax::Error::Parse(error)) => Err(format!("`{regex}`: {}", error.kind())),
        Err(regex_syntax::Error::Translate(error)) => Err(format!("`{regex}`: {}", error.kind())),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, at_end: bool) -> Vec<String> {
        let show = |pattern: &Pattern| match pattern {
            Pattern::Literal(text) => format!("\"{text}\""),
            Pattern::Regex { regex, .. } => format!("/{regex}/"),
        };
        regex(text, at_end).unwrap().iter().map(show).collect()
    }

    #[test]
    fn both_dialects_mean_the_same() {
        for (go, ours) in [
            ("upstream timed out", r#""upstream timed out""#),
            (".*no space.*", r#""no space""#),
            (r"Dropped(.+)log messages", "/Dropped.+log messages/"),
            (r"a\.b\[c\]", r#""a.b[c]""#),
            (r#"{"errors":\d+}"#, r#"/\{"errors":\d+\}/"#),
            (r"x{2,3}y{,4}", r"/x{2,3}y\{,4\}/"),
            (r"\Qa.b\E+", r"/a\.b+/"),
            (r"\<a\>", r#""<a>""#),
            (r"[[a&&c]", r"/[\[a\&\&c]/"),
            (r"[]a]b", r"/[\]a]b/"),
            (r"[[:alpha:]]+x", r"/[[:alpha:]]+x/"),
            (r"(?P<who>\w+) died", r"/\w+ died/"),
            (r"(\d)+ x", r"/(\d)+ x/"),
            (r"(a|b) x", "/(a|b) x/"),
            (r"/var/lib", r#""/var/lib""#),
            (r"/var/\d", r"/\/var\/\d/"),
            (r"\101\x41\x{263a}\d", r"/A\x41\x{263a}\d/"),
        ] {
            assert_eq!(shown(go, false), [ours], "{go}");
        }
    }

    #[test]
    fn alternatives_are_spellings() {
        assert_eq!(shown("a.*b|c(d|e)|f", false), ["/a.*b/", "/c(d|e)/", "\"f\""]);
        assert_eq!(shown("(?i)a|b", false), ["/(?i)a/", "/(?i)b/"]);
        assert_eq!(shown("(?i)a|(?i)b", false), ["/(?i)a/", "/(?i)b/"]);
        assert_eq!(shown("a|(?i)b", false), ["/a|(?i)b/"]);
        assert_eq!(shown("a|b", true), ["\"a\"", "/b$/"]);
        assert_eq!(shown("a .*", true), ["\"a \""]);
    }

    #[test]
    fn what_cannot_be_said() {
        for (go, part) in [
            (r"a\C", "byte"),
            (r".*", "every line"),
            (r"a*", "every line"),
            (r"(a", "unclosed"),
            ("[a", "class"),
        ] {
            let error = regex(go, false).unwrap_err();
            assert!(error.contains(part), "{go}: {error}");
        }
    }

    #[test]
    fn one_covers_another() {
        assert!(literal("down").covers(&literal("it is down")));
        assert!(!literal("it is down").covers(&literal("down")));
        let [one, other] = [regex("a.*b", false), regex("a.*c", false)].map(Result::unwrap);
        assert!(one[0].covers(&one[0]) && !one[0].covers(&other[0]));
    }

    #[test]
    fn found_in_texts() {
        assert!(literal("a.b").finder()("xa.by"));
        assert!(!literal("a.b").finder()("xacby"));
        assert!(regex("(?i)JetStream", false).unwrap()[0].finder()("JETSTREAM failed"));
    }
}
