//! What an expression may contain, by where it stands.

/// Where an expression stands, and so what it may contain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mode {
    pub(super) age: Age,
    /// Aggregates.
    pub(super) aggregates: bool,
    /// An absent field makes the whole false, so that a row without it need not match.
    pub(super) present: bool,
    /// A part of a conjunction of tests: a template may bind names.
    pub(super) conjunct: bool,
}

/// Where `age(…)` may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Age {
    /// Nowhere: it would have to be polled.
    Nowhere,
    /// As one side of a comparison.
    Side,
    /// Anywhere: the text is rendered at one instant.
    Anywhere,
}

impl Mode {
    pub(super) const TEST: Self =
        Self { age: Age::Side, aggregates: true, present: false, conjunct: false };
    pub(super) const VALUE: Self =
        Self { age: Age::Nowhere, aggregates: true, present: true, conjunct: false };
    pub(super) const BRACES: Self =
        Self { age: Age::Nowhere, aggregates: false, present: true, conjunct: false };
    pub(super) const TEXT: Self =
        Self { age: Age::Anywhere, aggregates: false, present: false, conjunct: false };

    pub(super) const fn inner(self) -> Self {
        Self { conjunct: false, ..self }
    }
}
