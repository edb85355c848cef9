//! Numbers and events as bytes.
//!
//! An event is one byte: what was done in the lower four bits, and the ticks after it in the
//! upper four. There, 0 to 12 are themselves; 13 says that one more byte holds how many there are
//! above 12; 14 that a number follows which holds how many there are above 268. Then comes what
//! the event needs: the rows of garbage as a number, or what is asked for the next piece as a
//! byte. Numbers are groups of seven bits, the lowest first, with the upper bit set in all but
//! the last (LEB128), and never longer than they need be.

use alloc::vec::Vec;

use super::Event;
use crate::error::ReplayError;
use crate::game::Input;
use crate::pieces::Turn;

const NOTHING: u8 = 0;
/// The first of the inputs.
const PRESS: u8 = 1;
const SOFT_DROP: u8 = PRESS + Input::COUNT as u8;
const SOFT_DROP_ENDS: u8 = SOFT_DROP + 1;
const GARBAGE: u8 = SOFT_DROP + 2;
const INITIAL: u8 = SOFT_DROP + 3;

/// Ticks in the event's byte.
const SHORT: u64 = 12;
const AFTER_SHORT: u64 = SHORT + 1;
/// Ticks with a byte more.
const LONG: u64 = SHORT + 256;

/// Something that numbers are written to or read from, so that both are one code.
pub(super) trait Coder {
    /// Writes a number, or reads it.
    fn code(&mut self, number: &mut u64) -> Result<(), ReplayError>;
}

#[derive(Clone, Debug)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// An event, if any, and the ticks after it.
    pub(super) fn event(&mut self, event: Option<Event>, ticks: u64) {
        let (code, initial, garbage) = match event {
            // Ticks alone never come twice in a row.
            None | Some(Event::Ticks(_)) => (NOTHING, None, None),
            Some(Event::Press(input)) => (PRESS + input as u8, None, None),
            Some(Event::SoftDrop(true)) => (SOFT_DROP, None, None),
            Some(Event::SoftDrop(false)) => (SOFT_DROP_ENDS, None, None),
            Some(Event::Garbage(rows)) => (GARBAGE, None, Some(rows)),
            Some(Event::Initial { turn, hold }) => {
                let turn = turn.map_or(0, |turn| turn as u8 + 1);
                (INITIAL, Some(turn | u8::from(hold) << 2), None)
            }
        };
        let pause = match ticks {
            ..=SHORT => ticks as u8,
            AFTER_SHORT..=LONG => 13,
            _ => 14,
        };
        self.0.push(code | pause << 4);
        match pause {
            13 => self.0.push((ticks - AFTER_SHORT) as u8),
            14 => self.number(ticks - LONG - 1),
            _ => {}
        }
        if let Some(rows) = garbage {
            self.number(rows.into());
        }
        self.0.extend(initial);
    }
}

impl Coder for Writer {
    fn code(&mut self, number: &mut u64) -> Result<(), ReplayError> {
        self.number(*number);
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.0)
    }

    fn byte(&mut self) -> Result<u8, ReplayError> {
        let (&byte, rest) = self.0.split_first().ok_or(ReplayError::Damaged)?;
        self.0 = rest;
        Ok(byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, ReplayError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let fits = bits << shift >> shift == bits;
            let longer_than_need_be = byte == 0 && shift > 0;
            if !fits || longer_than_need_be {
                return Err(ReplayError::Damaged);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(ReplayError::Damaged)
    }

    /// An event, if any, and the ticks after it.
    pub(super) fn event(&mut self) -> Result<(Option<Event>, u64), ReplayError> {
        let byte = self.byte()?;
        let ticks = match byte >> 4 {
            13 => u64::from(self.byte()?) + AFTER_SHORT,
            14 => self
                .number()?
                .checked_add(LONG + 1)
                .ok_or(ReplayError::Damaged)?,
            15 => return Err(ReplayError::Damaged),
            ticks => ticks.into(),
        };
        let event = match byte & 0xf {
            NOTHING if ticks > 0 => return Ok((None, ticks)),
            code @ PRESS..SOFT_DROP => Event::Press(Input::ALL[usize::from(code - PRESS)]),
            SOFT_DROP => Event::SoftDrop(true),
            SOFT_DROP_ENDS => Event::SoftDrop(false),
            GARBAGE => {
                let rows = self.number()?.try_into();
                Event::Garbage(rows.map_err(|_| ReplayError::Damaged)?)
            }
            INITIAL => {
                let byte = self.byte()?;
                let turn = match byte & 3 {
                    0 => None,
                    turn => Some(Turn::ALL[usize::from(turn) - 1]),
                };
                if byte > 7 {
                    return Err(ReplayError::Damaged);
                }
                Event::Initial {
                    turn,
                    hold: byte & 4 != 0,
                }
            }
            _ => return Err(ReplayError::Damaged),
        };
        Ok((Some(event), ticks))
    }
}

impl Coder for Reader<'_> {
    fn code(&mut self, number: &mut u64) -> Result<(), ReplayError> {
        *number = self.number()?;
        Ok(())
    }
}
