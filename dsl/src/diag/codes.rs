//! The one list of all codes. A code, once given, is never used for anything else.
//!
//! `E01..` the text, `E02..` names, `E03..` types, `E04..` rules, `E05..` tests; `W01..` lints.

use super::Code;

macro_rules! codes {
    ($($ident:ident = $id:literal $name:literal: $meaning:literal, $explain:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "` ", $meaning, ".")]
            pub const $ident: Code =
                Code { id: $id, name: $name, meaning: $meaning, explain: $explain };
        )*

        /// All codes in order.
        pub const ALL: &[Code] = &[$($ident),*];
    };
}

codes! {
    UNEXPECTED = "E0101" "unexpected-text": "the text does not continue as it could",
        "At the place shown the text stops making sense. The message says what could stand there. \
         Look also at the line above: a missing `}` or `,` is often noticed only later.";
}

/// The code with this id (`E0101`) or name (`unexpected-text`).
#[must_use]
pub fn find(id_or_name: &str) -> Option<Code> {
    ALL.iter()
        .copied()
        .find(|code| code.id.eq_ignore_ascii_case(id_or_name) || code.name == id_or_name)
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn ids_are_in_order_and_names_are_used_once() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id), "ids must ascend");
        let mut names: Vec<&str> = ALL.iter().map(|code| code.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn every_code_is_explained() {
        for code in ALL {
            assert!(code.id.len() == 5 && code.id.starts_with(['E', 'W']), "{}", code.id);
            assert!(code.explain.len() > code.meaning.len(), "{}", code.id);
        }
    }
}
