//! One spelling made ready: a template, or a regular expression built when it is first needed.

use alloc::{boxed::Box, string::String, vec::Vec};

use etio_plan::{Enum, FieldId, Pattern, REGEX_SIZE, Type, Value};
use once_cell::race::OnceBox;
use regex_automata::{PatternID, meta};

use crate::{convert, template::Template};

/// The most bytes of what is kept to search faster with a regular expression.
const CACHE_SIZE: usize = 1 << 20;

/// A spelling, and the fields its captures fill.
#[derive(Debug)]
pub(crate) struct Spelling {
    matcher: Matcher,
    captures: Vec<Capture>,
}

#[derive(Debug)]
struct Capture {
    name: String,
    field: FieldId,
    ty: Type,
}

#[derive(Debug)]
enum Matcher {
    Template(Template),
    Regex {
        text: String,
        built: OnceBox<Option<meta::Regex>>,
    },
    /// What no compiler lets through.
    Never,
}

impl Spelling {
    /// `ty` tells the type of a field.
    pub(crate) fn new<'p>(
        spelling: &etio_plan::Spelling,
        enums: &[Enum],
        ty: impl Fn(FieldId) -> Option<&'p Type>,
    ) -> Self {
        let matcher = match &spelling.pattern {
            Pattern::Template(pieces) => {
                Template::new(pieces, enums).map_or(Matcher::Never, Matcher::Template)
            }
            Pattern::Regex(text) => Matcher::Regex { text: text.clone(), built: OnceBox::new() },
        };
        let captures = spelling.captures.iter().filter_map(|(name, field)| {
            Some(Capture { name: name.clone(), field: *field, ty: ty(*field)?.clone() })
        });
        Self { matcher, captures: captures.collect() }
    }

    /// The fields filled, where the text matches and each capture is a value of its field.
    pub(crate) fn find(&self, text: &str) -> Option<Vec<(FieldId, Value)>> {
        match &self.matcher {
            Matcher::Template(template) => {
                let spans = template.find(text)?;
                self.fill(|name| {
                    let at = template.names().position(|hole| hole == Some(name))?;
                    text.get(spans.get(at)?.clone())
                })
            }
            Matcher::Regex { text: regex, built } => {
                let regex = built.get_or_init(|| Box::new(build(regex))).as_ref()?;
                let mut groups = regex.create_captures();
                regex.captures(text, &mut groups);
                groups.pattern()?;
                self.fill(|name| {
                    let at = regex.group_info().to_index(PatternID::ZERO, name)?;
                    text.get(groups.get_group(at)?.range())
                })
            }
            Matcher::Never => None,
        }
    }

    fn fill<'t>(&self, text_of: impl Fn(&str) -> Option<&'t str>) -> Option<Vec<(FieldId, Value)>> {
        // An optional group that took no part leaves its field absent.
        let present = self.captures.iter().filter_map(|c| Some((c, text_of(&c.name)?)));
        present.map(|(c, text)| Some((c.field, convert::value(&c.ty, text)?))).collect()
    }
}

fn build(regex: &str) -> Option<meta::Regex> {
    let config = meta::Config::new()
        .nfa_size_limit(Some(REGEX_SIZE))
        .onepass_size_limit(Some(CACHE_SIZE))
        .hybrid_cache_capacity(CACHE_SIZE);
    meta::Builder::new().configure(config).build(regex).ok()
}
