//! The Stripe emulator as a program on this machine: Stripe's own libraries and command line can be pointed at it. It listens on
//! 127.0.0.1 only, and sends webhooks to addresses on this machine, as the platform's glue does on workerd.
//!
//! Usage: `cargo run -p stripe-emulator-native -- --key sk_test_local --port 12111`; a wrong line says what else there is.

mod deliver;
mod keeper;
mod options;

use keeper::Keeper;
use options::{Options, USAGE};
use std::{
    io::{Read, Write},
    process::exit,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use stripe_emulator::host::{Answer, Incoming, target};
use tiny_http::{Header, Request, Response, Server};

/// The largest request that is read, in bytes.
const BODY_CAP: u64 = 1_024 * 1_024;
/// How often time is let pass when nobody asks for anything.
const BEAT: Duration = Duration::from_millis(500);

fn main() {
    if let Err(why) = run() {
        tell(&why);
        exit(2);
    }
}

fn tell(text: &str) {
    // Nobody may be reading any more.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn run() -> Result<(), String> {
    let mut options = Options::read(std::env::args().skip(1)).map_err(|why| format!("{why}\n{USAGE}"))?;
    let server = Server::http(("127.0.0.1", options.port)).map_err(|e| format!("--port {}: {e}", options.port))?;
    let port = server.server_addr().to_ip().map_or(options.port, |address| address.port());
    options.setup.pages = format!("http://127.0.0.1:{port}");
    let ends = options.until_stdin_ends;
    let keeper = Arc::new(Keeper::new(options)?);
    let (wake, woken) = mpsc::channel();
    let beside = Arc::clone(&keeper);
    thread::spawn(move || deliveries(&beside, &woken));
    if ends {
        thread::spawn(|| {
            let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
            exit(0);
        });
    }
    writeln!(std::io::stdout(), "The Stripe emulator listens on http://127.0.0.1:{port}").map_err(|e| e.to_string())?;
    for request in server.incoming_requests() {
        answer(&keeper, request);
        let _ = wake.send(());
    }
    Ok(())
}

fn answer(keeper: &Keeper, mut request: Request) {
    let mut body = Vec::new();
    let read = request.as_reader().take(BODY_CAP + 1).read_to_end(&mut body);
    let given = if read.is_err() {
        Answer::error(400, "The body ended early.")
    } else if u64::try_from(body.len()).is_ok_and(|n| n > BODY_CAP) {
        Answer::error(413, "The body is too large.")
    } else {
        let header = |name: &'static str| request.headers().iter().find(|h| h.field.equiv(name)).map(|h| h.value.as_str());
        let (path, query) = target(request.url());
        let incoming = Incoming {
            method: request.method().as_str(),
            path,
            query,
            authorization: header("authorization"),
            idempotency_key: header("idempotency-key"),
            fetch_site: header("sec-fetch-site"),
            body: &body,
        };
        keeper.with(|host, now| host.serve(&keeper.setup, &incoming, now)).unwrap_or_else(|why| Answer::error(503, &why))
    };
    let named = given.headers.iter().map(|(name, value)| (*name, value.as_str())).chain([("content-type", given.media.content_type())]);
    let headers = named.filter_map(|(name, value)| Header::from_bytes(name, value).ok());
    let response = headers.fold(Response::from_string(given.body.as_str()).with_status_code(given.status), Response::with_header);
    // Whoever asked may have gone.
    let _ = request.respond(response);
}

/// Sends what is due, as soon as something was asked for, and what comes due with time.
fn deliveries(keeper: &Keeper, woken: &mpsc::Receiver<()>) {
    loop {
        let gone = matches!(woken.recv_timeout(BEAT), Err(mpsc::RecvTimeoutError::Disconnected));
        let due = keeper.with(|host, now| {
            host.tick(&keeper.setup, now);
            host.take_due(&keeper.setup, now)
        });
        for webhook in due.unwrap_or_else(|why| {
            tell(&why);
            Vec::new()
        }) {
            let status = deliver::send(&webhook.url, &webhook.header, &webhook.body);
            if let Err(why) = &status {
                tell(&format!("{}: {why}; it is tried again", webhook.url));
            }
            if let Err(why) = keeper.with(|host, _| host.settle(&webhook.delivery, status.ok())) {
                tell(&why);
            }
        }
        if gone {
            return;
        }
    }
}
