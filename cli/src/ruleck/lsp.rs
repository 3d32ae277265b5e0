//! `ruleck lsp`: what `ruleck check` says, in an editor and while one types.
//!
//! Messages come on standard input and go to standard output ([`wire`]); what they ask is answered in [`server`] from
//! rule files that are compiled together ([`workspace`]). Nothing is compiled while there are messages left to read.

mod complete;
mod diagnostics;
mod edits;
mod hover;
mod outline;
mod program;
mod reference;
mod requests;
mod server;
mod uri;
mod wire;
mod workspace;

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use super::args::Lsp;
use crate::Exit;
use server::Server;
use wire::Incoming;

pub(super) fn run(args: &Lsp) -> Result<Exit, String> {
    let (to, incoming) = mpsc::channel();
    thread::spawn(move || wire::read_all(&mut io::stdin().lock(), &to));
    let mut server = Server::new(args, io::stdout().lock());
    match serve(&mut server, &incoming) {
        Ok(exit) => Ok(exit),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(server.exit()),
        Err(error) => Err(format!("cannot write to standard output: {error}")),
    }
}

fn serve<W: Write>(server: &mut Server<'_, W>, incoming: &Receiver<Incoming>) -> io::Result<Exit> {
    loop {
        let next = match incoming.try_recv() {
            Ok(next) => Some(next),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                server.settle()?;
                incoming.recv().ok()
            }
        };
        let exit = match next {
            Some(Incoming::Message(message)) => server.take(message)?,
            Some(Incoming::Malformed(malformed)) => {
                server.refuse(&malformed)?;
                None
            }
            // An editor that is gone says nothing any more.
            None => Some(server.exit()),
        };
        if let Some(exit) = exit {
            return Ok(exit);
        }
    }
}
