//! Adam and gradient clipping.

use ndarray::{Array1, ArrayView1, ArrayViewMut1, Zip};
use pulp::Arch;
use serde::{Deserialize, Serialize};

/// Moments smaller than this become zero. The first moment of a weight whose gradient stays zero otherwise decays into
/// the denormal range and makes every pass over it many times slower.
const TINY: f32 = 1e-30;

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    beta1: f32,
    beta2: f32,
    epsilon: f32,
    step: u64,
    first: Array1<f32>,
    second: Array1<f32>,
}

impl Adam {
    /// The paper's beta1 = 0.9 and beta2 = 0.999, with epsilon = 1e-8, for `parameters` parameters.
    pub fn new(parameters: usize) -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            step: 0,
            first: Array1::zeros(parameters),
            second: Array1::zeros(parameters),
        }
    }

    /// Number of updates made.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// Moves `parameters` against `gradient`, about `learning_rate` each.
    ///
    /// # Panics
    /// If a length is not the one that `self` was made for, or an array is not contiguous.
    pub fn update(
        &mut self,
        mut parameters: ArrayViewMut1<'_, f32>,
        gradient: ArrayView1<'_, f32>,
        learning_rate: f64,
        arch: Arch,
    ) {
        assert_eq!(parameters.len(), self.first.len(), "number of parameters");
        assert_eq!(gradient.len(), self.first.len(), "length of the gradient");
        self.step += 1;
        // In f64: 1 - beta2^t of the first steps has few correct digits in f32.
        let age = self.step.min(1 << 20) as i32;
        let correction1 = 1.0 - f64::from(self.beta1).powi(age);
        let correction2 = 1.0 - f64::from(self.beta2).powi(age);
        let rate = (learning_rate / correction1) as f32;
        let scale = (1.0 / correction2.sqrt()) as f32;
        let (beta1, beta2, epsilon) = (self.beta1, self.beta2, self.epsilon);
        let parameters = parameters.as_slice_mut().expect("contiguous parameters");
        let gradient = gradient.to_slice().expect("a contiguous gradient");
        let first = self.first.as_slice_mut().expect("one contiguous array");
        let second = self.second.as_slice_mut().expect("one contiguous array");
        arch.dispatch(|| {
            for (((w, &g), m), v) in parameters.iter_mut().zip(gradient).zip(first).zip(second) {
                let m1 = beta1 * *m + (1.0 - beta1) * g;
                let v1 = beta2 * *v + (1.0 - beta2) * g * g;
                *m = if m1.abs() < TINY { 0.0 } else { m1 };
                *v = if v1 < TINY { 0.0 } else { v1 };
                *w -= rate * *m / (v.sqrt() * scale + epsilon);
            }
        });
    }
}

/// Scales `gradient` down to the Euclidean norm `limit` if it is longer (Pascanu et al., "On the difficulty of training
/// recurrent neural networks", 2013). Returns its norm before that.
pub fn clip_by_global_norm(mut gradient: ArrayViewMut1<'_, f32>, limit: Option<f32>) -> f32 {
    // Eight partial sums, so that the additions do not wait for each other.
    let mut sums = [0.0f32; 8];
    let slice = gradient.as_slice().expect("a contiguous gradient");
    let (chunks, rest) = slice.as_chunks::<8>();
    for chunk in chunks {
        Zip::from(&mut sums[..])
            .and(&chunk[..])
            .for_each(|sum, &g| *sum += g * g);
    }
    let norm = (sums.iter().sum::<f32>() + rest.iter().map(|g| g * g).sum::<f32>()).sqrt();
    if let Some(limit) = limit
        && norm > limit
    {
        gradient *= limit / norm;
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use ndarray::array;

    /// The paper's algorithm 1 in `f64`, without the flush.
    fn naive(gradients: &[Vec<f64>], rate: f64) -> Vec<f64> {
        let n = gradients[0].len();
        let (mut w, mut m, mut v) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for (t, gradient) in gradients.iter().enumerate() {
            for i in 0..n {
                m[i] = 0.9 * m[i] + 0.1 * gradient[i];
                v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
                let m_hat = m[i] / (1.0 - 0.9f64.powi(t as i32 + 1));
                let v_hat = v[i] / (1.0 - 0.999f64.powi(t as i32 + 1));
                w[i] -= rate * m_hat / (v_hat.sqrt() + 1e-8);
            }
        }
        w
    }

    #[test]
    fn follows_the_paper() {
        let mut rng = Rng::new(5, 0);
        let gradients: Vec<Vec<f64>> = (0..50)
            .map(|_| (0..37).map(|_| rng.normal()).collect())
            .collect();
        let mut adam = Adam::new(37);
        let mut w = Array1::zeros(37);
        for gradient in &gradients {
            let gradient: Array1<f32> = gradient.iter().map(|&g| g as f32).collect();
            adam.update(w.view_mut(), gradient.view(), 1e-2, Arch::new());
        }
        for (got, want) in w.iter().zip(naive(&gradients, 1e-2)) {
            assert!((f64::from(*got) - want).abs() < 1e-5, "{got} for {want}");
        }
    }

    #[test]
    fn moments_of_idle_weights_reach_zero_and_not_the_denormals() {
        let mut adam = Adam::new(2);
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
}
