//! What an editor may ask, and the answers.

use lsp_server::ErrorCode;
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition, HoverRequest,
    Request,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions,
    DocumentSymbolResponse, GotoDefinitionResponse, Hover, HoverContents, HoverProviderCapability,
    InitializeResult, Location, MarkupContent, MarkupKind, OneOf, SaveOptions, ServerCapabilities,
    ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, Uri, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::program::Program;
use super::workspace::Workspace;
use super::{complete, edits, hover, outline, uri};
use crate::ruleck::position::Encoding;

/// What `initialize` says of this server.
pub(super) fn capabilities(encoding: Encoding) -> Value {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions::default())),
        ..TextDocumentSyncOptions::default()
    };
    let folders = WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(OneOf::Left(true)),
    };
    let letters = [".", "{", "(", ",", ":"];
    let capabilities = ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        document_formatting_provider: Some(OneOf::Left(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(letters.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(folders),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    };
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    let server_info = Some(ServerInfo { name: "ruleck".to_owned(), version });
    json(InitializeResult { capabilities, server_info })
}

type Answer = Result<Value, (ErrorCode, String)>;

/// The answer to a request. Of a file that is not known nothing is known, which is no error.
pub(super) fn answer(workspace: &mut Workspace, method: &str, params: Value) -> Answer {
    match method {
        Formatting::METHOD => of::<Formatting>(
            workspace,
            params,
            |params| &params.text_document.uri,
            |at, _| Some(edits::format(at.program, at.file)),
        ),
        HoverRequest::METHOD => of::<HoverRequest>(
            workspace,
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |at, params| {
                let place = params.text_document_position_params.position;
                let value = hover::hover(at.program, at.uri, at.file, place)?;
                let content = MarkupContent { kind: MarkupKind::Markdown, value };
                Some(Hover { contents: HoverContents::Markup(content), range: None })
            },
        ),
        Completion::METHOD => of::<Completion>(
            workspace,
            params,
            |params| &params.text_document_position.text_document.uri,
            |at, params| {
                let place = at.program.offset(at.file, params.text_document_position.position);
                Some(complete::complete(at.program, at.file, place).into())
            },
        ),
        GotoDefinition::METHOD => of::<GotoDefinition>(
            workspace,
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |at, params| {
                let place = params.text_document_position_params.position;
                definition(at, at.program.offset(at.file, place))
            },
        ),
        DocumentSymbolRequest::METHOD => of::<DocumentSymbolRequest>(
            workspace,
            params,
            |params| &params.text_document.uri,
            |at, _| {
                let symbols = outline::outline(at.program, at.file);
                Some(DocumentSymbolResponse::Nested(symbols))
            },
        ),
        CodeActionRequest::METHOD => of::<CodeActionRequest>(
            workspace,
            params,
            |params| &params.text_document.uri,
            |at, params| Some(edits::fixes(at.program, at.uri, params.range)),
        ),
        _ => Err((ErrorCode::MethodNotFound, format!("`{method}` is not known here"))),
    }
}

/// The file that a request is about.
struct At<'a> {
    program: &'a Program,
    uri: &'a str,
    file: usize,
}

/// Answers a request about a file: whose parameters name it by `uri`, with `answer`.
fn of<R: Request>(
    workspace: &mut Workspace,
    params: Value,
    uri: impl Fn(&R::Params) -> &Uri,
    answer: impl FnOnce(&At<'_>, &R::Params) -> R::Result,
) -> Answer
where
    R::Result: Default,
{
    let params: R::Params = read(params)?;
    workspace.compile();
    let uri = uri(&params).as_str();
    let answer = workspace.program(uri).map_or_else(R::Result::default, |(program, file)| {
        answer(&At { program, uri, file }, &params)
    });
    Ok(json(answer))
}

/// The place where the name at a place is declared, unless the library declares it.
fn definition(at: &At<'_>, offset: usize) -> Option<GotoDefinitionResponse> {
    let (file, span) = at.program.declaration(at.file, offset)?;
    let uri = uri::typed(at.program.uri(file)?)?;
    let range = at.program.range(file, span);
    Some(GotoDefinitionResponse::Scalar(Location { uri, range }))
}

/// The protocol's types are all that JSON can say.
fn json(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Parameters of a request or a notification.
pub(super) fn read<P: DeserializeOwned>(params: Value) -> Result<P, (ErrorCode, String)> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}
