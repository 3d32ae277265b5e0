//! Inputs and transitions as bytes, one after the other: what crosses to another target, process or
//! language, and what a log is made of.
//!
//! Each item stands for itself (postcard), so two streams in a row are a stream: however an `advance` is
//! split, the log has the same bytes.

use alloc::vec::Vec;
use core::fmt;

use serde::{Serialize, de::DeserializeOwned};

/// Bytes that are not what they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Damaged {
    /// Where the item begins that could not be read.
    pub at: usize,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what begins at byte {} cannot be read", self.at)
    }
}

impl core::error::Error for Damaged {}

/// Items as bytes.
#[must_use]
pub fn encode<'a, T: Serialize + 'a>(items: impl IntoIterator<Item = &'a T>) -> Vec<u8> {
    items.into_iter().fold(Vec::new(), |bytes, item| {
        // Encoding plain data into a growing vector cannot fail.
        postcard::to_extend(item, bytes).unwrap_or_default()
    })
}

/// All items of the bytes.
///
/// # Errors
/// At the first that cannot be read.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, Damaged> {
    let mut items = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = bytes.len() - rest.len();
        let (item, behind) = first(rest).map_err(|_| Damaged { at })?;
        if behind.len() == rest.len() {
            // What takes no bytes would be there without end.
            return Err(Damaged { at });
        }
        items.push(item);
        rest = behind;
    }
    Ok(items)
}

/// The first item of the bytes, and what follows it.
///
/// # Errors
/// When it cannot be read.
pub fn first<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), Damaged> {
    postcard::take_from_bytes(bytes).map_err(|_| Damaged { at: 0 })
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::*;
    use crate::{Fact, Input, Origin, RelId, SourceId, Value};

    fn inputs() -> Vec<Input> {
        let origin = Origin { source: SourceId(3), at: u64::MAX, part: 0 };
        let values = vec![Value::Null, "n1".into(), Value::Float(0.5), Value::List(vec![7.into()])];
        let fact = Fact { relation: RelId(1), values, time: i64::MIN, origin, assumed_from: None };
        vec![
            Input::Source { source: SourceId(3), name: "kubelet".into(), resolution: 1 },
            Input::Fact(fact.clone()),
            Input::Remove(fact),
        ]
    }

    #[test]
    fn two_streams_in_a_row_are_a_stream() {
        let all = inputs();
        let (front, back) = all.split_at(1);
        let bytes = [encode(front), encode(back)].concat();
        assert_eq!(bytes, encode(&all));
        assert_eq!(decode::<Input>(&bytes), Ok(all));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_place() {
        let all = inputs();
        let fine = encode(all.iter().take(1));
        let mut bytes = encode(&all);
        bytes.truncate(fine.len() + 1);
        assert_eq!(decode::<Input>(&bytes), Err(Damaged { at: fine.len() }));
        assert_eq!(decode::<()>(&[0]), Err(Damaged { at: 0 }));
    }
}
