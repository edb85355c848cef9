//! Streams of pieces, and what is known of them.

use proptest::prelude::*;
use tetris_core::{Odds, Piece, Randomizer, RandomizerKind};

use crate::strategies::kinds;

proptest! {
    /// What comes had a chance, and the chances are those of the kind.
    #[test]
    fn odds_tell_what_can_come(kind in kinds(), seed: u64, draws in 1..100usize) {
        let mut stream = Randomizer::new(kind, seed);
        let mut drawn: Vec<Piece> = Vec::new();
        for _ in 0..draws {
            let odds = stream.odds();
            let sum: f32 = odds.chances().iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-6);
            for piece in Piece::ALL {
                let since = |bag: usize| drawn.len() - drawn.len() % bag;
                let taken = |bag| drawn[since(bag)..].iter().filter(|&&p| p == piece).count() as u32;
                let expected = match kind {
                    RandomizerKind::Uniform => 1,
                    RandomizerKind::Bag7 => 1 - taken(7),
                    RandomizerKind::Bag14 => 2 - taken(14),
                    RandomizerKind::Nes => match drawn.last() {
                        None => 1,
                        Some(&last) if last == piece => 2,
                        Some(_) => 9,
                    },
                    RandomizerKind::Snakes => {
                        let snake = matches!(piece, Piece::S | Piece::Z);
                        u32::from(snake && drawn.last() != Some(&piece))
                    }
                };
                prop_assert_eq!(odds.weight(piece), expected);
            }
            let piece = stream.draw();
            prop_assert!(odds.weight(piece) > 0);
            drawn.push(piece);
        }
    }

    #[test]
    fn a_stream_goes_on_where_it_was_written(kind in kinds(), seed: u64, draws in 0..40usize) {
        let mut stream = Randomizer::new(kind, seed);
        for _ in 0..draws {
            stream.draw();
        }
        let json = serde_json::to_string(&stream).expect("writes");
        let mut again: Randomizer = serde_json::from_str(&json).expect("reads");
        for _ in 0..40 {
            prop_assert_eq!(again.odds(), stream.odds());
            prop_assert_eq!(again.draw(), stream.draw());
        }
    }

    #[test]
    fn odds_are_their_weights(weights: [u8; 7]) {
        let fine = weights.iter().all(|&weight| weight < 16) && weights != [0; 7];
        let odds = Odds::from_weights(weights);
        prop_assert_eq!(odds.is_some(), fine);
        let low = weights.map(|weight| weight % 16);
        if let Some(odds) = Odds::from_weights(low) {
            prop_assert_eq!(odds.weights(), low);
            prop_assert_eq!(odds.total(), low.iter().map(|&weight| u32::from(weight)).sum::<u32>());
        }
    }
}
