//! Facts as hosts hold them.

use etio_plan::{SourceId, Value};

/// A fact of a Rust type. Relation and fields are those of the pack.
///
/// ```
/// use etio::{Fact, Value};
///
/// struct Stuck { node: String, pid: i64, seen: i64 }
///
/// impl Fact for Stuck {
///     const RELATION: &'static str = "std.node.Process";
///     fn fields(&self) -> Vec<(&'static str, Value)> {
///         vec![
///             ("node", self.node.as_str().into()),
///             ("pid", self.pid.into()),
///             ("state", "D".into()),
///             ("comm", "dockerd".into()),
///         ]
///     }
///     fn time(&self) -> i64 {
///         self.seen
///     }
/// }
/// # assert_eq!(Stuck { node: "n1".into(), pid: 7, seen: 0 }.fields().len(), 4);
/// ```
pub trait Fact {
    /// The relation: its full path, or its last name where only one relation has it.
    const RELATION: &'static str;

    /// The fields that are there, in any order.
    fn fields(&self) -> Vec<(&'static str, Value)>;

    /// When it happened, or when it was observed: nanoseconds since the Unix epoch.
    fn time(&self) -> i64;
}

/// When and by whom a fact was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// When it happened, or when it was observed: nanoseconds since the Unix epoch.
    pub time: i64,
    /// Who says so, from [`Engine::source`](crate::Engine::source).
    pub source: SourceId,
    /// Its number in the source, below 2^63: the same number again is the same fact, told twice. `None`
    /// takes the next one above.
    pub sequence: Option<u64>,
}

impl Stamp {
    /// A time on the word of the host itself.
    #[must_use]
    pub const fn at(time: i64) -> Self {
        Self { time, source: crate::engine::HOST, sequence: None }
    }
}
