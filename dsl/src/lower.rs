//! From the tree to rule plans, exactly as the invariants of `etio_plan::Rule` say.
//!
//! Rules are lowered in dependency order, so that the types of a finding's key are known before
//! anything reads it. Texts and `explains` come second, when every finding is known: they are read
//! after all truth and may look forward.

mod aggregate;
mod atom;
mod bounds;
mod call;
mod cond;
mod expr;
mod extract;
mod finish;
mod head;
mod ignore;
mod mode;
mod operator;
mod pattern;
mod regex;
mod scope;
mod shadow;
mod slip;
mod source;
mod sustained;

use etio_plan::{FieldId, RelId, Rule, SlotId};

pub(crate) use aggregate::flip;
pub(crate) use bounds::bounds;
pub use call::functions;
pub(crate) use extract::{constants, extractors};
pub(crate) use finish::each_atom;

use crate::{
    resolve::{Block, BlockItem, Cx, Place},
    site::Sites,
    syntax::ast::Span,
    table::HashMap,
};
use scope::State;

/// A lowered rule and where its parts stand, for the checks that follow.
pub(crate) struct Draft {
    pub(crate) file: usize,
    pub(crate) rule: Rule,
    /// The finding's or relation's name.
    pub(crate) name_span: Span,
    /// One for each `explains` of the plan.
    pub(crate) explains_spans: Vec<Span>,
    /// One for each text of the plan.
    pub(crate) text_places: Vec<Place>,
    /// Where the pattern behind each row variable stands.
    pub(crate) row_places: HashMap<SlotId, Place>,
}

/// Lowers one rule: what all rules share, and what belongs to this one.
struct Lower<'c, 'a> {
    cx: &'c mut Cx<'a>,
    shared: &'c mut Shared,
    st: State<'a>,
}

/// What is made once for all rules that need it.
#[derive(Default)]
struct Shared {
    /// Hidden columns by relation, field and pattern, as positions in the pack's list.
    columns: HashMap<(RelId, FieldId, String), usize>,
    /// Hidden relations for `P for d` by what they say.
    sustained: HashMap<String, RelId>,
    /// The rules of those relations that wait to be put before their first reader.
    hidden: Vec<Draft>,
}

/// Lowers all rules, in dependency order.
pub(crate) fn rules<'a>(cx: &mut Cx<'a>, blocks: &[Block<'a>], sites: &Sites<'a>) -> Vec<Draft> {
    let mut shared = Shared::default();
    let mut drafts: Vec<Draft> = Vec::with_capacity(blocks.len());
    let mut waiting = Vec::new();
    let mut count: HashMap<RelId, usize> = HashMap::default();
    for block in blocks {
        let nth = count.entry(block.relation).or_default();
        *nth += 1;
        let (draft, state) = head::body(cx, &mut shared, block, *nth);
        drafts.append(&mut shared.hidden);
        waiting.push((drafts.len(), state, *block));
        drafts.push(draft);
    }
    for (at, state, block) in waiting {
        if let Some(draft) = drafts.get_mut(at) {
            finish::finish(cx, &mut shared, state, &block, draft);
            if let BlockItem::Finding(item) = block.item {
                let ignores = sites.ignores(block.relation);
                ignore::ignores(cx, &mut shared, ignores, item, draft);
            }
        }
    }
    drafts.append(&mut shared.hidden);
    drafts
}
