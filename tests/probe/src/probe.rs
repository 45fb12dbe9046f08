//! Answers by path. A Worker of plain functions: whatever goes wrong here is the platform layer's.

use edge::{Context, Env, Incoming};
use kernel::{
    Reply,
    reply::Body,
    request::{BodyError, Inbound},
};

edge::raw_worker!(fetch = answer, scheduled = tick);

fn text(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        status,
        headers: vec![("content-type".into(), "text/plain;charset=UTF-8".to_owned())],
        body: Body::Bytes(body.into().into_bytes()),
    }
}

async fn answer(request: Incoming, env: Env, context: Context) -> Reply {
    let url = request.url();
    let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or("/");
    match path.split('?').next().unwrap_or(path) {
        "/" => text(200, "hello"),
        "/echo" => echo(&request).await,
        "/slow" => {
            edge::clock::sleep(300).await;
            text(200, "slow")
        }
        "/later" => {
            context.wait_until(async {
                edge::clock::sleep(20).await;
                edge::log::line("{\"event\":\"later\"}", false);
            });
            text(200, "answered first")
        }
        "/random" => {
            let mut bytes = vec![0; 70_000];
            edge::rng::fill(&mut bytes);
            let zeros = bytes.iter().filter(|b| **b == 0).count();
            text(200, zeros.to_string())
        }
        "/split" => text(200, "no").with("x-split", "a\r\nset-cookie: b=c"),
        "/none" => Reply::no_content(),
        #[expect(clippy::panic, reason = "what a panic does to an isolate is what is being tested")]
        "/panic" => panic!("on purpose"),
        "/trap-later" => {
            edge::clock::sleep(20).await;
            let nothing: Vec<u8> = Vec::new();
            #[expect(clippy::indexing_slicing, reason = "what a trap in a parked task does is what is being tested")]
            let byte = nothing[url.len()];
            text(200, byte.to_string())
        }
        "/setting" => text(200, env.text("PROBE").unwrap_or_default()),
        _ => text(404, "no such path"),
    }
}

/// What arrived, to the byte: method, a header, and the hash of the body, which may have at most 1,000 bytes.
async fn echo(request: &Incoming) -> Reply {
    match request.body(1_000).await {
        Ok(body) => {
            text(200, format!("{} {} {}", request.method(), request.header("x-probe").unwrap_or_default(), crypto::hash::sha256_hex(&body)))
        }
        Err(BodyError::TooLarge) => text(413, "too large"),
        Err(BodyError::Broken) => text(400, "broken"),
    }
}

async fn tick(cron: String, _env: Env, _context: Context) -> Result<(), String> {
    edge::clock::sleep(1).await;
    if cron == "* * * * *" { Ok(()) } else { Err(format!("no such cron: {cron}")) }
}
