//! A person plays: the engine's key-press game, one for each client that asks, on the server's clock.

mod keys;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tetris_core::{Active, Game, Piece, PieceSequence, RandomizerKind, Rules, TopOut};

use crate::live::unix_micros;
use crate::outbox::{self, Kind, Outbox, Picture};
use crate::protocol::{ErrorCode, Key, PlayFrame, PlayStart, ServerMessage};
use crate::session::Refusal;
use keys::Keys;

/// A tick of the game: the engine counts sixty a second.
pub(crate) const TICK: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Clients that play at a time.
const MOST_PLAYERS: usize = 16;
/// Ticks in a row that are made up for when the server was busy; beyond that the game waited.
pub(crate) const MOST_LATE: u32 = 6;

/// A board to play on, and the pieces of the game to be compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Course {
    pub(crate) width: u8,
    pub(crate) height: u8,
    pub(crate) pieces: Vec<Piece>,
}

/// Everybody who plays.
#[derive(Debug, Default)]
pub(crate) struct Players {
    players: Mutex<Vec<Player>>,
}

#[derive(Debug)]
struct Player {
    client: Arc<Outbox>,
    game: Game,
    /// Number and course of the game that gave board and pieces.
    course: Option<(u64, Course)>,
    keys: Keys,
    /// Commands of keys that have been obeyed.
    heard: u64,
    /// What the client was told last.
    told: Option<PlayFrame>,
}

impl Players {
    /// Begins a game for a client, in place of the one it was playing.
    pub(crate) fn start(
        &self,
        client: &Arc<Outbox>,
        start: &PlayStart,
        course: Option<Course>,
    ) -> Result<(), Refusal> {
        let course = start.game.zip(course);
        let rules = rules(course.as_ref().map(|(_, course)| course));
        let mut game = Game::new(rules, unix_micros())
            .map_err(|error| Refusal::new(ErrorCode::Internal, error.to_string()))?;
        game.set_colours(true);
        let mut players = self.players();
        players.retain(|player| !Arc::ptr_eq(&player.client, client));
        if players.len() >= MOST_PLAYERS {
            return Err(Refusal::new(
                ErrorCode::Busy,
                format!("{MOST_PLAYERS} others are playing; try again when one has left"),
            ));
        }
        let mut player = Player {
            client: client.clone(),
            game,
            course,
            keys: Keys::new(start.das, start.arr),
            heard: 0,
            told: None,
        };
        player.tell();
        players.push(player);
        Ok(())
    }

    /// The course of the game of this number, if the client is playing on it.
    pub(crate) fn course(&self, client: &Arc<Outbox>, number: u64) -> Option<Course> {
        let players = self.players();
        let mut own = players
            .iter()
            .filter(|player| Arc::ptr_eq(&player.client, client));
        let (game, course) = own.next()?.course.as_ref()?;
        (*game == number).then(|| course.clone())
    }

    /// A key of a client's game went down or up.
    pub(crate) fn key(&self, client: &Arc<Outbox>, key: Key, down: bool) -> Result<(), Refusal> {
        let mut players = self.players();
        let player = players
            .iter_mut()
            .find(|player| Arc::ptr_eq(&player.client, client))
            .ok_or_else(|| Refusal::new(ErrorCode::NotPlaying, "you are not playing"))?;
        player.heard += 1;
        player.keys.turn(&mut player.game, key, down);
        // At once, and not with the next tick: this is what a hand waits for.
        player.tell();
        Ok(())
    }

    /// A client plays no longer, or is gone.
    pub(crate) fn stop(&self, client: &Arc<Outbox>) {
        self.players()
            .retain(|player| !Arc::ptr_eq(&player.client, client));
    }

    /// Whether there is anybody to tick for.
    pub(crate) fn is_empty(&self) -> bool {
        self.players().is_empty()
    }

    /// Lets a sixtieth of a second pass in every game.
    pub(crate) fn tick(&self) {
        for player in self.players().iter_mut() {
            player.keys.tick(&mut player.game);
            // A game that is over stays as it is.
            let _ = player.game.tick();
            player.tell();
        }
    }

    /// Games are changed by calls that do not panic, so none is left half done.
    fn players(&self) -> MutexGuard<'_, Vec<Player>> {
        self.players.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Player {
    /// Sends the game if it looks different from what was sent.
    fn tell(&mut self) {
        let frame = picture(&self.game, self.heard);
        if self.told.as_ref() != Some(&frame) {
            let message = ServerMessage::Play(Box::new(frame.clone()));
            let kind = Kind::Latest(Picture::Play);
            self.client.send(&[(kind, outbox::binary(&message))]);
            self.told = Some(frame);
        }
    }
}

/// The guideline's rules on the board and with the pieces of a course.
fn rules(course: Option<&Course>) -> Rules {
    let mut rules = Rules::guideline();
    if let Some(course) = course {
        rules.width = course.width;
        rules.height = course.height;
        rules.hidden = rules.hidden.min(64 - course.height);
        rules.pieces = match PieceSequence::new(&course.pieces) {
            Some(sequence) => tetris_core::PieceSource::Sequence(sequence),
            None => RandomizerKind::Bag7.into(),
        };
    }
    rules
}

fn picture(game: &Game, keys: u64) -> PlayFrame {
    let rules = game.rules();
    let (width, height) = (usize::from(rules.width), usize::from(rules.height));
    let cell = |x, y| game.colours().map_or(0, |colours| colours.get(x, y));
    let cells: Vec<u8> = (0..height)
        .rev()
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| cell(x, y))
        .collect();
    // What is above the visible rows is not drawn.
    let visible = |active: Option<Active>| -> Vec<u8> {
        let cells = active.into_iter().flat_map(|active| active.cells());
        cells
            .filter(|&(_, y)| y < height)
            .flat_map(|(x, y)| (((height - 1 - y) * width + x) as u16).to_le_bytes())
            .collect()
    };
    PlayFrame {
        width: rules.width,
        height: rules.height,
        cells: cells.into(),
        piece: game.active().map_or(0, |active| active.piece.cell()),
        active: visible(game.active()).into(),
        ghost: visible(game.ghost()).into(),
        hold: game.held().map_or(0, Piece::cell),
        can_hold: game.can_hold(),
        next: game.queue().map(Piece::cell).collect::<Vec<_>>().into(),
        lines: game.lines().into(),
        pieces: game.pieces().into(),
        score: game.score(),
        level: game.level().into(),
        over: game.top_out().map(|top_out| {
            match top_out {
                TopOut::BlockOut => "there was no room for the next piece",
                TopOut::LockOut => "a piece came to rest above the board",
                _ => "the stack was pushed out of the board",
            }
            .to_owned()
        }),
        keys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_gives_board_and_pieces() {
        let pieces = vec![Piece::T, Piece::O, Piece::I];
        let rules = rules(Some(&Course {
            width: 8,
            height: 60,
            pieces,
        }));
        let game = Game::new(rules, 1).unwrap();
        let frame = picture(&game, 3);
        assert_eq!((frame.width, frame.height, frame.cells.len()), (8, 60, 480));
        assert_eq!((frame.piece, frame.keys), (Piece::T.cell(), 3));
        let next: Vec<u8> = [Piece::O, Piece::I, Piece::T, Piece::O, Piece::I]
            .map(Piece::cell)
            .into();
        assert_eq!(
            frame.next.into_vec(),
            next,
            "the pieces come again and again"
        );
    }

    #[tokio::test]
    async fn a_course_lasts_as_long_as_it_is_played() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (_read, write) = stream.into_split();
        let client = Arc::new(Outbox::new(write, crate::Limits::default()));
        let course = Course {
            width: 10,
            height: 20,
            pieces: vec![Piece::T],
        };
        let start = PlayStart {
            game: Some(7),
            das: 167,
            arr: 33,
        };
        let players = Players::default();
        players
            .start(&client, &start, Some(course.clone()))
            .unwrap();
        assert_eq!(players.course(&client, 8), None);
        assert_eq!(players.course(&client, 7), Some(course));
        players.stop(&client);
        assert_eq!(players.course(&client, 7), None);
    }

    #[test]
    fn a_picture_shows_what_is_on_the_visible_board() {
        let mut game = Game::new(rules(None), 4).unwrap();
        game.set_colours(true);
        let _ = game.press(tetris_core::Input::HardDrop).unwrap();
        for _ in 0..120 {
            game.tick().unwrap();
        }
        let frame = picture(&game, 0);
        assert_eq!(frame.cells.iter().filter(|&&cell| cell != 0).count(), 4);
        assert_eq!((frame.active.len(), frame.ghost.len()), (8, 8));
        assert_ne!(frame.active, frame.ghost);
        assert_eq!((frame.pieces, frame.over), (1, None));
    }
}
