//! The lossless tree: every byte of a file is in exactly one leaf.
//!
//! It is neutral of the parser that makes it ([`parse`](super::parse)); the typed tree
//! ([`ast`](super::ast)) and the formatter are made from it.

use super::ast::Span;

/// Where the nodes of trees live, which go all at once.
pub type Arena = bumpalo::Bump;

/// A piece of the text. Without children it is a token, and its text is its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node<'t> {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub span: Span,
    /// Its parts in order.
    pub children: &'t [Self],
}

impl<'t> Node<'t> {
    /// A token.
    pub(super) const fn leaf(kind: Kind, span: Span) -> Self {
        Self { kind, span, children: &[] }
    }

    /// Its text.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.span.start as usize..self.span.end as usize).unwrap_or_default()
    }

    /// The first child of a kind.
    #[must_use]
    pub fn find(&self, kind: Kind) -> Option<&'t Self> {
        self.children.iter().find(|child| child.kind == kind)
    }

    /// All children of a kind.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = &'t Self> + use<'t> {
        self.children.iter().filter(move |child| child.kind == kind)
    }

    /// Its tokens in order.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Self> {
        let mut leaves = Vec::new();
        self.push_leaves(&mut leaves);
        leaves
    }

    // The depth of the tree is bounded by that of the text's brackets.
    fn push_leaves<'n>(&'n self, leaves: &mut Vec<&'n Self>) {
        if self.children.is_empty() {
            leaves.push(self);
        }
        for child in self.children {
            child.push_leaves(leaves);
        }
    }

    /// Puts what lies between its children (white space, comments, and in texts the characters no
    /// rule names) into leaves of their own.
    pub(super) fn fill(self, text: &str, arena: &'t Arena) -> Self {
        if self.children.is_empty() && self.kind != Kind::File {
            return self;
        }
        let mut filled = Vec::with_capacity(self.children.len() * 2);
        let mut at = self.span.start;
        for child in self.children {
            trivia(text, Span { start: at, end: child.span.start }, &mut filled);
            filled.push(child.fill(text, arena));
            at = child.span.end;
        }
        trivia(text, Span { start: at, end: self.span.end }, &mut filled);
        Self { children: arena.alloc_slice_copy(&filled), ..self }
    }
}

/// Cuts what stands between two tokens into white space, comments and the rest.
pub(super) fn trivia(text: &str, span: Span, into: &mut Vec<Node<'_>>) {
    let mut start = span.start;
    while start < span.end {
        let rest = text.get(start as usize..span.end as usize).unwrap_or_default();
        let (kind, len) = trivium(rest);
        let end = start.saturating_add(u32::try_from(len.max(1)).unwrap_or(u32::MAX)).min(span.end);
        into.push(Node::leaf(kind, Span { start, end }));
        start = end;
    }
}

/// What a text that is not empty begins with, and how long that is.
fn trivium(text: &str) -> (Kind, usize) {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    if text.starts_with("//") {
        let line = text.lines().next().unwrap_or(text);
        return (Kind::Comment, line.len());
    }
    if text.starts_with(is_space) {
        return (Kind::Space, text.find(|c| !is_space(c)).unwrap_or(text.len()));
    }
    let end = text.find(is_space).unwrap_or(text.len());
    (Kind::Raw, text.find("//").map_or(end, |comment| end.min(comment)))
}

/// Calls a macro with all rules of the grammar: the rule, its kind, and the words for it in an error.
/// Words that begin with `?` are only said where nothing better could stand there.
macro_rules! with_kinds {
    ($callback:ident) => {
        $callback! {
            name Name "a name"; var Var "a name"; any Any "`_`"; path Path "a name";
            lbrace LBrace "`{`"; rbrace RBrace "`}`"; lparen LParen "`(`"; rparen RParen "`)`";
            lsquare LSquare "`[`"; rsquare RSquare "`]`"; less Less "?`<`"; greater Greater "`>`";
            comma Comma "?`,`"; colon Colon "`:`"; dot Dot "?`.`"; dots Dots "`..`";
            star Star "`*`"; arith_op ArithOp "?an operator"; negative Negative "a value";
            tilde Tilde "?an operator"; question Question "?`?`";
            assign Assign "`=`"; cmp_op CmpOp "?an operator";
            kw_use KwUse "`use`"; kw_enum KwEnum "`enum`"; kw_event KwEvent "`event`";
            kw_entity KwEntity "`entity`"; kw_extract KwExtract "`extract`";
            kw_derive KwDerive "`derive`"; kw_finding KwFinding "`finding`"; kw_test KwTest "`test`";
            kw_site KwSite "`site`"; kw_key KwKey "?`key`"; kw_since_field KwSinceField "?`since`";
            kw_lossy KwLossy "`lossy`"; kw_rate KwRate "`rate`"; kw_collect KwCollect "`collect`"; kw_from KwFrom "`from`";
            kw_sample KwSample "`sample`"; kw_none KwNone "`none`"; kw_keep KwKeep "`keep`";
            kw_param KwParam "`param`"; kw_severity KwSeverity "`severity`"; kw_when KwWhen "`when`";
            kw_confirm KwConfirm "`confirm`"; kw_unless KwUnless "`unless`";
            kw_maybe KwMaybe "`maybe`"; kw_title KwTitle "`title`"; kw_because KwBecause "`because`";
            kw_remedy KwRemedy "`remedy`"; kw_refs KwRefs "`refs`";
            kw_explains KwExplains "`explains`"; kw_no KwNo "`no`"; kw_within KwWithin "?`within`";
            kw_since KwSince "?`since`"; kw_as KwAs "?`as of`"; kw_of KwOf "`of`"; kw_then KwThen "?`then`";
            kw_without KwWithout "?`without`"; kw_for KwFor "?`for`"; kw_per KwPer "?`per`";
            kw_tolerating KwTolerating "?`tolerating`"; kw_and KwAnd "?an operator";
            kw_or KwOr "?an operator"; kw_not KwNot "?`not`"; kw_in KwIn "?`in`";
            kw_given KwGiven "`given`"; kw_remove KwRemove "`remove`";
            kw_collected KwCollected "`collected`"; kw_expect KwExpect "`expect`";
            kw_needs KwNeeds "?`needs`"; kw_explained KwExplained "?`explained by`"; kw_by KwBy "`by`";
            kw_at KwAt "?`at`"; kw_before KwBefore "?`before`"; kw_shuffled KwShuffled "`shuffled`";
            number Number "a number"; version Version "a version"; bool Bool "`true` or `false`";
            plain Plain "a text in quotes"; string Text "a text in quotes"; quote Quote "a text in quotes";
            string_text TextPart "a text"; interpolation Interpolation "`{`";
            template Template "a template"; backquote Backquote "a template";
            template_text TemplateText "a text"; hole Hole "a hole `{name}`"; regex Regex "a regex";
            pattern Pattern "a template";
            expr Expr "an expression"; sum Sum "a value"; postfix Postfix "a value"; index Index "?`[`"; list List "a list";
            group Group "`(`"; arguments Arguments "?`(`";
            aggregate Aggregate "an aggregate"; agg_op AggOp "an aggregate"; agg_arg AggArg "a field `of`";
            block Block "`{`"; cond Cond "a condition"; no_cond NoCond "`no`";
            bind_cond BindCond "a condition"; pick Pick "`oldest` or `newest`";
            pick_op PickOp "`oldest` or `newest`"; source Source "a pattern `Relation {…}`";
            window Window "?a window"; then_part ThenPart "?`then`";
            without_part WithoutPart "?`without`"; for_part ForPart "?`for`";
            atom Atom "a pattern `Relation {…}`"; relation Relation "a relation";
            fields Fields "`{`"; field_pat FieldPat "a field"; field_name FieldName "a field";
            item Item "an item"; use_item UseItem "`use`"; use_all UseAll "`.*`";
            use_names UseNames "`.{…}`"; enum_item EnumItem "`enum`";
            relation_item RelationItem "`event` or `entity`"; lossy Lossy "`lossy`";
            collect Collect "`collect`"; rate Rate "`rate`"; field_decl FieldDecl "a field `name: type`";
            type_ref TypeRef "a type"; type_arg TypeArg "a type";
            extract_item ExtractItem "`extract`"; spellings Spellings "`{`"; sample Sample "`sample`";
            derive_item DeriveItem "`derive`"; derive_head DeriveHead "`{`"; keep Keep "`keep`";
            param Param "`param`"; when When "`when`"; finding_item FindingItem "`finding`";
            finding_key FindingKey "the key in `(…)`"; clause Clause "a clause";
            severity Severity "`severity`"; evidence Evidence "`confirm`, `unless` or `maybe`";
            text_clause TextClause "`title`, `because` or `remedy`"; refs Refs "`refs`";
            explains Explains "`explains`"; test_item TestItem "`test`"; step Step "a step";
            shuffled Shuffled "`shuffled`"; given Given "`given`"; at_step AtStep "a time";
            collected Collected "`collected`"; expect Expect "`expect`";
            expected Expected "`none`, `open`, `confirmed`, `suspected`, `resolved` or `lapsed`";
            expect_key ExpectKey "?`(`"; needs Needs "?`needs`"; explained Explained "?`explained by`";
            expect_time ExpectTime "?`at` or `before`"; site_item SiteItem "`site`";
            kw_set KwSet "`set`"; kw_disable KwDisable "`disable`"; kw_ignore KwIgnore "`ignore`";
            kw_replace KwReplace "`replace`"; kw_version KwVersion "`version`";
            kw_until KwUntil "`until`"; change Change "`set`, `disable`, `ignore` or `replace`";
            set_param SetParam "`set`"; disable Disable "`disable`"; ignore Ignore "`ignore`";
            replace Replace "`replace`"; reason Reason "`because`"; until Until "`until`";
        }
    };
}
pub(super) use with_kinds;

macro_rules! define_kind {
    ($($rule:ident $kind:ident $words:literal;)*) => {
        /// What a node is: a rule of the grammar, or what stands between them.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "the grammar says what each is")]
        pub enum Kind {
            /// The whole file.
            File,
            /// White space.
            Space,
            /// `//`, `///` or `//!` up to the end of the line.
            Comment,
            /// Characters of a text that have no rule of their own.
            Raw,
            /// What could not be parsed.
            Error,
            $($kind,)*
        }

        impl Kind {
            /// What it is called in an error.
            pub(super) fn words(self) -> &'static str {
                match self {
                    Self::File => "a file",
                    Self::Space | Self::Comment | Self::Raw | Self::Error => "a text",
                    $(Self::$kind => $words,)*
                }
            }
        }
    };
}
with_kinds!(define_kind);
