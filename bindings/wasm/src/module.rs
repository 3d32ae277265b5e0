//! What one instance of the module holds, apart from how the host calls it.

use std::sync::Arc;

use etio_engine::{Engine, Options};
use etio_plan::{
    Input, Pack,
    stream::{decode, encode, first},
};

/// An engine between two buffers of bytes: the host fills the request, a call leaves its answer.
#[derive(Default)]
pub struct Module {
    engine: Option<Engine>,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Module {
    /// A request of `len` bytes for the host to fill; empty where there is no memory for it.
    pub fn request(&mut self, len: usize) -> &mut [u8] {
        self.request.clear();
        if self.request.try_reserve_exact(len).is_ok() {
            self.request.resize(len, 0);
        }
        &mut self.request
    }

    /// What the last call left.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// Makes the engine. The request holds the options, then the pack. The answer is empty, or says in
    /// words why there is no engine.
    pub fn open(&mut self) {
        self.answer.clear();
        match opened(&self.request) {
            Ok(engine) => self.engine = Some(engine),
            Err(why) => self.answer = why.into_bytes(),
        }
    }

    /// Inserts the inputs of the request. The answer lists those that were refused: each its place among
    /// the inputs, and why.
    pub fn insert(&mut self) {
        let refused = match (&mut self.engine, decode::<Input>(&self.request)) {
            (Some(engine), Ok(inputs)) => (0_u32..)
                .zip(inputs)
                .filter_map(|(at, input)| Some((at, engine.insert(input).err()?.to_string())))
                .collect(),
            (None, _) => vec![(0, "there is no engine yet: open one first".to_owned())],
            (_, Err(damaged)) => vec![(0, format!("no input was taken: {damaged}"))],
        };
        self.answer = encode(&refused);
    }

    /// Moves the clock.
    pub fn advance(&mut self, time: i64) {
        if let Some(engine) = &mut self.engine {
            engine.advance(time);
        }
    }

    /// The clock; the least time before it was first moved.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.engine.as_ref().map_or(i64::MIN, Engine::now)
    }

    /// When moving the clock would next change something; the greatest time where nothing waits.
    #[must_use]
    pub fn next_deadline(&self) -> i64 {
        self.engine.as_ref().and_then(Engine::next_deadline).unwrap_or(i64::MAX)
    }

    /// Answers with the transitions since the last time.
    pub fn drain(&mut self) {
        self.answer =
            self.engine.as_mut().map(Engine::drain).map_or_else(Vec::new, |all| encode(&all));
    }

    /// Answers with all episodes that are open or remembered.
    pub fn episodes(&mut self) {
        self.answer =
            self.engine.as_ref().map(Engine::episodes).map_or_else(Vec::new, |all| encode(&all));
    }

    /// Answers with how many events of each source came too late.
    pub fn late(&mut self) {
        self.answer =
            self.engine.as_ref().map(Engine::late).map_or_else(Vec::new, |all| encode(&all));
    }
}

fn opened(request: &[u8]) -> Result<Engine, String> {
    let (options, pack) =
        first::<Options>(request).map_err(|_| "these are no options".to_owned())?;
    let pack = Pack::from_bytes(pack).map_err(|error| error.to_string())?;
    Engine::new(Arc::new(pack), options).map_err(|error| error.to_string())
}
