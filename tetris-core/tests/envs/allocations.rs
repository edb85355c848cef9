//! A step allocates nothing: counted.

#![expect(unsafe_code, reason = "a global allocator can be had in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::{Actions, env};
use tetris_core::{DELLACHERIE, MoveEnv, Observation, Part, PerLine, Rules};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn steps_resets_and_clones_do_not_allocate() {
    for rules in [
        Rules::guideline(),
        Rules::tetris_gymnasium(),
        Rules::classic_research(),
    ] {
        let rules = Rules {
            preview: 5,
            ..rules
        };
        let mut env = env(rules);
        let mut numbers = vec![0.0f32; env.observation().len()];
        let mut actions = Actions::new(6);
        let before = COUNT.with(Cell::get);
        for seed in 0..3_000 {
            if env.step(actions.next()).expect("goes on").terminated {
                env.reset(seed);
            }
            env.observe(&mut numbers);
            let _ = env.game().clone().position_hash();
        }
        assert_eq!(COUNT.with(Cell::get), before);
    }
}

/// Boards that do not fit into the value, and colours, are emptied and used again.
#[test]
fn neither_do_wide_and_coloured_games() {
    let rules = Rules {
        width: 20,
        ..Rules::guideline()
    };
    let mut env = env(rules);
    env.set_colours(true);
    let mut actions = Actions::new(7);
    let before = COUNT.with(Cell::get);
    let mut games = 0;
    for seed in 0..6_000 {
        if env.step(actions.next()).expect("goes on").terminated {
            env.reset(seed);
            games += 1;
        }
    }
    assert_eq!(COUNT.with(Cell::get), before);
    assert!(games > 5, "{games}");
    let colours = env.game().colours().expect("they stay on");
    let full = env
        .game()
        .board()
        .columns()
        .iter()
        .map(|column| column.count_ones() as usize);
    let coloured = colours.rows().flatten().filter(|&&cell| cell != 0).count();
    assert_eq!(coloured, full.sum::<usize>());
}

#[test]
fn moves_and_their_outcomes_do_not_allocate() {
    let rules = Rules::guideline();
    let observation = Observation::new(&rules, &[Part::Board]).expect("no preview asked for");
    let mut env = MoveEnv::new(rules, observation, PerLine(1.0)).expect("fine rules");
    let mut legal = vec![false; env.action_count()];
    let before = COUNT.with(Cell::get);
    let mut lines = 0;
    for seed in 0..200 {
        env.legal_actions(&mut legal);
        let mut best = (f32::NEG_INFINITY, 0);
        env.outcomes(&mut |outcome| {
            let value = DELLACHERIE.value(&outcome.features());
            if value > best.0 {
                best = (value, outcome.action);
            }
        });
        assert!(legal[best.1]);
        let step = env.step(best.1).expect("a legal action");
        lines += step.locked.map_or(0, |locked| locked.clear.lines);
        if step.terminated {
            env.reset(seed);
        }
    }
    assert_eq!(COUNT.with(Cell::get), before);
    assert!(lines > 50, "only {lines} lines of 200 pieces");
}
