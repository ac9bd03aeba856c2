//! Random numbers from a seed, the same on every machine.
//!
//! Integer arithmetic only (`SplitMix64`), and divisions in Zipf's law: no function of a system's maths
//! library, whose last bit may differ.

/// Mixes the bits of `value` well: the finaliser of `SplitMix64`.
pub(super) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Mixes two values.
pub(super) const fn mix2(a: u64, b: u64) -> u64 {
    mix(mix(a) ^ b)
}

/// A number below `n`, from the upper half of mixed bits.
pub(super) const fn below(bits: u64, n: u32) -> u32 {
    (((bits >> 32) * n as u64) >> 32) as u32
}

/// A sequence of random numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Random {
        Random(mix(seed))
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `n`.
    pub(super) const fn below(&mut self, n: u32) -> u32 {
        below(self.next(), n)
    }

    /// True in `n` of 1000 cases.
    pub(super) const fn per_mille(&mut self, n: u32) -> bool {
        self.below(1000) < n
    }
}

/// Picks a rank by Zipf's law (the share of rank r falls as 1 / (r + 3)), by one table lookup.
#[derive(Debug)]
pub(super) struct Zipf(Vec<u32>);

impl Zipf {
    const SLOTS: u32 = 1 << 17;

    pub(super) fn new(ranks: u32) -> Zipf {
        let weight = |rank: u32| 1.0 / f64::from(rank + 3);
        let total: f64 = (0..ranks).map(weight).sum();
        let mut slots = Vec::with_capacity(Zipf::SLOTS as usize);
        let mut rank = 0;
        let mut reached = weight(0);
        for slot in 0..Zipf::SLOTS {
            let place = (f64::from(slot) + 0.5) / f64::from(Zipf::SLOTS) * total;
            while reached < place && rank + 1 < ranks {
                rank += 1;
                reached += weight(rank);
            }
            slots.push(rank);
        }
        Zipf(slots)
    }

    pub(super) fn pick(&self, bits: u64) -> u32 {
        self.0[below(bits, Zipf::SLOTS) as usize]
    }
}
