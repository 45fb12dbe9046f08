//! A whole deployment in one thread.

use crate::{
    background::Deferred,
    blobs::BlobStore,
    bursts::Limiters,
    call::Call,
    database::Database,
    http::Internet,
    kv::{KvAt, KvStore},
    log::Recorder,
    mailer::{Postbox, Posted},
    pace::{Pace, block_on, poll},
    queues::QueueStore,
    time::{FrozenClock, SeededRng},
    world::{Session, World},
};
use kernel::{
    Millis, Reply, Result,
    app::{App, ErrorPage},
    ports::{Clock, Ports, Queue},
    task::{Handlers, Task},
    time::Span,
    worker::{Cron, Worker},
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    pin::Pin,
    rc::Rc,
    task::Poll,
};
use store::gate::{Gatekeeper, State};

/// What lives as long as an isolate.
#[derive(Clone)]
struct Isolate {
    app: Rc<App>,
    state: Rc<State>,
}

/// What every isolate and every location shares.
struct Settings {
    values: RefCell<BTreeMap<String, String>>,
    error_page: Cell<Option<ErrorPage>>,
    locations: Cell<u32>,
}

/// A deployment: the doubles of the platform, a seeded [`World`], and one isolate for each Worker that is called.
pub struct Harness {
    /// D1.
    pub db: Rc<Database>,
    /// KV, as all locations share it.
    pub kv: Rc<KvStore>,
    /// R2: exports.
    pub blobs: Rc<BlobStore>,
    /// R2: what pages show.
    pub assets: Rc<BlobStore>,
    /// Queues.
    pub queues: Rc<QueueStore>,
    /// Burst limiters.
    pub bursts: Rc<Limiters>,
    /// Time.
    pub clock: Rc<FrozenClock>,
    /// Randomness.
    pub rng: Rc<SeededRng>,
    /// Other people's servers.
    pub http: Rc<Internet>,
    /// The platform's mail sender.
    pub postbox: Rc<Postbox>,
    /// The log.
    pub log: Rc<Recorder>,
    /// Work after replies.
    pub background: Rc<Deferred>,
    /// How I/O waits.
    pub pace: Rc<Pace>,
    /// Who and what is there.
    pub world: Rc<World>,
    settings: Rc<Settings>,
    location: u32,
    isolates: RefCell<HashMap<&'static str, Isolate>>,
}

/// What a run of the queues came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drained {
    /// Messages that were taken.
    pub taken: usize,
    /// Messages that a consumer refused, and that came again or were buried.
    pub failed: usize,
    /// Messages that were given up.
    pub buried: usize,
}

/// The settings of a test deployment.
const SETTINGS: &[(&str, &str)] = &[
    ("ENVIRONMENT", "local"),
    ("APP_HOST", "app.localhost"),
    ("PLATFORM_HOST", "platform.localhost"),
    ("API_HOST", "api.localhost"),
    ("API_ALIAS_HOST", "localhost"),
    ("PORTAL_DOMAIN", "localhost"),
    ("SIGNING_KEYS", "t1:dGVzdGtpdCBzaWduaW5nIGtleSwgMzIgYnl0ZXMgbG9uZyE="),
    ("STRIPE_WEBHOOK_SECRETS", "whsec_testkit_new,whsec_testkit_old"),
    ("STRIPE_SECRET_KEY", "sk_test_testkit"),
    ("STRIPE_API_BASE", "http://stripe.localhost:8787"),
    ("STRIPE_API_VERSION", "2026-10-28.endive"),
    ("STRIPE_MODE", "test"),
    ("BILLING_GRACE_DAYS", "7"),
    ("BILLING_EVENTS_LATE_MINUTES", "10"),
    ("WEBHOOK_SCHEDULE_SCALE", "1"),
    ("WEBHOOK_LOOPBACK", "deny"),
    ("MAIL_PROVIDER", "inbox"),
    ("DNS_RESOLVER_URL", "https://dns.example/dns-query"),
    ("CUSTOM_HOSTNAMES", "cloudflare"),
    ("CLOUDFLARE_ZONE_ID", "0123456789abcdef0123456789abcdef"),
    ("CLOUDFLARE_API_TOKEN", "cf_testkit"),
    ("MAIL_FROM", "Portico <no-reply@portico.example>"),
];

impl Default for Harness {
    fn default() -> Self {
        Self::new()
    }
}

impl Harness {
    /// A deployment with its [`World`].
    pub fn new() -> Self {
        let (pace, clock): (Rc<Pace>, Rc<FrozenClock>) = Default::default();
        let db = Rc::new(Database::new(pace.clone()));
        let [blobs, assets] = [(), ()].map(|()| Rc::new(BlobStore::new(pace.clone())));
        let values = SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let settings = Settings { values: RefCell::new(values), error_page: Cell::new(None), locations: Cell::new(1) };
        let world = World::seed(&db, &blobs, &assets, &keys(&settings), clock.now());
        Self {
            kv: Rc::new(KvStore::new(clock.clone(), pace.clone())),
            queues: Rc::new(QueueStore::new(clock.clone(), pace.clone())),
            bursts: Rc::new(Limiters::new(clock.clone(), pace.clone())),
            http: Rc::new(Internet::new(clock.clone(), pace.clone())),
            postbox: Rc::new(Postbox::new(pace.clone())),
            rng: Rc::new(SeededRng::new(1)),
            log: Rc::default(),
            background: Rc::default(),
            world: Rc::new(world),
            settings: Rc::new(settings),
            location: 0,
            isolates: RefCell::default(),
            db,
            blobs,
            assets,
            clock,
            pace,
        }
    }

    /// The same deployment, seen from other isolates at another location.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        let location = self.settings.locations.get();
        self.settings.locations.set(location + 1);
        Self {
            db: self.db.clone(),
            kv: self.kv.clone(),
            blobs: self.blobs.clone(),
            assets: self.assets.clone(),
            queues: self.queues.clone(),
            bursts: self.bursts.clone(),
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            http: self.http.clone(),
            postbox: self.postbox.clone(),
            log: self.log.clone(),
            background: self.background.clone(),
            pace: self.pace.clone(),
            world: self.world.clone(),
            settings: self.settings.clone(),
            location,
            isolates: RefCell::default(),
        }
    }
    /// Ends every isolate of this location: what they remembered is gone, and so is work that they had deferred.
    pub fn restart(&self) {
        self.isolates.borrow_mut().clear();
        self.background.lose();
    }
    /// Forgets everything that does not stand in the database or the bucket, so that the next call goes as the first one would:
    /// isolates, KV, queues, the log, requests that were sent, and the randomness begins anew.
    pub fn forget(&self) {
        self.restart();
        self.kv.clear();
        self.queues.clear();
        self.log.clear();
        drop(self.http.take());
        self.rng.reseed(1);
        self.db.reset_counts();
    }
    /// Sets a variable or a secret, for isolates that begin from now on. An empty value is a missing one.
    pub fn set(&self, name: &str, value: &str) {
        self.settings.values.borrow_mut().insert(name.to_owned(), value.to_owned());
        self.isolates.borrow_mut().clear();
    }
    /// Sets how errors look where people are; without it they are problem documents everywhere.
    pub fn set_error_page(&self, page: ErrorPage) {
        self.settings.error_page.set(Some(page));
        self.isolates.borrow_mut().clear();
    }
    /// The ports, as the platform makes them anew for each request.
    pub fn ports(&self) -> Ports {
        Ports {
            db: self.db.clone(),
            kv: Rc::new(KvAt { store: self.kv.clone(), location: self.location }),
            blobs: self.blobs.clone(),
            assets: self.assets.clone(),
            queues: self.queues.clone(),
            bursts: self.bursts.clone(),
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            http: self.http.clone(),
            mailer: self.postbox.clone(),
            log: self.log.clone(),
            background: self.background.clone(),
        }
    }
    fn isolate(&self, worker: &'static Worker) -> Isolate {
        let begin = || {
            let own = |name: &str| worker.vars.contains(&name) || worker.secrets.contains(&name);
            let get = |name: &str| {
                let set = self.settings.values.borrow().get(name).cloned();
                set.or_else(|| own(name).then(|| format!("testkit-{name}")))
            };
            let app = App::new(worker, &get, self.settings.error_page.get());
            Isolate { app: Rc::new(app.unwrap_or_else(|e| panic!("{}: {e:?}", worker.name))), state: Rc::default() }
        };
        self.isolates.borrow_mut().entry(worker.name).or_insert_with(begin).clone()
    }
    /// A Worker's state and configuration in this location's isolate.
    pub fn app(&self, worker: &'static Worker) -> Rc<App> {
        self.isolate(worker).app
    }
    /// What a Worker's isolate of this location remembers: leased records and counters.
    pub fn state(&self, worker: &'static Worker) -> Rc<State> {
        self.isolate(worker).state
    }

    // ── Requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// Serves a request through the kernel's dispatch, and then runs what it deferred.
    pub fn call(&self, worker: &'static Worker, call: Call) -> Reply {
        let reply = block_on(self.serve(worker, call));
        self.background.replied();
        reply
    }
    /// As [`Harness::call`], as a future.
    pub async fn serve(&self, worker: &'static Worker, call: Call) -> Reply {
        let (Isolate { app, state }, ports) = (self.isolate(worker), self.ports());
        let gate = |counted| Gatekeeper::new(app.clone(), state, counted);
        kernel::dispatch::serve(&app, gate, &ports, Box::new(call)).await
    }
    /// Serves requests at once: at each I/O another one goes on, in an order that follows from `seed`. Replies in the order of
    /// the calls.
    pub fn together(&self, worker: &'static Worker, calls: Vec<Call>, seed: u64) -> Vec<Reply> {
        let futures = calls.into_iter().map(|call| Box::pin(self.serve(worker, call)) as Pin<Box<dyn Future<Output = Reply>>>).collect();
        let replies = self.interleave(futures, seed);
        self.background.replied();
        replies
    }
    /// Runs any futures at once, as [`Harness::together`] does.
    pub fn interleave<T>(&self, futures: Vec<Pin<Box<dyn Future<Output = T> + '_>>>, seed: u64) -> Vec<T> {
        let order = SeededRng::new(seed);
        let mut results: Vec<Option<T>> = futures.iter().map(|_| None).collect();
        let mut running: Vec<_> = futures.into_iter().enumerate().collect();
        self.pace.set_waiting(true);
        while !running.is_empty() {
            let at = order.below(running.len());
            if let Poll::Ready(value) = poll(running[at].1.as_mut()) {
                results[running.swap_remove(at).0] = Some(value);
            }
        }
        self.pace.set_waiting(false);
        results.into_iter().map(|r| r.expect("every future ended")).collect()
    }
    /// Runs a future, and drops it before its I/O number `io` (from 0) is answered, as the end of an isolate does. `None` then.
    pub fn cut<T>(&self, io: usize, future: impl Future<Output = T>) -> Option<T> {
        let mut future = Box::pin(future);
        self.pace.set_waiting(true);
        let ended = (0..=io).find_map(|_| match poll(future.as_mut()) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        });
        self.pace.set_waiting(false);
        ended
    }
    /// Everybody who is signed in has signed in just now, however much time has passed.
    pub fn renew_sessions(&self) {
        let now = self.clock.now();
        let renew = "UPDATE sessions SET created_at = ?1, seen_at = ?1, proved_at = ?1, idle_until = ?2, expires_at = ?2";
        self.db.execute(renew, &[now.into(), now.plus(Span::hours(8)).into()]);
    }
    /// A form's cookie and token, as the page that shows the form would carry them. `None` is nobody signed in.
    pub fn form_token(&self, worker: &'static Worker, session: Option<&Session>) -> (String, String) {
        let browser = crypto::token::encode(&[0x42; 32]);
        let nobody = kernel::Principal::Anonymous;
        let principal = session.map_or(&nobody, |s| &s.principal);
        let token = store::forms::token(&self.app(worker).config.keys, &browser, principal);
        (browser, token)
    }
    /// A POST of a form to its own host, with the session's cookie (if any), the form's token and the browser's headers.
    pub fn form(&self, worker: &'static Worker, call: Call, session: Option<&Session>, fields: &[(&str, &str)]) -> Call {
        let (browser, token) = self.form_token(worker, session);
        let mut fields = fields.to_vec();
        fields.push((store::sessions::FORM_FIELD, &token));
        let call = session.map_or(call.clone(), |s| call.session(s));
        call.cookie(store::sessions::FORM_COOKIE, &browser).same_origin().form(&fields)
    }

    /// The mails that were posted and whose content is still there, oldest first, whether they were sent or not: locally nothing is wiped.
    pub fn posted(&self) -> Vec<Posted> {
        crate::mailer::posted(&self.db, &keys(&self.settings))
    }

    // ── Background work ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// Runs a piece of work as a task of the Worker.
    pub fn work<T>(&self, worker: &'static Worker, work: impl AsyncFnOnce(&Task<'_>) -> T) -> T {
        let done = block_on(self.working(worker, work));
        self.background.replied();
        done
    }
    /// As [`Harness::work`], as a future.
    pub async fn working<T>(&self, worker: &'static Worker, work: impl AsyncFnOnce(&Task<'_>) -> T) -> T {
        let (app, ports) = (self.app(worker), self.ports());
        work(&Task { app: &app, ports: &ports, name: worker.name }).await
    }
    /// Brings one message to its consumer.
    ///
    /// # Errors
    /// What the consumer refused: then the queue would bring it again.
    pub fn consume(&self, worker: &'static Worker, handlers: &Handlers, queue: Queue, body: &str) -> Result<()> {
        self.work(worker, async |task| (handlers.consume)(task, queue, body).await)
    }
    /// Runs one cron.
    ///
    /// # Errors
    /// What it refused.
    pub fn tick(&self, worker: &'static Worker, handlers: &Handlers, cron: Cron) -> Result<()> {
        self.work(worker, async |task| (handlers.tick)(task, cron).await)
    }
    /// Brings every message that is due to its consumer, until none is left that is due now. A refused one comes again at once,
    /// and is buried after as many attempts as the queues are set to.
    pub fn drain(&self, worker: &'static Worker, handlers: &Handlers) -> Drained {
        let mut done = Drained::default();
        while let Some(mut message) = self.queues.take_due(worker.consumes) {
            done.taken += 1;
            assert!(done.taken < 100_000, "the queues never empty");
            if self.consume(worker, handlers, message.queue, &message.body).is_ok() {
                continue;
            }
            done.failed += 1;
            message.attempts += 1;
            if message.attempts < self.queues.attempts.get() {
                self.queues.put(message);
                continue;
            }
            done.buried += 1;
            let buried = self.work(worker, async |task| (handlers.bury)(task, message.queue, &message.body).await);
            if buried.is_err() {
                // The dead-letter queue brings it again as well; here: with the next drain.
                self.queues.put(message);
                return done;
            }
        }
        done
    }
    /// Lets time pass: messages come when they are due, and the Worker's crons run on schedule (the minute's each minute, the
    /// hour's at :07, the day's at 03:23). A cron that fails is one that the next run makes up for.
    pub fn run_for(&self, worker: &'static Worker, handlers: &Handlers, span: Span) -> Drained {
        let end = self.clock.now().plus(span);
        let mut all = Drained::default();
        let mut add = |d: Drained| {
            all.taken += d.taken;
            all.failed += d.failed;
            all.buried += d.buried;
        };
        add(self.drain(worker, handlers));
        loop {
            let now = self.clock.now();
            let minute = Millis::new((now.get().div_euclid(60_000) + 1) * 60_000);
            let due = self.queues.next_due(worker.consumes).filter(|at| *at > now).unwrap_or(minute);
            let next = due.min(minute).min(end);
            self.clock.set(next);
            if next == minute {
                for cron in worker.crons.iter().filter(|cron| runs_at(**cron, next)) {
                    if let Err(e) = self.tick(worker, handlers, *cron) {
                        kernel::log::best_effort(&*self.log, next, "a cron", &e.to_string());
                    }
                }
            }
            add(self.drain(worker, handlers));
            if next >= end {
                return all;
            }
        }
    }
}

/// Whether a schedule has a run in that minute.
fn runs_at(cron: Cron, at: Millis) -> bool {
    let minute = at.get().div_euclid(60_000);
    match cron {
        Cron::Minute => true,
        Cron::Quarter => minute.rem_euclid(15) == 0,
        Cron::Hourly => minute.rem_euclid(60) == 7,
        Cron::Daily => minute.rem_euclid(1_440) == 3 * 60 + 23,
    }
}

fn keys(settings: &Settings) -> crypto::keyring::KeyRing {
    crypto::keyring::KeyRing::parse(&settings.values.borrow()["SIGNING_KEYS"]).expect("the ring of the tests")
}
