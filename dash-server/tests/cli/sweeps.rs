//! Sweeps: plans, jobs, and what of them is done, refused or gone on with.

use super::{expect, folder, run};

#[test]
fn a_sweep_trains_and_judges_every_variant_with_every_seed_once() {
    let place = folder();
    let set = "set = [\"scenario.ceiling=6\", \"agent.learning_starts=64\", \"agent.buffer_capacity=2000\", \"trainer.evaluate_every=1000\"]";
    let plan = format!(
        "seeds = [1, 2]\nsteps = 300\n[[variants]]\nname = \"a\"\n{set}\n[evaluation]\ngames = 3\nmax_pieces = 20\n"
    );
    std::fs::write(place.path().join("plan.toml"), plan).expect("a plan");
    let sweep = |more: &[&str]| {
        let args = ["sweep", "plan.toml", "--out", "out"];
        run(place.path(), &[&args[..], more].concat())
    };
    expect(
        &sweep(&["--list"]),
        0,
        "tetris-dash sweep plan.toml --out out --job 1\n",
    );
    expect(
        &sweep(&["--list", "--threads", "3"]),
        0,
        "tetris-dash sweep plan.toml --out out --job 1 --threads 3\n",
    );
    expect(
        &sweep(&["--job", "2"]),
        2,
        "the jobs of plan.toml are 0 to 1",
    );
    expect(&sweep(&["--job", "1"]), 0, "games                       3");
    expect(&sweep(&["--job", "1"]), 0, "out/a-2 is done");
    expect(&sweep(&["--jobs", "2"]), 0, "tetris-dash report out");
    let table = run(place.path(), &["report", "out"]);
    expect(&table, 0, "| a-1 | 10x20 | 3 |");
    expect(&table, 0, "| **a**, median of 2 |");
}

/// A model that knows the piece on hold and the next ones is judged in games where they are known, with the pieces of its
/// training.
#[test]
fn a_sweep_judges_by_the_pieces_that_are_known_in_training() {
    let place = folder();
    let plan = "seeds = [1]\nsteps = 100\n[[variants]]\nname = \"a\"\nset = [\"environment.pieces=bag7\", \
        \"environment.hold=true\", \"environment.preview=2\", \"scenario.ceiling=6\"]\n\
        [evaluation]\ngames = 2\nmax_pieces = 20\n";
    std::fs::write(place.path().join("plan.toml"), plan).expect("a plan");
    let sweep = run(place.path(), &["sweep", "plan.toml", "--out", "out"]);
    expect(&sweep, 0, "tetris-dash report out");
    let games = std::fs::read_to_string(place.path().join("out/a-1/evaluation/evaluation.json"));
    let games = games.expect("what was evaluated");
    assert!(games.contains("bag7"), "{games}");
}
