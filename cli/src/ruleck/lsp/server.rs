//! The life of a server: what may come when, and what is said without being asked.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Exit as ExitNow, Initialized, Notification as _,
    PublishDiagnostics,
};
use lsp_types::request::{Initialize, RegisterCapability, Request as _, Shutdown};
use lsp_types::{
    Diagnostic, InitializeParams, PublishDiagnosticsParams, Registration, RegistrationParams,
    WorkspaceFolder,
};
use serde_json::{Value, json};

use super::requests::read;
use super::wire::{self, Malformed};
use super::workspace::Workspace;
use super::{diagnostics, requests, uri};
use crate::Exit;
use crate::ruleck::args::Lsp;
use crate::ruleck::position::Encoding;

/// A server and what its editor knows.
pub(super) struct Server<'a, W> {
    args: &'a Lsp,
    out: W,
    /// There from `initialize` on.
    workspace: Option<Workspace>,
    /// The editor tells of changes on disk where it is asked to.
    watches: bool,
    shut_down: bool,
    /// What was last said of each file of which anything was.
    published: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)>,
}

impl<'a, W: Write> Server<'a, W> {
    pub(super) fn new(args: &'a Lsp, out: W) -> Self {
        let published = BTreeMap::new();
        Self { args, out, workspace: None, watches: false, shut_down: false, published }
    }

    /// Takes a message; where it is the last, how the process ends.
    pub(super) fn take(&mut self, message: Message) -> io::Result<Option<Exit>> {
        match message {
            Message::Request(request) => {
                let response = self.answer(request);
                self.send(Message::Response(response))?;
            }
            Message::Notification(notice) if notice.method == ExitNow::METHOD => {
                return Ok(Some(self.exit()));
            }
            Message::Notification(notice) => self.note(notice)?,
            // All that is asked of the editor is to watch files; if it will not, saving still tells.
            Message::Response(_) => {}
        }
        Ok(None)
    }

    /// How the process ends.
    pub(super) const fn exit(&self) -> Exit {
        if self.shut_down { Exit::Clean } else { Exit::Found }
    }

    pub(super) fn refuse(&mut self, malformed: &Malformed) -> io::Result<()> {
        wire::refuse(malformed, &mut self.out)
    }

    fn send(&mut self, message: Message) -> io::Result<()> {
        message.write(&mut self.out)
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let error = |code: ErrorCode, why: &str| Err((code, why.to_owned()));
        let answer = match (&mut self.workspace, method.as_str()) {
            _ if self.shut_down => error(ErrorCode::InvalidRequest, "the server is shut down"),
            (None, Initialize::METHOD) => read(params).map(|params| self.initialize(&params)),
            (None, _) => error(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (Some(_), Initialize::METHOD) => {
                error(ErrorCode::InvalidRequest, "the server is initialized")
            }
            (Some(_), Shutdown::METHOD) => {
                self.shut_down = true;
                Ok(Value::Null)
            }
            (Some(workspace), method) => requests::answer(workspace, method, params),
        };
        match answer {
            Ok(answer) => Response::new_ok(id, answer),
            Err((code, why)) => Response::new_err(id, code as i32, why),
        }
    }

    #[expect(deprecated, reason = "older editors say `rootUri` only")]
    fn initialize(&mut self, params: &InitializeParams) -> Value {
        let general = params.capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_deref());
        let encoding = Encoding::among(offered.unwrap_or_default());
        let folders = match &params.workspace_folders {
            Some(folders) => paths(folders),
            None => params.root_uri.iter().filter_map(|uri| uri::to_path(uri.as_str())).collect(),
        };
        let workspace = params.capabilities.workspace.as_ref();
        let watching = workspace.and_then(|can| can.did_change_watched_files);
        self.watches = watching.is_some_and(|can| can.dynamic_registration == Some(true));
        self.workspace = Some(Workspace::new(&self.args.files, folders, encoding));
        requests::capabilities(encoding)
    }

    fn note(&mut self, notice: Notification) -> io::Result<()> {
        let Some(workspace) = self.workspace.as_mut().filter(|_| !self.shut_down) else {
            return Ok(());
        };
        let Notification { method, params } = notice;
        match method.as_str() {
            Initialized::METHOD if self.watches => return self.watch(),
            DidOpenTextDocument::METHOD => with::<DidOpenTextDocument>(params, |params| {
                let document = params.text_document;
                workspace.open(document.uri.to_string(), document.text, document.version);
            }),
            DidChangeTextDocument::METHOD => with::<DidChangeTextDocument>(params, |params| {
                let document = params.text_document;
                let uri = document.uri.as_str();
                workspace.change(uri, document.version, params.content_changes);
            }),
            DidCloseTextDocument::METHOD => with::<DidCloseTextDocument>(params, |params| {
                workspace.close(params.text_document.uri.as_str());
            }),
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => workspace.read_disk(),
            DidChangeWorkspaceFolders::METHOD => {
                with::<DidChangeWorkspaceFolders>(params, |params| {
                    let event = params.event;
                    workspace.change_folders(paths(&event.added), &paths(&event.removed));
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn watch(&mut self) -> io::Result<()> {
        let params = RegistrationParams {
            registrations: vec![Registration {
                id: "rule-files".to_owned(),
                method: DidChangeWatchedFiles::METHOD.to_owned(),
                register_options: Some(json!({ "watchers": [{ "globPattern": "**/*.etio" }] })),
            }],
        };
        let method = RegisterCapability::METHOD.to_owned();
        self.send(Message::Request(Request::new("watch".to_owned().into(), method, params)))
    }

    /// Says what has become of the files since it was last said.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        let Some(workspace) = self.workspace.as_mut().filter(|_| !self.shut_down) else {
            return Ok(());
        };
        workspace.compile();
        let workspace = &*workspace;
        let mut now: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)> = BTreeMap::new();
        for program in workspace.programs() {
            for uri in program.uris() {
                let version = workspace.version(uri);
                // Of a file that is open and fine it is said that it is fine.
                if version.is_some() {
                    now.entry(uri.to_owned()).or_default().0 = version;
                }
            }
            for said in diagnostics::all(program) {
                let entry = now.entry(said.uri.to_owned()).or_default();
                entry.1.push(said.shown);
            }
        }
        let mut changed: Vec<_> = now
            .iter()
            .filter(|(uri, said)| self.published.get(*uri) != Some(*said))
            .map(|(uri, (version, said))| (uri.clone(), *version, said.clone()))
            .collect();
        let gone = self
            .published
            .iter()
            .filter(|(uri, (_, said))| !now.contains_key(*uri) && !said.is_empty());
        changed.extend(gone.map(|(uri, _)| (uri.clone(), None, Vec::new())));
        self.published = now;
        for (uri, version, diagnostics) in changed {
            let Some(uri) = uri::typed(&uri) else { continue };
            let params = PublishDiagnosticsParams { uri, diagnostics, version };
            let method = PublishDiagnostics::METHOD.to_owned();
            self.send(Message::Notification(Notification::new(method, params)))?;
        }
        Ok(())
    }
}

fn paths(folders: &[WorkspaceFolder]) -> Vec<PathBuf> {
    folders.iter().filter_map(|folder| uri::to_path(folder.uri.as_str())).collect()
}

/// Does what a notification asks; one that cannot be read has nobody to be told.
fn with<N: lsp_types::notification::Notification>(params: Value, done: impl FnOnce(N::Params)) {
    if let Ok(params) = read(params) {
        done(params);
    }
}
