//! The product against the schoolbook.

use super::*;
use crate::rng::Rng;

fn random(rng: &mut Rng, len: usize) -> Vec<f32> {
    (0..len).map(|_| rng.normal() as f32).collect()
}

#[test]
fn equals_the_schoolbook_product_for_every_shape() {
    let mut rng = Rng::new(7, 0);
    for m in [1, 2, 4, 5, 8, 9, 13, 16] {
        for k in [1, 3, 9, 32, 77] {
            for n in [1, 2, 7, 8, 16, 17, 31, 32, 40, 65, 129] {
                check(&mut rng, m, k, n);
            }
        }
    }
}

#[test]
fn many_rows_go_past_copied_strips_to_the_same_result() {
    let mut rng = Rng::new(6, 0);
    for m in [64, 71] {
        // Both beside what a copy holds.
        for k in [40, 256, 300] {
            for n in [24, 31, 40, 48, 64, 81, 128] {
                check(&mut rng, m, k, n);
            }
        }
    }
}

fn check(rng: &mut Rng, m: usize, k: usize, n: usize) {
    let (a, b, bias) = (random(rng, m * k), random(rng, k * n), random(rng, n));
    let transposed: Vec<f32> = (0..m * k).map(|i| a[i % m * k + i / m]).collect();
    for relu in [false, true] {
        let expected: Vec<f32> = (0..m * n)
            .map(|i| {
                let sum: f64 = (0..k)
                    .map(|p| f64::from(a[i / n * k + p]) * f64::from(b[p * n + i % n]))
                    .sum();
                let sum = (sum + f64::from(bias[i % n])) as f32;
                if relu { sum.max(0.0) } else { sum }
            })
            .collect();
        for left in [Left::Rows(&a), Left::Columns(&transposed)] {
            let mut c = vec![f32::NAN; m * n];
            Product {
                m,
                k,
                n,
                a: left,
                b: &b,
                start: Start::Bias(&bias),
                relu,
                c: &mut c,
            }
            .run(Arch::new());
            for (got, want) in c.iter().zip(&expected) {
                assert!(
                    (got - want).abs() <= 1e-5 * (k as f32).sqrt().max(1.0 + want.abs()),
                    "{m}x{k}x{n}: {got} for {want}"
                );
            }
        }
    }
}

#[test]
fn part_by_part_it_is_the_same_to_the_bit() {
    let mut rng = Rng::new(10, 0);
    for (m, n) in [(3, 40), (13, 7), (64, 24), (71, 81), (200, 128)] {
        let (first, k) = (130, 300);
        let (a, b) = (random(&mut rng, k * m), random(&mut rng, k * n));
        let product = |rows: Range<usize>, start, c: &mut [f32]| {
            Product {
                m,
                k: rows.len(),
                n,
                a: Left::Columns(&a[rows.start * m..rows.end * m]),
                b: &b[rows.start * n..rows.end * n],
                start,
                relu: false,
                c,
            }
            .run(Arch::new());
        };
        let (mut whole, mut parts) = (vec![f32::NAN; m * n], vec![f32::NAN; m * n]);
        product(0..k, Start::Zero, &mut whole);
        product(0..first, Start::Zero, &mut parts);
        assert_ne!(parts, whole);
        product(first..k, Start::Result, &mut parts);
        assert_eq!(parts, whole, "{m} x {n}");
    }
}

#[test]
fn transposing_twice_changes_nothing() {
    let mut rng = Rng::new(9, 0);
    for (rows, columns) in [(1, 1), (3, 40), (128, 40), (17, 33)] {
        let matrix = random(&mut rng, rows * columns);
        let (mut once, mut twice) = (vec![0.0; matrix.len()], vec![0.0; matrix.len()]);
        transpose(&matrix, columns, &mut once);
        assert_eq!(once[rows.min(2) - 1], matrix[(rows.min(2) - 1) * columns]);
        transpose(&once, rows, &mut twice);
        assert_eq!(twice, matrix);
    }
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    for (rows, k, n) in [(13, 9, 32), (70, 300, 56)] {
        check_rows(rows, k, n);
    }
}

fn check_rows(rows: usize, k: usize, n: usize) {
    let mut rng = Rng::new(8, 0);
    let (a, b) = (random(&mut rng, rows * k), random(&mut rng, k * n));
    let mut all = vec![0.0; rows * n];
    let product = |a: &[f32], c: &mut [f32]| {
        let m = a.len() / k;
        Product {
            m,
            k,
            n,
            a: Left::Rows(a),
            b: &b,
            start: Start::Zero,
            relu: false,
            c,
        }
        .run(Arch::new());
    };
    product(&a, &mut all);
    for row in 0..rows {
        let mut alone = vec![0.0; n];
        product(&a[row * k..(row + 1) * k], &mut alone);
        assert_eq!(alone, all[row * n..(row + 1) * n]);
    }
}
