//! Tails of the binomial law.

/// The chance that at least k of n happen when each does with probability p.
pub(crate) fn at_least(k: usize, n: usize, p: f64) -> f64 {
    if p >= 1.0 {
        return 1.0;
    }
    // The terms of the tail, each from the one before. Beyond the mean they fall, and soon add nothing.
    let mut term = (0..k).fold(0.0, |ln: f64, i| {
        ln + ((n - i.min(n)) as f64 / (i + 1) as f64).ln() + p.ln()
    }) + n.saturating_sub(k) as f64 * (1.0 - p).ln();
    let mut sum = 0.0;
    for i in k..=n {
        sum += term.exp();
        if i as f64 > n as f64 * p && term.exp() < sum * f64::EPSILON {
            break;
        }
        term += ((n - i) as f64 / (i + 1) as f64).ln() + (p / (1.0 - p)).ln();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_of_the_binomial_law() {
        let cases = [
            (0, 5, 0.3, 1.0),
            (1, 2, 0.5, 0.75),
            (3, 3, 0.1, 0.001),
            (3, 10, 0.03, 0.002_765),
            (25, 25, 0.03, 8.5e-39),
            (2, 2, 1.0, 1.0),
        ];
        assert_eq!(cases.len(), 6);
        for (k, n, p, expected) in cases {
            let found = at_least(k, n, p);
            assert!(
                (found - expected).abs() <= 0.01 * expected,
                "{k} of {n}: {found}"
            );
        }
    }
}
