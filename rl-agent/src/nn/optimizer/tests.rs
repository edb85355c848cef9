//! The optimisers against their papers.

use super::*;
use crate::rng::Rng;
use ndarray::array;

/// The papers' algorithms in `f64`, without the flush.
fn naive(kind: Optimizer, gradients: &[Vec<f64>], rate: f64) -> Vec<f64> {
    let n = gradients[0].len();
    let (mut w, mut m, mut v) = (vec![1.0; n], vec![0.0; n], vec![0.0; n]);
    for (t, gradient) in gradients.iter().enumerate() {
        for i in 0..n {
            let g = gradient[i];
            match kind {
                Optimizer::Adam { .. } | Optimizer::AdamW { .. } => {
                    if let Optimizer::AdamW { weight_decay, .. } = kind {
                        w[i] -= rate * f64::from(weight_decay) * w[i];
                    }
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    let m_hat = m[i] / (1.0 - 0.9f64.powi(t as i32 + 1));
                    let v_hat = v[i] / (1.0 - 0.999f64.powi(t as i32 + 1));
                    w[i] -= rate * m_hat / (v_hat.sqrt() + 1e-8);
                }
                Optimizer::RmsProp { .. } => {
                    v[i] = 0.95 * v[i] + 0.05 * g * g;
                    w[i] -= rate * g / (v[i].sqrt() + 0.01);
                }
                Optimizer::Sgd { momentum } => {
                    m[i] = f64::from(momentum) * m[i] + g;
                    w[i] -= rate * m[i];
                }
            }
        }
    }
    w
}

#[test]
fn all_follow_their_papers() {
    let mut rng = Rng::new(5, 0);
    let gradients: Vec<Vec<f64>> = (0..50)
        .map(|_| (0..37).map(|_| rng.normal()).collect())
        .collect();
    for kind in [
        Optimizer::default(),
        Optimizer::AdamW {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.1,
        },
        Optimizer::RmsProp {
            decay: 0.95,
            epsilon: 0.01,
        },
        Optimizer::Sgd { momentum: 0.0 },
        Optimizer::Sgd { momentum: 0.5 },
    ] {
        let mut optimizer = OptimizerState::new(kind, 37);
        let mut w = Array1::ones(37);
        for gradient in &gradients {
            let gradient: Array1<f32> = gradient.iter().map(|&g| g as f32).collect();
            optimizer.update(w.view_mut(), gradient.view(), 1e-2, Arch::new());
        }
        for (got, want) in w.iter().zip(naive(kind, &gradients, 1e-2)) {
            let off = (f64::from(*got) - want).abs();
            assert!(off < 1e-5, "{kind:?}: {got} for {want}");
        }
        assert_eq!(optimizer.steps(), 50);
    }
}

#[test]
fn moments_of_idle_weights_reach_zero_and_not_the_denormals() {
    let mut adam = OptimizerState::new(Optimizer::default(), 2);
    let mut w = array![0.0f32, 0.0];
    adam.update(
        w.view_mut(),
        array![1.0f32, 1e-18].view(),
        1e-3,
        Arch::new(),
    );
    for _ in 0..2_000 {
        adam.update(w.view_mut(), array![0.0f32, 0.0].view(), 1e-3, Arch::new());
        assert!(
            adam.first
                .iter()
                .chain(&adam.second)
                .all(|x| !x.is_subnormal())
        );
    }
    assert_eq!(adam.first, array![0.0, 0.0]);
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let error = Optimizer::Sgd { momentum: 1.0 }.validate().unwrap_err();
    assert_eq!(error.field, "optimizer.sgd.momentum");
    let rms = Optimizer::RmsProp {
        decay: 0.9,
        epsilon: 0.0,
    };
    assert_eq!(
        rms.validate().unwrap_err().field,
        "optimizer.rms_prop.epsilon"
    );
}

#[test]
fn clipping_keeps_the_direction() {
    let mut gradient = Array1::from_iter((0..13).map(|i| i as f32));
    let norm = clip_by_global_norm(gradient.view_mut(), Some(1.0));
    assert!((norm - 650f32.sqrt()).abs() < 1e-4);
    assert!((gradient.dot(&gradient).sqrt() - 1.0).abs() < 1e-6);
    assert!((gradient[12] / gradient[1] - 12.0).abs() < 1e-5);
    assert_eq!(
        clip_by_global_norm(gradient.view_mut(), Some(2.0)),
        clip_by_global_norm(gradient.view_mut(), None)
    );
}
