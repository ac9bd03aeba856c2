//! The logarithm of the gamma function, as far as the model needs it.
//!
//! Stirling's series after shifting the argument up: Abramowitz and Stegun 6.1.41.

/// From this argument on four terms of the series give ten digits.
const SERIES_FROM: f64 = 12.0;

/// ln Γ(x) for x > 0.
pub(super) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < SERIES_FROM {
        shift += x.ln();
        x += 1.0;
    }
    let square = x * x;
    let tail = (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square)
        / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + tail - shift
}

/// ln Γ(a + n) - ln Γ(a), the logarithm of the rising factorial.
pub(super) fn ln_gamma_ratio(a: f64, n: f64) -> f64 {
    ln_gamma(a + n) - ln_gamma(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factorials_and_a_half() {
        let mut factorial: f64 = 1.0;
        for n in 1..60 {
            factorial *= f64::from(n);
            let error = ln_gamma(f64::from(n) + 1.0) - factorial.ln();
            assert!(error.abs() < 1e-9, "{n}: {error}");
        }
        let half = ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln();
        assert!(half.abs() < 1e-9, "{half}");
    }

    #[test]
    fn ratio_is_the_sum_of_logarithms() {
        for a in [1e-3, 0.3, 7.5, 25.0] {
            let sum: f64 = (0..300).map(|i| (a + f64::from(i)).ln()).sum();
            assert!((ln_gamma_ratio(a, 300.0) - sum).abs() < 1e-8);
        }
    }
}
