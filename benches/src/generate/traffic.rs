//! The simulation: messages arrive, are tried, tried again and leave.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use super::answer::{Answer, Exchange};
use super::log::{HOSTS, Kind, Log, OFFSET_S, Program, SECOND};
use super::other::{self, client, sender};
use super::queue::{LIFETIME, Message, QueueId, Step};
use super::random::{Random, Zipf, mix, mix2};
use super::world::World;
use super::{Options, ScriptedOutage, Written};

/// Most recipients of a message: one bit each in [`Message::pending`].
const RECIPIENTS: u32 = 8;

/// A failure that gives a destination a rest, as one sending host remembers it.
#[derive(Debug, Clone, Copy)]
struct Rest {
    until: i64,
    answer: Answer,
}

/// One recipient of a message.
#[derive(Debug, Clone, Copy)]
struct Recipient {
    destination: usize,
    user: u32,
    bits: u64,
}

#[derive(Debug)]
pub(super) struct Traffic<W> {
    options: Options,
    log: Log<W>,
    world: World,
    zipf: Zipf,
    random: Random,
    queue: BinaryHeap<Reverse<Message>>,
    rests: Vec<Rest>,
    outages: Vec<ScriptedOutage>,
    start: i64,
    next_arrival: i64,
    /// Mean time between arrivals in the present hour, and the hour's end.
    gap: i64,
    hour_end: i64,
    messages: u64,
}

impl<W: Write> Traffic<W> {
    pub(super) fn new(options: &Options, to: W) -> Traffic<W> {
        let start = options.start_s * SECOND;
        let span = i64::from(options.days.max(1)) * 86_400 * SECOND;
        let destinations = options.destinations.max(40);
        let world = World::new(options.seed, destinations, start, span);
        let rest = Rest {
            until: i64::MIN,
            answer: Answer::TimedOut,
        };
        Traffic {
            options: *options,
            log: Log::new(to, options.style, options.bytes),
            outages: world.outages(),
            rests: vec![rest; world.destinations.len() * HOSTS.len()],
            world,
            zipf: Zipf::new(destinations),
            random: Random::new(options.seed),
            queue: BinaryHeap::new(),
            start,
            next_arrival: start,
            gap: 0,
            hour_end: start,
            messages: 0,
        }
    }

    pub(super) fn into_written(self) -> Written {
        Written {
            counts: self.log.counts,
            outages: self.outages,
        }
    }

    pub(super) fn run(&mut self) -> io::Result<()> {
        while !self.log.is_full() {
            match self.queue.peek() {
                Some(Reverse(message)) if message.time <= self.next_arrival => {
                    let message = *message;
                    self.queue.pop();
                    self.step(message)?;
                }
                _ => {
                    self.arrive()?;
                    self.plan_arrival();
                }
            }
        }
        Ok(())
    }

    /// Sets the time of the next arrival. Each hour gets its share of the bytes still to be written, so
    /// that the log ends when its days do, whatever retries add.
    fn plan_arrival(&mut self) {
        let now = self.next_arrival;
        if now >= self.hour_end {
            let hours = i64::from(self.options.days.max(1)) * 24;
            let hour = ((now - self.start) / (3600 * SECOND)).min(hours - 1);
            self.hour_end = self.start + ((now - self.start) / (3600 * SECOND) + 1) * 3600 * SECOND;
            let left: i64 = (hour..hours).map(|hour| self.weight(hour)).sum();
            let written = self.log.counts.bytes;
            let each = (written + 100_000) / (self.messages + 100);
            let arrivals = (self.options.bytes.saturating_sub(written) / each.max(1))
                .cast_signed()
                .max(1);
            let share = self.weight(hour);
            self.gap = (3600 * SECOND / arrivals * left / share).max(2);
        }
        let double = u32::try_from(self.gap.saturating_mul(2)).unwrap_or(u32::MAX);
        self.next_arrival += 1 + i64::from(self.random.below(double));
    }

    /// How busy an hour of the log is.
    fn weight(&self, hour: i64) -> i64 {
        const DAY: [i64; 24] = [
            30, 22, 18, 16, 18, 26, 45, 80, 130, 165, 170, 160, 130, 135, 150, 155, 145, 125, 100,
            85, 75, 65, 50, 40,
        ];
        let local = self.options.start_s + OFFSET_S + hour * 3600;
        // 1970-01-01 was a Thursday.
        let is_weekend = (local.div_euclid(86_400) + 3).rem_euclid(7) >= 5;
        let weight = DAY[(local.div_euclid(3600).rem_euclid(24)) as usize];
        if is_weekend {
            weight * 45 / 100
        } else {
            weight
        }
    }

    /// A message comes in, and sometimes something else happens on the host.
    fn arrive(&mut self) -> io::Result<()> {
        let time = self.next_arrival;
        let number = self.messages;
        self.messages += 1;
        let bits = mix2(self.options.seed, number);
        let host = usize::from(bits % 100 >= 60);
        if self.random.per_mille(220) {
            other::write(&mut self.log, time, host, self.random.next())?;
        }
        let id = QueueId::new(host, time, 640_000 + bits % 50_000);
        let log = &mut self.log;
        if bits.is_multiple_of(12) {
            log.line(time, host, Program::Pickup, 0)
                .bytes(id.as_bytes())
                .text(": uid=33 from=<");
            sender(log, &self.world, number);
            log.text(">").end(Kind::Arrival)?;
        } else {
            client(
                log.line(time, host, Program::Smtpd, bits >> 9)
                    .text("connect from "),
                bits,
            );
            log.end(Kind::Foreign)?;
            log.line(time + 900, host, Program::Smtpd, bits >> 9)
                .bytes(id.as_bytes());
            client(log.text(": client="), bits);
            if bits % 12 == 1 {
                log.text(", sasl_method=PLAIN, sasl_username=app")
                    .number(bits >> 40 & 7, 1);
            }
            log.end(Kind::Arrival)?;
        }
        let recipients = match bits >> 20 & 127 {
            0..102 => 1,
            102..114 => 2,
            114..120 => 3,
            _ => 4 + (bits >> 32) as u32 % (RECIPIENTS - 3),
        };
        let all = u8::MAX >> (RECIPIENTS - recipients);
        self.queue.push(Reverse(Message {
            time: time + 1200 + (bits >> 50).cast_signed(),
            number,
            step: Step::Cleanup,
            arrival: time,
            tried: time,
            attempt: 0,
            pending: all,
            current: 0,
            host: host as u8,
            id,
        }));
        Ok(())
    }

    fn step(&mut self, message: Message) -> io::Result<()> {
        match message.step {
            Step::Cleanup => self.clean_up(message),
            Step::Try => self.attempt(message),
            Step::Answer => self.answers(message),
        }
    }

    fn clean_up(&mut self, mut message: Message) -> io::Result<()> {
        let bits = mix2(self.options.seed, message.number);
        let host = usize::from(message.host);
        let log = &mut self.log;
        log.line(message.time, host, Program::Cleanup, bits >> 13)
            .bytes(message.id.as_bytes());
        log.text(": message-id=<")
            .number(message.number, 8)
            .text(".")
            .hex(bits, 12);
        log.text("@app0")
            .number(bits >> 40 & 7, 1)
            .text(".shop.example>")
            .end(Kind::Queue)?;
        message.step = Step::Try;
        message.time += 600 + (bits >> 51).cast_signed();
        self.queue.push(Reverse(message));
        Ok(())
    }

    /// Takes a message up: what goes to destinations at rest is deferred at once.
    fn attempt(&mut self, mut message: Message) -> io::Result<()> {
        let time = message.time;
        let host = usize::from(message.host);
        let bits = mix2(self.options.seed, message.number);
        if time - message.arrival >= LIFETIME {
            return self.expire(&message);
        }
        let log = &mut self.log;
        let nrcpt = message.pending.count_ones();
        log.line(time, host, Program::Qmgr, 0)
            .bytes(message.id.as_bytes())
            .text(": from=<");
        sender(log, &self.world, message.number);
        log.text(">, size=").number(900 + (bits >> 30) % 60_000, 1);
        log.text(", nrcpt=")
            .number(u64::from(nrcpt), 1)
            .text(" (queue active)")
            .end(Kind::Queue)?;
        if message.attempt == 0 && !bits.is_multiple_of(12) {
            client(
                log.line(time + 400, host, Program::Smtpd, bits >> 9)
                    .text("disconnect from "),
                bits,
            );
            log.text(" ehlo=1 mail=1 rcpt=").number(u64::from(nrcpt), 1);
            log.text(" data=1 quit=1 commands=")
                .number(u64::from(nrcpt) + 4, 1);
            log.end(Kind::Foreign)?;
        }
        message.tried = time;
        message.current = 0;
        let mut takes = 0;
        for index in bits_of(message.pending) {
            let recipient = self.recipient(&message, index);
            let rest = self.rests[recipient.destination * HOSTS.len() + host];
            if rest.until > time {
                self.record(&message, recipient, rest.answer, true)?;
            } else {
                message.current |= 1 << index;
                let answer = self.answer(&message, recipient);
                takes = takes.max(answer.takes(recipient.bits));
            }
        }
        if message.current == 0 {
            return self.put_back(message);
        }
        message.step = Step::Answer;
        message.time = time + takes;
        self.queue.push(Reverse(message));
        Ok(())
    }

    /// Writes what became of each recipient of the present attempt.
    fn answers(&mut self, mut message: Message) -> io::Result<()> {
        let host = usize::from(message.host);
        let mut session = None;
        let mut has_bounced = false;
        for index in bits_of(message.current) {
            let recipient = self.recipient(&message, index);
            let destination = recipient.destination;
            let answer = self.answer(&message, recipient);
            if session != Some(destination) {
                session = Some(destination);
                self.open_session(&message, recipient, answer)?;
            }
            self.record(&message, recipient, answer, false)?;
            let kind = answer.kind();
            if !matches!(kind, Kind::Deferred) {
                message.pending &= !(1 << index);
            }
            has_bounced |= matches!(kind, Kind::Bounced);
            if answer.suspends() {
                let until = message.time + 300 * SECOND;
                self.rests[destination * HOSTS.len() + host] = Rest { until, answer };
            }
            if let Some(outage) = self.world.outage_at(destination, host, message.tried, kind)
                && !self.log.is_full()
            {
                self.outages[outage].failures += 1;
            }
        }
        if has_bounced {
            self.notify(&message)?;
        }
        self.put_back(message)
    }

    /// Removes a message that is done, or lets it wait for the next attempt.
    fn put_back(&mut self, mut message: Message) -> io::Result<()> {
        if message.pending == 0 {
            return self.remove(message.time, usize::from(message.host), message.id);
        }
        message.time = message.next_try(message.time);
        message.step = Step::Try;
        message.attempt += 1;
        self.queue.push(Reverse(message));
        Ok(())
    }

    fn remove(&mut self, time: i64, host: usize, id: QueueId) -> io::Result<()> {
        let log = &mut self.log;
        log.line(time, host, Program::Qmgr, 0)
            .bytes(id.as_bytes())
            .text(": removed")
            .end(Kind::Queue)
    }

    fn expire(&mut self, message: &Message) -> io::Result<()> {
        let host = usize::from(message.host);
        let log = &mut self.log;
        log.line(message.time, host, Program::Qmgr, 0)
            .bytes(message.id.as_bytes())
            .text(": from=<");
        sender(log, &self.world, message.number);
        log.text(">, status=expired, returned to sender")
            .end(Kind::Expired)?;
        self.notify(message)?;
        self.remove(message.time, host, message.id)
    }

    /// The addresses that could not be connected to, or the TLS line of the session.
    fn open_session(
        &mut self,
        message: &Message,
        recipient: Recipient,
        answer: Answer,
    ) -> io::Result<()> {
        let operator =
            &self.world.operators[self.world.destinations[recipient.destination].operator];
        let host = usize::from(message.host);
        let log = &mut self.log;
        if answer.is_unconnected() {
            for mx in &operator.hosts {
                log.line(message.time, host, Program::Smtp, message.number)
                    .text("connect to ")
                    .text(&mx.both);
                let why = if answer == Answer::Refused {
                    "refused"
                } else {
                    "timed out"
                };
                log.text(":25: Connection ").text(why).end(Kind::Foreign)?;
            }
        } else if answer.has_session() {
            let mx = &operator.hosts[mx_of(recipient, operator.hosts.len())];
            let time = message.time - answer.takes(recipient.bits) / 2;
            log.line(time, host, Program::Smtp, message.number);
            let trust = if operator.words < 3 {
                "Trusted"
            } else {
                "Untrusted"
            };
            log.text(trust)
                .text(" TLS connection established to ")
                .text(&mx.both);
            log.text(":25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)");
            log.text(
                " key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256",
            );
            log.end(Kind::Foreign)?;
        }
        Ok(())
    }

    /// The delivery record of one recipient.
    fn record(
        &mut self,
        message: &Message,
        recipient: Recipient,
        answer: Answer,
        is_echo: bool,
    ) -> io::Result<()> {
        let destination = &self.world.destinations[recipient.destination];
        let operator = &self.world.operators[destination.operator];
        let exchange = Exchange {
            answer,
            destination,
            operator,
            host: &operator.hosts[mx_of(recipient, operator.hosts.len())],
            user: (
                &self.world.users[(recipient.user * 31 + recipient.destination as u32 * 57)
                    as usize
                    % self.world.users.len()],
                u64::from(recipient.user) / self.world.users.len() as u64,
            ),
            bits: recipient.bits,
            second: (message.time / SECOND).unsigned_abs(),
        };
        let log = &mut self.log;
        let program = if is_echo {
            Program::Error
        } else {
            Program::Smtp
        };
        log.line(
            message.time,
            usize::from(message.host),
            program,
            message.number,
        );
        exchange.recipient(log.bytes(message.id.as_bytes()).text(": to=<"));
        if is_echo || answer.is_without_relay() {
            log.text(">, relay=none");
        } else {
            log.text(">, relay=").text(&exchange.host.both).text(":25");
        }
        let now = log.now;
        let spent = now - message.tried;
        log.text(", delay=").seconds(now - message.arrival);
        log.text(", delays=")
            .seconds(message.tried - message.arrival);
        log.text("/").seconds((recipient.bits >> 46).cast_signed());
        if is_echo {
            log.text("/0/").seconds(spent);
        } else {
            log.text("/").seconds(spent / 2).text("/");
            log.seconds(if answer.is_without_relay() {
                0
            } else {
                spent / 2
            });
        }
        log.text(", dsn=").text(answer.dsn(operator.words));
        let kind = if is_echo { Kind::Echo } else { answer.kind() };
        log.text(match kind {
            Kind::Sent => ", status=sent (",
            Kind::Bounced => ", status=bounced (",
            _ if is_echo => ", status=deferred (delivery temporarily suspended: ",
            _ => ", status=deferred (",
        });
        exchange.text(log);
        log.text(")").end(kind)
    }

    /// A non-delivery notification is written, queued, delivered to the sender here, and removed.
    fn notify(&mut self, message: &Message) -> io::Result<()> {
        let host = usize::from(message.host);
        let (time, number) = (message.time, message.number);
        let bits = mix2(number, time.unsigned_abs());
        let id = QueueId::new(host, time, 690_000 + bits % 50_000);
        let log = &mut self.log;
        log.line(time, host, Program::Cleanup, bits)
            .bytes(id.as_bytes())
            .text(": message-id=<");
        log.number((time / SECOND).unsigned_abs(), 1)
            .text(".")
            .bytes(id.as_bytes())
            .text("@");
        log.text(HOSTS[host])
            .text(".shop.example>")
            .end(Kind::Queue)?;
        log.line(time + 400, host, Program::Bounce, bits)
            .bytes(message.id.as_bytes());
        log.text(": sender non-delivery notification: ")
            .bytes(id.as_bytes())
            .end(Kind::Notification)?;
        log.line(time + 600, host, Program::Qmgr, 0)
            .bytes(id.as_bytes())
            .text(": from=<>, size=");
        log.number(2500 + bits % 4000, 1)
            .text(", nrcpt=1 (queue active)")
            .end(Kind::Queue)?;
        log.line(time + 5_000, host, Program::Local, bits)
            .bytes(id.as_bytes())
            .text(": to=<");
        sender(log, &self.world, number);
        log.text(">, relay=local, delay=0.01, delays=0/0/0/0, dsn=2.0.0, status=sent ");
        log.text("(delivered to maildir)").end(Kind::Local)?;
        self.remove(time + 5_200, host, id)
    }

    /// Recipient `index` of a message: every second further one shares the first one's destination.
    fn recipient(&self, message: &Message, index: u32) -> Recipient {
        let number = message.number;
        let seed = self.options.seed;
        let bits = mix2(seed ^ u64::from(index), number);
        let destination = if index.is_multiple_of(2) {
            self.zipf.pick(mix(bits))
        } else {
            self.zipf.pick(mix(mix2(seed, number)))
        } as usize;
        let user = self.world.pick_user(destination, mix(bits ^ 0x05e2));
        let bits = mix2(bits, u64::from(message.attempt));
        Recipient {
            destination,
            user,
            bits,
        }
    }

    fn answer(&self, message: &Message, recipient: Recipient) -> Answer {
        let Recipient {
            destination,
            user,
            bits,
        } = recipient;
        let host = usize::from(message.host);
        self.world.answer(
            destination,
            user,
            message.attempt,
            host,
            message.tried,
            bits,
        )
    }
}

/// The numbers of the bits that are set.
fn bits_of(mask: u8) -> impl Iterator<Item = u32> {
    (0..RECIPIENTS).filter(move |index| mask & (1 << index) != 0)
}

/// Which of its operator's hosts a session goes to.
fn mx_of(recipient: Recipient, hosts: usize) -> usize {
    (recipient.bits >> 33) as usize % hosts
}
