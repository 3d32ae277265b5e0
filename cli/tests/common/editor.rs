//! An editor that talks with `ruleck lsp`.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::io::{BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// An editor and its server.
pub struct Editor {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    /// What came while something else was waited for, oldest first.
    waiting: Vec<Value>,
    asked: i32,
    versions: HashMap<String, Option<i64>>,
}

/// The name of a file.
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A place in a file, from zero.
pub fn place(line: u32, character: u32) -> Value {
    json!({ "line": line, "character": character })
}

impl Editor {
    /// Starts the server and says nothing yet.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts it with arguments.
    pub fn with(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ruleck"))
            .arg("lsp")
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let to = child.stdin.take();
        let mut out = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (send, from) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut out) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let (waiting, versions) = (Vec::new(), HashMap::new());
        Self { child, to, from, waiting, asked: 0, versions }
    }

    /// Starts it with a folder open.
    pub fn in_folder(folder: &Path) -> Self {
        let mut editor = Self::start();
        let folders = json!([{ "uri": uri(folder), "name": "rules" }]);
        editor.initialize(json!({ "capabilities": {}, "workspaceFolders": folders }));
        editor
    }

    /// Initializes the server; what it says of itself.
    pub fn initialize(&mut self, params: Value) -> Value {
        let said = self.ask("initialize", params);
        self.tell("initialized", json!({}));
        said
    }

    /// Opens a file, with its first version.
    pub fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "etio", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Changes a file.
    pub fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", params);
    }

    /// What is said next of a file.
    pub fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        let said = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
        });
        self.versions.insert(uri.to_owned(), said["params"]["version"].as_i64());
        said["params"]["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    /// What is said of a version of a file.
    pub fn diagnostics_of(&mut self, uri: &str, version: i64) -> Vec<Value> {
        loop {
            let said = self.diagnostics(uri);
            if self.versions.get(uri) == Some(&Some(version)) {
                return said;
            }
        }
    }

    /// The answer to a request.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert_eq!(answer.get("error"), None, "{method}");
        answer["result"].clone()
    }

    /// The error that a request is answered with.
    pub fn refused(&mut self, method: &str, params: Value) -> Value {
        self.answer(method, params)["error"].clone()
    }

    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// The next error that answers no request.
    pub fn next_error(&mut self) -> Value {
        self.wait(|message| message["id"].is_null() && message.get("error").is_some())["error"]
            .clone()
    }

    /// The next request of the server.
    pub fn next_request(&mut self) -> Value {
        self.wait(|message| message.get("id").is_some() && message.get("method").is_some())
    }

    /// Tells what is not answered.
    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.write(&format!("Content-Length: {}\r\n\r\n{text}", text.len()));
    }

    /// Writes anything at all.
    pub fn write(&mut self, text: &str) {
        let to = self.to.as_mut().expect("the server listens");
        to.write_all(text.as_bytes()).and_then(|()| to.flush()).expect("the server reads");
    }

    /// Closes the pipe.
    pub fn hang_up(&mut self) {
        self.to = None;
    }

    /// The exit code, and what was written to standard error.
    pub fn ended(&mut self) -> (i32, String) {
        let status = self.child.wait().expect("the server ends");
        let mut said = String::new();
        let mut err = self.child.stderr.take().expect("stderr is piped");
        err.read_to_string(&mut said).expect("messages are UTF-8");
        (status.code().expect("the server is not killed"), said)
    }

    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&is_it) {
            return self.waiting.remove(at);
        }
        loop {
            let next =
                self.from.recv_timeout(Duration::from_secs(120)).expect("the server answers");
            if is_it(&next) {
                return next;
            }
            self.waiting.push(next);
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next message; all of standard output must be messages.
fn read(out: &mut impl std::io::BufRead) -> Option<Value> {
    let mut header = String::new();
    out.read_line(&mut header).ok().filter(|bytes| *bytes > 0)?;
    let length = header.trim().strip_prefix("Content-Length: ").expect("a message begins");
    let mut body = vec![0; length.parse::<usize>().expect("a length") + 2];
    out.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("a message is JSON"))
}
