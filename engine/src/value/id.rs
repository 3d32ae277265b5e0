//! The ids of findings: a hash of rule and key that is fixed for all time.

use etio_plan::{Type, Value};

use crate::value::{
    symbols::Symbols,
    word::{ABSENT, Word, as_int},
};

/// Two FNV-1a of 64 bits over the same bytes from different beginnings: fixed for all time.
#[derive(Clone, Copy)]
pub(crate) struct Fnv(u64, u64);

impl Fnv {
    /// Of nothing yet.
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325, 0x6c62_272e_07bb_0142)
    }

    /// Adds a text.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        // What ends where is part of what is hashed.
        for byte in bytes.iter().chain(&(bytes.len() as u32).to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            self.1 = (self.1 ^ u64::from(byte.rotate_left(3))).wrapping_mul(0x100_0000_01b3);
        }
    }

    /// Adds a word of a type.
    pub(crate) fn value(&mut self, symbols: &Symbols, word: Word, ty: &Type) {
        match ty {
            Type::Int if word != ABSENT => self.write(&as_int(word).to_le_bytes()),
            ty => match symbols.as_text(word).filter(|_| ty.is_textual()) {
                Some(text) => self.write(text.as_bytes()),
                None => self.add(&symbols.value(word, ty)),
            },
        }
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => self.write(&[0]),
            Value::Bool(value) => self.write(&[1, u8::from(*value)]),
            Value::Int(n) | Value::Duration(n) | Value::Time(n) | Value::Bytes(n) => {
                self.write(&n.to_le_bytes());
            }
            Value::Float(x) | Value::Percent(x) => self.write(&x.to_bits().to_le_bytes()),
            Value::Text(text) => self.write(text.as_bytes()),
            Value::List(items) => {
                items.iter().for_each(|item| self.add(item));
                self.write(&[2]);
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.write(key.as_bytes());
                    self.add(value);
                }
                self.write(&[3]);
            }
        }
    }

    /// The hash.
    pub(crate) fn finish(&self) -> u128 {
        (u128::from(self.0) << 64) | u128::from(self.1)
    }
}
