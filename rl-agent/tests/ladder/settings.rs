//! Settings that make no sense.

use super::*;

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let refused = |config: AfterstateDqnConfig| {
        AfterstateDqn::new(Ladder::new().model(), config, 0)
            .unwrap_err()
            .to_string()
    };
    let base = AfterstateDqnConfig::default;
    assert_eq!(
        refused(AfterstateDqnConfig {
            gamma: 1.5,
            ..base()
        }),
        "gamma = 1.5 makes no sense: expected a number in [0, 1]"
    );
    assert_eq!(
        refused(AfterstateDqnConfig {
            batch_size: 64,
            buffer_capacity: 63,
            ..base()
        }),
        "buffer_capacity = 63 makes no sense: expected at least batch_size (64)"
    );
    for (config, field) in [
        (
            AfterstateDqnConfig {
                buffer_capacity: 1 << 50,
                prioritized: Some(Prioritized {
                    alpha: 0.5,
                    beta: Schedule::Constant(1.0),
                    epsilon: 1e-6,
                }),
                ..base()
            },
            "buffer_capacity",
        ),
        (
            AfterstateDqnConfig {
                hidden: vec![],
                ..base()
            },
            "hidden",
        ),
        (
            AfterstateDqnConfig {
                hidden: vec![8, 0],
                ..base()
            },
            "hidden",
        ),
        (
            AfterstateDqnConfig {
                objective: Objective::Survival,
                backup: Backup::Sampled,
                ..base()
            },
            "backup",
        ),
        (
            AfterstateDqnConfig {
                gamma: f64::NAN,
                ..base()
            },
            "gamma",
        ),
        (
            AfterstateDqnConfig {
                learning_rate: Schedule::Constant(0.0),
                ..base()
            },
            "learning_rate",
        ),
        (
            AfterstateDqnConfig {
                epsilon: Schedule::Constant(1.1),
                ..base()
            },
            "epsilon",
        ),
        (
            AfterstateDqnConfig {
                batch_size: 0,
                ..base()
            },
            "batch_size",
        ),
        (
            AfterstateDqnConfig {
                learning_starts: 3,
                ..base()
            },
            "learning_starts",
        ),
        (
            AfterstateDqnConfig {
                update_every: 0,
                ..base()
            },
            "update_every",
        ),
        (
            AfterstateDqnConfig {
                target: TargetUpdate::Soft { tau: 0.0 },
                ..base()
            },
            "target",
        ),
        (
            AfterstateDqnConfig {
                loss: Loss::Huber { delta: -1.0 },
                ..base()
            },
            "loss",
        ),
    ] {
        assert!(refused(config).starts_with(field), "{field}");
    }
}
