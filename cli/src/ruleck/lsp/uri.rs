//! Names of files as editors write them: `file:///rules/a%20b.etio`.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use lsp_types::Uri;

/// The path of a file; `None` for what is not on disk.
pub(super) fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // What stands before the path is this machine, by whatever name.
    let path = rest.get(rest.find('/')?..)?.split(['?', '#']).next()?;
    let path = decoded(path)?;
    // `/C:/rules` is `C:/rules`.
    let drive = matches!(path.as_bytes(), [b'/', letter, b':', ..] if letter.is_ascii_alphabetic());
    Some(PathBuf::from(path.get(usize::from(drive)..)?))
}

/// The name of a file by its path.
pub(super) fn of_path(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// As the protocol's type; what came as one is one.
pub(super) fn typed(uri: &str) -> Option<Uri> {
    Uri::from_str(uri).ok()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let code = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
                u8::try_from(code).ok()?
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{of_path, to_path};

    #[test]
    fn a_path_comes_back() {
        for path in ["/rules/a.etio", "/my rules/ä%41#1.etio", "C:/rules/a.etio"] {
            assert_eq!(to_path(&of_path(Path::new(path))).as_deref(), Some(Path::new(path)));
        }
    }

    #[test]
    fn editors_escape_what_they_like() {
        assert_eq!(to_path("file:///c%3A/a.etio").as_deref(), Some(Path::new("c:/a.etio")));
        assert_eq!(to_path("file://localhost/a.etio").as_deref(), Some(Path::new("/a.etio")));
        assert_eq!(to_path("untitled:Untitled-1"), None);
        assert_eq!(to_path("file:///%zz"), None);
    }
}
