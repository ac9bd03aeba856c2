//! What time it is, as the stamps of a log tell.

use crate::time::Timestamp;

/// Stamps that must be as late before it is believed to be that late: one line with a wrong clock, or
/// forged, would make all that follow too late.
const WITNESSES: usize = 3;

/// The latest stamps seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock {
    /// The latest, latest first.
    latest: [Option<Timestamp>; WITNESSES],
    /// What the caller said that it is.
    told: Option<Timestamp>,
}

impl Clock {
    /// Notes the stamp of a line.
    pub(super) fn see(&mut self, time: Timestamp) {
        let mut time = Some(time);
        for known in &mut self.latest {
            if time > *known {
                std::mem::swap(known, &mut time);
            }
        }
    }

    /// It is now at least that late.
    pub(super) fn tell(&mut self, now: Timestamp) {
        self.told = self.told.max(Some(now));
    }

    /// The time, if any is known.
    pub(super) fn now(&self) -> Option<Timestamp> {
        let [.., seen] = self.latest;
        seen.max(self.told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_stamps_from_the_future_are_not_believed() {
        let mut clock = Clock::default();
        for second in [9_000, 10, 30, 9_001, 20] {
            clock.see(Timestamp::from_seconds(second));
        }
        assert_eq!(clock.now(), Some(Timestamp::from_seconds(30)));
        clock.tell(Timestamp::from_seconds(5));
        assert_eq!(clock.now(), Some(Timestamp::from_seconds(30)));
        clock.tell(Timestamp::from_seconds(60));
        assert_eq!(clock.now(), Some(Timestamp::from_seconds(60)));
    }
}
