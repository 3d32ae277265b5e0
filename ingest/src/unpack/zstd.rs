//! Zstandard: frames one after another, and what stands between them for other readers.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::{
    BlockDecodingStrategy::UptoBlocks,
    FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError::SkipFrame},
};

/// What the frames of a stream hold, together.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    /// A frame is being read.
    is_open: bool,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new(), is_open: false }
    }

    /// Begins the next frame, or skips one that holds nothing of the text.
    fn next(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.source) {
            Ok(()) => {
                self.is_open = true;
                Ok(())
            }
            Err(FrameDecoderError::ReadFrameHeaderError(SkipFrame { length, .. })) => {
                let mut skipped = (&mut self.source).take(length.into());
                io::copy(&mut skipped, &mut io::sink()).map(drop)
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.is_open && !self.decoder.is_finished() {
                let one = self.decoder.decode_blocks(&mut self.source, UptoBlocks(1));
                one.map_err(io::Error::other)?;
            } else if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            } else {
                self.next()?;
            }
        }
    }
}
