//! `Idempotency-Key`: a repeated POST is answered as it was the first time, for 24 hours. As at Stripe v1, a request that was refused
//! for its parameters leaves nothing behind; a declined card does.

use super::{
    Request,
    error::ApiError,
    world::{KeptAnswer, World},
};

const SECONDS: i64 = 86_400;
const MAX_KEPT: usize = 500;

fn fingerprint(request: &Request<'_>) -> String {
    format!("{}\n{}\n{}", request.path, request.query, request.body)
}

/// The answer of the first time, if there was one.
///
/// # Errors
/// The key stands for another request, or is too long.
pub fn replay(world: &World, request: &Request<'_>, now: i64) -> Result<Option<(u16, String)>, ApiError> {
    let (Some(key), "POST") = (request.idempotency_key, request.method) else { return Ok(None) };
    if key.is_empty() || key.len() > 255 {
        return Err(ApiError::refused("Idempotency keys have 1 to 255 characters."));
    }
    match world.answers.iter().find(|kept| kept.key == key && kept.at > now - SECONDS) {
        None => Ok(None),
        Some(kept) if kept.request == fingerprint(request) => Ok(Some((kept.status, kept.body.clone()))),
        Some(_) => Err(ApiError::idempotency(key)),
    }
}

/// Keeps an answer for the next time.
pub fn keep(world: &mut World, request: &Request<'_>, status: u16, body: &str, now: i64) {
    let (Some(key), "POST") = (request.idempotency_key, request.method) else { return };
    world.answers.retain(|kept| kept.at > now - SECONDS && kept.key != key);
    let over = (world.answers.len() + 1).saturating_sub(MAX_KEPT);
    world.answers.drain(..over);
    world.answers.push(KeptAnswer { key: key.to_owned(), request: fingerprint(request), status, body: body.to_owned(), at: now });
}
