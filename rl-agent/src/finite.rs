//! Numbers that are none.

/// The first of `numbers` that is not finite.
pub(crate) fn not_finite(numbers: &[f32]) -> Option<f32> {
    // Nearly always there is none: in a loop that goes to the end the compiler looks at many at a time.
    let any = numbers
        .iter()
        .fold(false, |any, number| any | !number.is_finite());
    let mut none = numbers.iter().copied().filter(|number| !number.is_finite());
    if any { none.next() } else { None }
}
