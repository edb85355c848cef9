//! The games of the run of now, for whoever wants to keep them.

use super::Session;
use crate::protocol::{GAME_FORMAT, GAME_VERSION, GameFile, GameInfo};

impl Session {
    /// The games that are kept of a run; `None` if it is not the run of now.
    pub(crate) fn games(&self, run: &str) -> Option<Vec<GameInfo>> {
        let inner = self.inner();
        let is_it = inner.live.status.run.as_deref() == Some(run);
        is_it.then(|| inner.live.games.list(0).games)
    }

    /// One of them as a file.
    pub(crate) fn game(&self, run: &str, game: u64) -> Option<GameFile> {
        let games = self.games(run)?;
        let info = games.iter().find(|info| info.game == game)?;
        let inner = self.inner();
        Some(GameFile {
            format: GAME_FORMAT.to_owned(),
            version: GAME_VERSION,
            title: match info.episode {
                Some(episode) => format!("Game {}", episode + 1),
                None => "Running game".to_owned(),
            },
            episode: info.episode.unwrap_or(0),
            over: info.episode.is_some(),
            config: inner.live.config.clone(),
            blocks: inner.live.games.whole(game)?,
        })
    }
}
