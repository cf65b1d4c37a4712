//! Fax coding of black and white rows (ITU-T T.4 and T.6), as TIFF has it: runs alone, Group 3 and Group 4.
//!
//! The code tables are `fax`'s; how rows follow each other in each of the codings is here. Black is a set bit.

use std::io::{self, Read};

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, Bits as Code};

use super::layout::Packing;

/// Zero bits that only an end of line begins with.
const END_OF_LINE: u8 = 11;
/// Ends of line that end a page, but for the one that any row may have.
const ENDS_OF_PAGE: usize = 5;

/// Unpacks a strip or tile, row by row and without end: the caller knows how many there are.
pub(super) struct Fax<'a> {
    bits: Bits<'a>,
    packing: Packing,
    width: u32,
    /// Where colours change in the row before and in this one; the first change is to black.
    reference: Vec<u32>,
    current: Vec<u32>,
    has_begun: bool,
    has_ended: bool,
    row: Vec<u8>,
    /// How much of the row was handed out.
    given: usize,
}

impl<'a> Fax<'a> {
    pub(super) fn new(packed: &'a [u8], packing: Packing, width: u32, lowest_bit_first: bool) -> Self {
        Self {
            bits: Bits { bytes: packed, at: 0, lowest_bit_first },
            packing,
            width,
            reference: Vec::new(),
            current: Vec::new(),
            has_begun: false,
            has_ended: false,
            row: Vec::new(),
            given: 0,
        }
    }

    fn next_row(&mut self) -> io::Result<()> {
        self.current.clear();
        if !self.has_ended {
            match self.packing {
                Packing::FaxRuns { words } => {
                    self.runs()?;
                    self.bits.align(if words { 16 } else { 8 });
                }
                Packing::Fax3 { two_dimensional } => self.group_3(two_dimensional)?,
                _ => self.two_dimensional()?,
            }
        }
        // Pages that end before their last row are white from there on; one without any shows nothing.
        if self.has_ended {
            if !self.has_begun {
                return Err(self.bits.wrong());
            }
            self.current.clear();
        }
        self.has_begun = true;
        self.row.clear();
        self.row.resize((self.width as usize).div_ceil(8), 0);
        for change in self.current.chunks(2) {
            let end = change.get(1).copied().unwrap_or(self.width);
            set_bits(&mut self.row, change[0].min(self.width), end.min(self.width));
        }
        std::mem::swap(&mut self.reference, &mut self.current);
        self.given = 0;
        Ok(())
    }

    /// A row between two ends of line, or without any, as some writers have it.
    fn group_3(&mut self, two_dimensional: bool) -> io::Result<()> {
        let mut ends = 0;
        let mut is_one_dimensional = true;
        while self.bits.take_end_of_line() {
            ends += 1;
            if two_dimensional {
                is_one_dimensional = self.bits.take_bit();
            }
            if ends > ENDS_OF_PAGE {
                self.has_ended = true;
                return Ok(());
            }
        }
        let row = if is_one_dimensional { self.runs() } else { self.two_dimensional() };
        if row.is_err() {
            // A damaged row is as long as it is; the next one begins behind the next end of line.
            self.bits.seek_end_of_line()?;
        }
        Ok(())
    }

    /// A row of runs, white and black in turn.
    fn runs(&mut self) -> io::Result<()> {
        let (mut at, mut is_black) = (0, false);
        while at < self.width {
            at = self.run(is_black)?.saturating_add(at).min(self.width);
            self.current.push(at);
            is_black = !is_black;
        }
        Ok(())
    }

    /// A run: any number of long codes, and one that ends it.
    fn run(&mut self, is_black: bool) -> io::Result<u32> {
        let mut length = 0_u32;
        loop {
            let code = if is_black { black::decode(&mut self.bits) } else { white::decode(&mut self.bits) };
            let code = u32::from(code.ok_or_else(|| self.bits.wrong())?);
            length = length.saturating_add(code);
            if code < 64 {
                return Ok(length);
            }
        }
    }

    /// A row that is told by how it differs from the one before.
    fn two_dimensional(&mut self) -> io::Result<()> {
        // One before the first pixel, as the standard has it.
        let (mut at, mut is_black, mut place) = (-1_i64, false, 0);
        let width = i64::from(self.width);
        while at < width {
            place = self.change_behind(at, is_black, place);
            match mode::decode(&mut self.bits) {
                Some(Mode::Pass) => at = self.change(place + 1),
                Some(Mode::Vertical(by)) => {
                    let to = (self.change(place) + i64::from(by)).clamp(at.max(0), width);
                    self.current.push(to as u32);
                    // The first pixel may be black without any white one before it.
                    at = to;
                    is_black = !is_black;
                }
                Some(Mode::Horizontal) => {
                    for color in [is_black, !is_black] {
                        at = (at.max(0) + i64::from(self.run(color)?)).min(width);
                        self.current.push(at as u32);
                    }
                }
                Some(Mode::EOF) if at < 0 => {
                    self.has_ended = true;
                    return Ok(());
                }
                _ => return Err(self.bits.wrong()),
            }
        }
        Ok(())
    }

    /// The place of the first change in the row before that lies behind `at` and is to the other colour; looked for
    /// from `place` on.
    fn change_behind(&self, at: i64, is_black: bool, mut place: usize) -> usize {
        while place > 0 && self.change(place - 1) > at {
            place -= 1;
        }
        while place < self.reference.len() && self.change(place) <= at {
            place += 1;
        }
        place + usize::from((place % 2 == 1) != is_black)
    }

    fn change(&self, place: usize) -> i64 {
        i64::from(self.reference.get(place).copied().unwrap_or(self.width))
    }
}

impl Read for Fax<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.row.len() {
            self.next_row()?;
        }
        let read = (&self.row[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

/// Sets the bits of a row from `start` to before `end`.
fn set_bits(row: &mut [u8], start: u32, end: u32) {
    if start >= end {
        return;
    }
    let (first, last) = (start as usize / 8, (end as usize - 1) / 8);
    let (from, to) = (0xFF_u8 >> (start % 8), 0xFF_u8 << (7 - (end - 1) % 8));
    if first == last {
        row[first] |= from & to;
    } else {
        row[first] |= from;
        row[first + 1..last].fill(0xFF);
        row[last] |= to;
    }
}

/// The packed bits. Behind their end are zeros, which are no code.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    lowest_bit_first: bool,
}

impl Bits<'_> {
    fn byte(&self, index: usize) -> u8 {
        let byte = self.bytes.get(index).copied().unwrap_or(0);
        if self.lowest_bit_first { byte.reverse_bits() } else { byte }
    }

    fn window(&self, bits: u8) -> u16 {
        let first = self.at / 8;
        let window = [0, 1, 2].iter().fold(0_u32, |so_far, i| so_far << 8 | u32::from(self.byte(first + i)));
        (window >> (24 - self.at as u32 % 8 - u32::from(bits)) & ((1 << bits) - 1)) as u16
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len() * 8
    }

    /// Why there is no code here.
    fn wrong(&self) -> io::Error {
        // The longest code has thirteen bits.
        let kind = if self.at + 13 > self.bytes.len() * 8 {
            io::ErrorKind::UnexpectedEof
        } else {
            io::ErrorKind::InvalidData
        };
        io::Error::new(kind, "there is no fax code of these bits")
    }

    fn take_bit(&mut self) -> bool {
        self.at += 1;
        Bits { at: self.at - 1, ..*self }.window(1) == 1
    }

    /// Passes an end of line and what fills up to it, if there is one.
    fn take_end_of_line(&mut self) -> bool {
        if self.window(END_OF_LINE) != 0 || self.is_at_end() {
            return false;
        }
        while !self.is_at_end() {
            if self.take_bit() {
                return true;
            }
        }
        false
    }

    fn seek_end_of_line(&mut self) -> io::Result<()> {
        while self.window(END_OF_LINE) != 0 {
            self.at += 1;
        }
        if self.is_at_end() { Err(self.wrong()) } else { Ok(()) }
    }

    fn align(&mut self, bits: usize) {
        self.at = self.at.next_multiple_of(bits);
    }
}

impl BitReader for Bits<'_> {
    type Error = ();

    fn peek(&self, bits: u8) -> Option<u16> {
        (bits <= 16).then(|| self.window(bits))
    }

    fn consume(&mut self, bits: u8) -> Result<(), ()> {
        self.at += usize::from(bits);
        if self.at > self.bytes.len() * 8 { Err(()) } else { Ok(()) }
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        (self.at.next_multiple_of(8) - self.at) as u8
    }

    fn expect(&mut self, code: Code) -> Result<(), Option<Code>> {
        let found = self.window(code.len);
        if found == code.data { Ok(()) } else { Err(Some(Code { data: found, len: code.len })) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_set_across_bytes() {
        for (start, end) in [(0, 0), (0, 1), (3, 7), (3, 8), (7, 9), (0, 24), (1, 23)] {
            let mut row = [0; 3];
            set_bits(&mut row, start, end);
            let expected = (0..24).map(|bit| (start..end).contains(&bit)).collect::<Vec<_>>();
            let found = (0..24).map(|bit| row[bit / 8] >> (7 - bit % 8) & 1 == 1).collect::<Vec<_>>();
            assert_eq!(found, expected, "{start} to {end}");
        }
    }
}
