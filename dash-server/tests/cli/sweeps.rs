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

/// Results of one plan are never shown as those of another.
#[test]
fn a_folder_of_another_plan_is_refused() {
    let place = folder();
    let place = place.path();
    let sweep = |plan: &str, more: &[&str]| {
        std::fs::write(place.join("plan.toml"), plan).expect("a plan");
        let args = ["sweep", "plan.toml", "--out", "out"];
        run(place, &[&args[..], more].concat())
    };
    let plan = "seeds = [1]\nsteps = 100\n[[variants]]\nname = \"a\"\nset = [\"scenario.ceiling=6\"]\n\
        [evaluation]\ngames = 2\nmax_pieces = 20\n";
    expect(&sweep(plan, &[]), 0, "tetris-dash report out");
    for (from, to, differs) in [
        (
            "steps = 100",
            "steps = 200",
            "trainer.total_steps is 100 there and 200 in the plan",
        ),
        (
            "ceiling=6",
            "ceiling=7",
            "scenario.ceiling is 6 there and 7 in the plan",
        ),
        (
            "games = 2",
            "games = 3",
            "evaluation.games is 2 there and 3 in the plan",
        ),
        (
            "max_pieces = 20",
            "",
            "evaluation.max_pieces is 20 there and not set in the plan",
        ),
    ] {
        for more in [&[][..], &["--job", "0"]] {
            let refused = sweep(&plan.replace(from, to), more);
            expect(
                &refused,
                2,
                &format!("out/a-1 is of another plan: {differs}. Choose another --out"),
            );
            assert!(refused.stdout.is_empty(), "{refused:?}");
        }
    }
    // A run that has only begun does not go on with other settings either.
    std::fs::remove_dir_all(place.join("out/a-1/evaluation")).expect("an evaluation");
    std::fs::remove_file(place.join("out/a-1/cost.json")).expect("the end of training");
    let refused = sweep(&plan.replace("ceiling=6", "ceiling=7"), &["--job", "0"]);
    expect(&refused, 2, "scenario.ceiling is 6 there and 7 in the plan");
    expect(&sweep(plan, &["--job", "0"]), 0, "lines, mean");
}

#[test]
fn a_plan_that_cannot_be_is_refused_before_anything_is_trained() {
    let place = folder();
    let place = place.path();
    let plan = "seeds = [1]\nsteps = 100\n[[variants]]\nname = \"a\"\n[[variants]]\nname = \"b\"\n\
        set = [\"agent.gama=1\"]\n[evaluation]\ngames = 2\n";
    std::fs::write(place.join("plan.toml"), plan).expect("a plan");
    let sweep = run(place, &["sweep", "plan.toml", "--out", "out"]);
    expect(&sweep, 2, "plan.toml: the variant \"b\": ");
    assert!(!place.join("out").exists());
}

#[test]
fn command_lines_that_are_printed_can_be_run() {
    let place = folder();
    let place = place.path();
    let plan = "seeds = [1]\nsteps = 100\n[evaluation]\ngames = 2\nmax_pieces = 9\n";
    std::fs::write(place.join("my plan.toml"), plan).expect("a plan");
    let sweep = |more: &str| run(place, &["sweep", "my plan.toml", "--out", "my runs", more]);
    let job = "tetris-dash sweep 'my plan.toml' --out 'my runs' --job 0\n";
    expect(&sweep("--list"), 0, job);
    let done = sweep("--jobs=1");
    expect(&done, 0, "tetris-dash report 'my runs'\n");
    expect(
        &done,
        0,
        " evaluate --model 'my runs/run-1' --max-pieces 100000\n",
    );
}
