//! Messages as they come and go: a header with a length, a blank line, and so many bytes of JSON.

use std::io::{self, BufRead, Read as _, Write};
use std::sync::mpsc::Sender;

use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};

/// The largest message that is read: no rule file comes near.
const LARGEST: usize = 64 << 20;

/// Something that has come.
pub(super) enum Incoming {
    Message(Message),
    /// What is no message, and why.
    Malformed(Malformed),
}

/// A text that is no message.
pub(super) struct Malformed {
    code: ErrorCode,
    why: String,
    /// The id that it bears nevertheless.
    id: Value,
}

impl Malformed {
    fn new(code: ErrorCode, why: impl ToString) -> Self {
        Self { code, why: why.to_string(), id: Value::Null }
    }
}

/// Sends all that comes on, until nothing comes any more or nobody listens.
pub(super) fn read_all(input: &mut impl BufRead, to: &Sender<Incoming>) {
    while let Ok(Some(incoming)) = read(input) {
        if to.send(incoming).is_err() {
            return;
        }
    }
}

/// The next message; `None` at the end.
fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let malformed =
        |why: &str| Ok(Some(Incoming::Malformed(Malformed::new(ErrorCode::ParseError, why))));
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(4096).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        match (line.trim_end().split_once(':'), length) {
            (None, _) if !line.trim().is_empty() => return malformed("this is no header"),
            (None, Some(length)) => return body(input, length).map(Some),
            (None, None) => return malformed("the header says no Content-Length"),
            (Some((name, value)), _) if name.eq_ignore_ascii_case("content-length") => {
                match value.trim().parse() {
                    Ok(bytes) if bytes <= LARGEST => length = Some(bytes),
                    _ => return malformed("the Content-Length is no number, or too large"),
                }
            }
            (Some(_), _) => {}
        }
    }
}

fn body(input: &mut impl BufRead, length: usize) -> io::Result<Incoming> {
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes)?;
    let value: Value = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(error) => {
            return Ok(Incoming::Malformed(Malformed::new(ErrorCode::ParseError, error)));
        }
    };
    let id = value.get("id").cloned().unwrap_or_default();
    Ok(match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed(Malformed {
            id,
            ..Malformed::new(ErrorCode::InvalidRequest, error)
        }),
    })
}

/// Answers what is no message. An id that cannot be read is null, which `lsp_server` has no type for.
pub(super) fn refuse(malformed: &Malformed, out: &mut impl Write) -> io::Result<()> {
    let error = json!({ "code": malformed.code as i32, "message": malformed.why });
    let text = json!({ "jsonrpc": "2.0", "id": malformed.id, "error": error }).to_string();
    write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    out.flush()
}
