//! The emulator on workerd: its state in KV with a copy in the isolate, its webhooks to the billing Worker through a binding.
//!
//! Locally there is one isolate, so the copy is the truth while it lives: it is loaded once, requests are handled on it without
//! waiting, and what changed is kept before the answer leaves. Webhooks are sent after the answer, and by a cron for what is due
//! later.

use crate::host::{Answer, Host, Incoming as Call, Media, Setup, target};
use edge::{Context, Env, Incoming};
use kernel::{
    Reply,
    ports::Outgoing,
    request::{BodyError, Inbound},
};
use std::cell::{Cell, RefCell};

/// Where the state is kept.
const KEY: &str = "stripe-emulator";
/// For good, as far as KV goes: ten years.
const KEPT_SECONDS: u32 = 315_360_000;
/// The shortest that KV takes. The copy in the isolate makes it of no matter.
const CACHE_SECONDS: u32 = 30;
const BODY_CAP: usize = 1_024 * 1_024;
const TIMEOUT_MS: u32 = 10_000;

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
    /// Goes up with every change, so that a slow write to KV is seen to be overtaken.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
}

fn now() -> i64 {
    edge::clock::now_ms().div_euclid(1_000)
}

/// Loads the state, once in an isolate.
async fn load(env: &Env) -> Result<(), String> {
    if HOST.with_borrow(Option::is_some) {
        return Ok(());
    }
    let kept = env.kv("KV").map_err(|e| e.0)?.get(KEY, CACHE_SECONDS).await.map_err(|e| e.0)?;
    // Another request may have loaded it meanwhile, and changed it: then it stays.
    HOST.with_borrow_mut(|held| {
        held.get_or_insert_with(|| kept.map_or_else(|| Host::new(now()), |text| Host::from_text(&text, now())));
    });
    Ok(())
}

/// Works on the state. Never across a wait.
fn with<T>(work: impl FnOnce(&mut Host) -> T) -> T {
    CHANGES.set(CHANGES.get() + 1);
    HOST.with_borrow_mut(|held| work(held.get_or_insert_with(|| Host::new(now()))))
}

/// Keeps the state. Two writes may overtake each other: the older one is then written over again.
async fn keep(env: &Env) -> Result<(), String> {
    let kv = env.kv("KV").map_err(|e| e.0)?;
    loop {
        let change = CHANGES.get();
        let text = HOST.with_borrow(|held| held.as_ref().map(Host::to_text)).transpose()?.unwrap_or_default();
        kv.put(KEY, text.as_bytes(), None, KEPT_SECONDS).await.map_err(|e| e.0)?;
        if CHANGES.get() == change {
            return Ok(());
        }
    }
}

/// Sends what is due. What fails is tried again when its time comes.
async fn deliver(env: &Env, setup: &Setup) -> Result<(), String> {
    let due = with(|host| host.take_due(setup, now()));
    if due.is_empty() {
        return Ok(());
    }
    keep(env).await?;
    let billing = env.service("BILLING").map_err(|e| e.0)?;
    for webhook in due {
        let request = Outgoing {
            method: "POST",
            url: webhook.url,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned()), ("stripe-signature", webhook.header)],
            body: webhook.body.into_bytes(),
            timeout_ms: TIMEOUT_MS,
            read_at_most: 16 * 1_024,
        };
        let answer = edge::http::send_through(&billing, request).await;
        with(|host| host.settle(&webhook.delivery, answer.ok().map(|a| a.status)));
    }
    keep(env).await
}

async fn answer(incoming: &Incoming, env: &Env, setup: &Setup) -> Result<Answer, String> {
    let body = match incoming.body(BODY_CAP).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return Ok(Answer::error(413, "The body is too large.")),
        Err(BodyError::Broken) => return Ok(Answer::error(400, "The body ended early.")),
    };
    load(env).await?;
    let (method, url) = (incoming.method(), incoming.url());
    let (authorization, idempotency_key) = (incoming.header("authorization"), incoming.header("idempotency-key"));
    let fetch_site = incoming.header("sec-fetch-site");
    let (path, query) = target(&url);
    let call = Call {
        method: &method,
        path,
        query,
        authorization: authorization.as_deref(),
        idempotency_key: idempotency_key.as_deref(),
        fetch_site: fetch_site.as_deref(),
        body: &body,
    };
    let answer = with(|host| host.serve(setup, &call, now()));
    keep(env).await?;
    Ok(answer)
}

/// The platform's fetch event.
pub async fn fetch(incoming: Incoming, env: Env, context: Context) -> Reply {
    let answered = match Setup::read(&|name| env.text(name)) {
        Ok(setup) => match answer(&incoming, &env, &setup).await {
            Ok(answer) => {
                context.wait_until(async move {
                    if let Err(why) = deliver(&env, &setup).await {
                        failed("delivering webhooks", &why);
                    }
                });
                Ok(answer)
            }
            Err(why) => Err(why),
        },
        Err(why) => Err(why),
    };
    let answer = answered.unwrap_or_else(|why| {
        failed("answering a request", &why);
        Answer::error(503, &why)
    });
    let reply = match answer.media {
        Media::Json => Reply::json_text(answer.status, answer.body),
        Media::Html => Reply::html(answer.status, answer.body),
        Media::Css => Reply {
            headers: vec![("content-type".into(), answer.media.content_type().to_owned())],
            ..Reply::html(answer.status, answer.body)
        },
    };
    answer.headers.into_iter().fold(reply, |reply, (name, value)| reply.with(name, value))
}

/// The platform's scheduled event, every minute.
pub async fn scheduled(_cron: String, env: Env, _context: Context) -> Result<(), String> {
    let setup = Setup::read(&|name| env.text(name))?;
    load(&env).await?;
    with(|host| host.tick(&setup, now()));
    keep(&env).await?;
    deliver(&env, &setup).await
}

fn failed(what: &str, why: &str) {
    edge::log::line(&serde_json::json!({"worker": "stripe-emulator", "what": what, "cause": why}).to_string(), true);
}
