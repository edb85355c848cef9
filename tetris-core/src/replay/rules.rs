//! Rules as numbers, one after the other. A change here is a new version of the format.

use alloc::vec::Vec;

use super::bytes::Coder;
use crate::error::ReplayError;
use crate::game::{Gravity, LockDelay, LockReset, Rules, Spawn};
use crate::moves::SpinRule;
use crate::pieces::{HalfTurns, Piece, PieceSequence, PieceSource, RandomizerKind, RotationSystem};

/// Writes all fields, or reads them.
pub(super) fn code(rules: &mut Rules, coder: &mut impl Coder) -> Result<(), ReplayError> {
    number(coder, &mut rules.width)?;
    number(coder, &mut rules.height)?;
    number(coder, &mut rules.hidden)?;
    pieces(coder, &mut rules.pieces)?;
    number(coder, &mut rules.preview)?;
    flag(coder, &mut rules.hold)?;
    let systems = [
        RotationSystem::NoKicks,
        RotationSystem::Srs,
        RotationSystem::SrsPlus,
    ];
    choice(coder, &mut rules.rotation.system, &systems)?;
    let half_turns = [HalfTurns::Off, HalfTurns::InPlace, HalfTurns::Kicked];
    choice(coder, &mut rules.rotation.half_turns, &half_turns)?;
    choice(
        coder,
        &mut rules.spawn,
        &[Spawn::Guideline, Spawn::Above, Spawn::Box],
    )?;
    flag(coder, &mut rules.initial_rotation)?;
    flag(coder, &mut rules.initial_hold)?;
    gravity(coder, &mut rules.gravity)?;
    number(coder, &mut rules.soft_drop)?;
    lock_delay(coder, &mut rules.lock_delay)?;
    flag(coder, &mut rules.top_out.block_out)?;
    flag(coder, &mut rules.top_out.lock_out)?;
    flag(coder, &mut rules.top_out.partial_lock_out)?;
    flag(coder, &mut rules.top_out.garbage_out)?;
    let spins = [
        SpinRule::Off,
        SpinRule::ThreeCorner,
        SpinRule::AllMini,
        SpinRule::All,
    ];
    choice(coder, &mut rules.spins, &spins)?;
    number(coder, &mut rules.start_level)?;
    number(coder, &mut rules.lines_per_level)?;

    let score = &mut rules.score;
    numbers(coder, &mut score.lines)?;
    numbers(coder, &mut score.mini_spin)?;
    numbers(coder, &mut score.full_spin)?;
    flag(coder, &mut score.back_to_back)?;
    number(coder, &mut score.combo)?;
    numbers(coder, &mut score.perfect_clear)?;
    number(coder, &mut score.back_to_back_perfect_clear)?;
    flag(coder, &mut score.by_level)?;
    number(coder, &mut score.soft_drop)?;
    number(coder, &mut score.hard_drop)?;

    let attack = &mut rules.attack;
    numbers(coder, &mut attack.lines)?;
    numbers(coder, &mut attack.mini_spin)?;
    numbers(coder, &mut attack.full_spin)?;
    number(coder, &mut attack.back_to_back)?;
    number(coder, &mut attack.perfect_clear)?;
    numbers(coder, &mut attack.combo)?;

    let garbage = &mut rules.garbage;
    number(coder, &mut garbage.delay)?;
    number(coder, &mut garbage.cap)?;
    flag(coder, &mut garbage.blocking)?;
    flag(coder, &mut garbage.cancelling)?;
    number(coder, &mut garbage.messiness)
}

fn number<T>(coder: &mut impl Coder, value: &mut T) -> Result<(), ReplayError>
where
    T: Copy + Into<u64> + TryFrom<u64>,
{
    let mut coded = (*value).into();
    coder.code(&mut coded)?;
    *value = coded.try_into().map_err(|_| ReplayError::Damaged)?;
    Ok(())
}

fn numbers<T>(coder: &mut impl Coder, values: &mut [T]) -> Result<(), ReplayError>
where
    T: Copy + Into<u64> + TryFrom<u64>,
{
    values.iter_mut().try_for_each(|value| number(coder, value))
}

/// One of several, by its place among them.
fn choice<T>(coder: &mut impl Coder, value: &mut T, all: &[T]) -> Result<(), ReplayError>
where
    T: Copy + PartialEq,
{
    let place = all.iter().position(|other| other == value).unwrap_or(0);
    let mut coded = place as u64;
    coder.code(&mut coded)?;
    let found = usize::try_from(coded).ok().and_then(|place| all.get(place));
    *value = *found.ok_or(ReplayError::Damaged)?;
    Ok(())
}

fn flag(coder: &mut impl Coder, value: &mut bool) -> Result<(), ReplayError> {
    choice(coder, value, &[false, true])
}

/// The number of a randomizer from 1, or 0 and a sequence.
fn pieces(coder: &mut impl Coder, value: &mut PieceSource) -> Result<(), ReplayError> {
    let mut which = match value {
        PieceSource::Sequence(_) => 0,
        PieceSource::Random(kind) => *kind as u64 + 1,
    };
    coder.code(&mut which)?;
    if which > 0 {
        let kind = RandomizerKind::ALL.get(which as usize - 1);
        *value = PieceSource::Random(*kind.ok_or(ReplayError::Damaged)?);
        return Ok(());
    }
    let known = match value {
        PieceSource::Sequence(sequence) => sequence.pieces(),
        PieceSource::Random(_) => &[],
    };
    let mut count = known.len() as u64;
    coder.code(&mut count)?;
    if count > PieceSequence::MOST as u64 {
        return Err(ReplayError::Damaged);
    }
    let mut coded = Vec::new();
    for place in 0..count as usize {
        let mut piece = known.get(place).copied().unwrap_or(Piece::I);
        choice(coder, &mut piece, &Piece::ALL)?;
        coded.push(piece);
    }
    let sequence = PieceSequence::new(&coded).ok_or(ReplayError::Damaged)?;
    *value = PieceSource::Sequence(sequence);
    Ok(())
}

fn gravity(coder: &mut impl Coder, value: &mut Gravity) -> Result<(), ReplayError> {
    let (mut rows, mut ticks) = (0, 1);
    let mut which: u8 = match *value {
        Gravity::None => 0,
        Gravity::Guideline => 1,
        Gravity::Instant => 2,
        Gravity::Rows {
            rows: some,
            ticks: every,
        } => {
            (rows, ticks) = (some, every);
            3
        }
    };
    number(coder, &mut which)?;
    *value = match which {
        0 => Gravity::None,
        1 => Gravity::Guideline,
        2 => Gravity::Instant,
        3 => {
            number(coder, &mut rows)?;
            number(coder, &mut ticks)?;
            Gravity::Rows { rows, ticks }
        }
        _ => return Err(ReplayError::Damaged),
    };
    Ok(())
}

fn lock_delay(coder: &mut impl Coder, value: &mut LockDelay) -> Result<(), ReplayError> {
    let (mut ticks, mut moves) = (0, 0);
    let mut which: u8 = match *value {
        LockDelay::Instant => 0,
        LockDelay::Infinite => 1,
        LockDelay::Ticks { ticks: some, reset } => {
            ticks = some;
            match reset {
                LockReset::Fall => 2,
                LockReset::EveryMove => 3,
                LockReset::Moves(most) => {
                    moves = most;
                    4
                }
            }
        }
    };
    number(coder, &mut which)?;
    let reset = match which {
        0 | 1 => {
            *value = [LockDelay::Instant, LockDelay::Infinite][usize::from(which)];
            return Ok(());
        }
        2 => LockReset::Fall,
        3 => LockReset::EveryMove,
        4 => {
            number(coder, &mut moves)?;
            LockReset::Moves(moves)
        }
        _ => return Err(ReplayError::Damaged),
    };
    number(coder, &mut ticks)?;
    *value = LockDelay::Ticks { ticks, reset };
    Ok(())
}
