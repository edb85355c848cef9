//! What must hold for any bytes whatever. The fuzz targets call these functions, and so does the
//! test of their corpus.

use tetris_core::{
    Board, Controller, Event, Game, Gravity, HalfTurns, Input, LockDelay, LockReset, PackedBoard,
    Piece, PieceQueue, PieceSource, RandomizerKind, Recorder, Replay, ReplayError, RotationSystem,
    Rules, Spawn, SpinRule, Turn,
};

/// A replay that goes on for longer is read, but not played.
const MOST_TICKS: u64 = 10_000;

/// Bytes that someone says are a replay.
pub(crate) fn replay(bytes: &[u8]) {
    let _ = Replay::from_bytes(bytes);
    // Hardly any bytes have the right checksum by chance, and what is behind it must hold too.
    let sealed = sealed(bytes);
    match Replay::from_bytes(&sealed) {
        Ok(replay) => {
            assert_eq!(replay.to_bytes(), sealed, "there are two ways to write it");
            if replay.ticks() <= MOST_TICKS {
                match replay.play() {
                    Ok(game) => assert_eq!(game.rules(), replay.rules()),
                    Err(error) => assert_eq!(error, ReplayError::Diverged),
                }
            }
        }
        Err(error) => assert_eq!(error, ReplayError::Damaged),
    }
    recorded(bytes);
}

/// The bytes of a replay: version, contents, and the checksum of both. It is written down here
/// once more because files depend on it.
fn sealed(contents: &[u8]) -> Vec<u8> {
    let mut bytes = b"TRIS\x01".to_vec();
    bytes.extend_from_slice(contents);
    let mix = |mut word: u64| {
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    };
    let mut sum = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let word = u64::from_le_bytes(word) ^ 0x6a09_e667_f3bc_c908;
        sum = mix(sum.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ mix(word);
    }
    bytes.extend_from_slice(&mix(sum).to_le_bytes());
    bytes
}

/// The bytes as rules and keys: the game is taken down, written, read and played again.
fn recorded(bytes: &[u8]) {
    let mut bytes = bytes.iter().copied();
    let rules = rules(&mut || bytes.next().unwrap_or(0));
    let Ok(mut recorder) = Recorder::new(rules, 7) else {
        return;
    };
    for byte in bytes {
        let big = usize::from(byte >> 4);
        let go_on = match byte & 15 {
            key @ 0..=7 => recorder.press(Input::ALL[usize::from(key)]).is_ok(),
            8 => {
                recorder.set_soft_drop(big % 2 == 0);
                true
            }
            9 => {
                let turn = Turn::ALL.get(big % 4).copied();
                recorder.set_initial(turn, big > 7);
                true
            }
            10 => {
                recorder.receive_garbage(big as u16);
                true
            }
            _ => (0..big * big).all(|_| recorder.tick().is_ok()),
        };
        check(recorder.game());
        if !go_on {
            break;
        }
    }
    let (game, replay) = recorder.finish();
    let bytes = replay.to_bytes();
    let again = Replay::from_bytes(&bytes).expect("what was written is read");
    assert_eq!(again, replay);
    assert_eq!(again.play(), Ok(game));
    let ticks = again.events().map(|event| match event {
        Event::Ticks(ticks) => ticks,
        _ => 0,
    });
    assert_eq!(ticks.sum::<u64>(), again.ticks());
}

/// Any rules that there are.
fn rules(byte: &mut impl FnMut() -> u8) -> Rules {
    let mut rules = match byte() % 4 {
        0 => Rules::tetris_gymnasium(),
        1 => Rules::classic_research(),
        _ => Rules::guideline(),
    };
    let mut pick = |range: u8| usize::from(byte() % range);
    rules.width = 4 + pick(29) as u8;
    rules.height = 4 + pick(30) as u8;
    rules.hidden = pick(31) as u8;
    rules.pieces = RandomizerKind::ALL[pick(5)].into();
    rules.preview = pick(15) as u8;
    rules.rotation.system = [
        RotationSystem::NoKicks,
        RotationSystem::Srs,
        RotationSystem::SrsPlus,
    ][pick(3)];
    rules.rotation.half_turns = [HalfTurns::Off, HalfTurns::InPlace, HalfTurns::Kicked][pick(3)];
    rules.spawn = [Spawn::Guideline, Spawn::Above, Spawn::Box][pick(3)];
    rules.gravity = [
        Gravity::None,
        Gravity::Guideline,
        Gravity::Instant,
        Gravity::Rows { rows: 3, ticks: 2 },
    ][pick(4)];
    let ticks = pick(40) as u16;
    let delay = |reset| LockDelay::Ticks { ticks, reset };
    rules.lock_delay = [
        LockDelay::Instant,
        LockDelay::Infinite,
        delay(LockReset::Fall),
        delay(LockReset::Moves(2)),
        delay(LockReset::EveryMove),
    ][pick(5)];
    let spins = [
        SpinRule::Off,
        SpinRule::ThreeCorner,
        SpinRule::AllMini,
        SpinRule::All,
    ];
    rules.spins = spins[pick(4)];
    let outs = pick(16);
    rules.top_out.block_out = outs & 1 > 0;
    rules.top_out.lock_out = outs & 2 > 0;
    rules.top_out.partial_lock_out = outs & 4 > 0;
    rules.top_out.garbage_out = outs & 8 > 0;
    rules.garbage.delay = pick(4) as u16;
    rules.garbage.messiness = pick(101) as u8;
    rules
}

/// What holds in any game.
fn check(game: &Game) {
    let board = game.board();
    let Some(active) = game.active() else {
        assert!(game.is_over());
        return;
    };
    assert_eq!(board.full_rows(), 0, "a full row is left standing");
    for (x, y) in active.cells() {
        assert!(x < board.width() && y < board.height() && !board.get(x, y));
    }
    let ghost = game.ghost().expect("the game goes on");
    assert!(ghost.y <= active.y);
}

/// Text that someone says is a board, or pieces, or the name of something: the first byte is the
/// height of the board.
pub(crate) fn text(bytes: &[u8]) {
    let Some((&height, rest)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    if let Ok(board) = Board::from_rows(&text, height.into()) {
        assert_eq!(board.height(), usize::from(height));
        check_board(&board);
    }
    if let Ok(board) = text.parse::<Board>() {
        check_board(&board);
    }
    // Letters of pieces may be small, so what is written need not be what was read.
    if let Ok(queue) = text.parse::<PieceQueue>() {
        assert_eq!(queue.to_string().parse(), Ok(queue));
        assert_eq!(queue.iter().count(), queue.len());
    }
    if let Ok(pieces) = text.parse::<PieceSource>() {
        assert_eq!(pieces.to_string().parse(), Ok(pieces));
    }
    if let Ok(piece) = text.parse::<Piece>() {
        assert!(piece.to_string().eq_ignore_ascii_case(&text));
    }
    if let Ok(kind) = text.parse::<RandomizerKind>() {
        assert_eq!(kind.to_string(), text);
    }
    if let Ok(controller) = text.parse::<Controller>() {
        assert_eq!(controller.name(), text);
    }
}

fn check_board(board: &Board) {
    let again = Board::from_rows(&board.to_string(), board.height());
    assert_eq!(again.as_ref(), Ok(board));
    assert_eq!(format!("{board:#}").parse().as_ref(), Ok(board));
    assert_eq!(PackedBoard::from(board).unpack(), *board);
    let ceiling = board.height();
    for piece in Piece::ALL {
        for placement in board.hard_drops(piece, ceiling) {
            let (x, y) = (placement.column.into(), placement.row.into());
            assert!(board.fits(piece.shape(placement.rotation), x, y));
        }
    }
}
