//! Animations of thousands of frames.

use crate::bytes::{fixture, position};
use crate::png;

/// A GIF of one whole frame and so many small ones.
pub(crate) fn gif(frames: usize) -> Vec<u8> {
    // One pixel in the top left corner, of the first colour: clear, 0, end, three bits each.
    const FRAME: &[u8] = &[0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0];
    let still = fixture("still.gif");
    let (trailer, whole) = still.split_last().unwrap();
    [whole, &FRAME.repeat(frames), &[*trailer]].concat()
}

/// A WebP whose last frame follows itself so many times.
pub(crate) fn webp(frames: usize) -> Vec<u8> {
    let animated = fixture("animated.webp");
    let first = position(&animated, b"ANMF");
    let length = u32::from_le_bytes(animated[first + 4..first + 8].try_into().unwrap()) as usize;
    let frame = &animated[first..first + 8 + length.next_multiple_of(2)];
    let mut bytes = [animated.as_slice(), &frame.repeat(frames)].concat();
    let riff = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
    bytes[4..8].copy_from_slice(&riff);
    bytes
}

/// An animated PNG of one whole frame and so many small ones.
pub(crate) fn png(frames: u32) -> Vec<u8> {
    let (width, height) = (96_u32, 64_u32);
    let control = |sequence: u32, width: u32, height: u32| {
        let size = [sequence, width, height, 0, 0].map(u32::to_be_bytes).concat();
        png::chunk(*b"fcTL", &[&size[..], &[0, 1, 0, 10, 0, 0]].concat())
    };
    let mut animation = png::chunk(*b"acTL", &[(frames + 1).to_be_bytes(), [0; 4]].concat());
    animation.extend(control(0, width, height));
    let still = png::with_chunks(&png::black(width, height), &animation);
    let pixel = png::zlib_of_zeros(2);
    let more = (0..frames).flat_map(|frame| {
        let data = [&(frame * 2 + 2).to_be_bytes()[..], &pixel].concat();
        [control(frame * 2 + 1, 1, 1), png::chunk(*b"fdAT", &data)].concat()
    });
    let end = png::chunk(*b"IEND", &[]);
    let body = still.strip_suffix(end.as_slice()).unwrap();
    body.iter().copied().chain(more).chain(end.iter().copied()).collect()
}
