//! Indices into a pack's tables. Each is a position, so none can be forged into another table.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident: $repr:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub struct $name(pub $repr);

        impl $name {
            /// The position as an index.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A relation of [`Pack::relations`](crate::Pack::relations).
    RelId: u32;
    /// A field of one relation, in declaration order.
    FieldId: u16;
    /// An enum type of [`Pack::enums`](crate::Pack::enums).
    EnumId: u16;
    /// A variable of one rule.
    SlotId: u16;
    /// A tunable number of [`Pack::params`](crate::Pack::params).
    ParamId: u32;
    /// A source of facts, numbered by the host (one file, one API list, one stream).
    SourceId: u32;
}
