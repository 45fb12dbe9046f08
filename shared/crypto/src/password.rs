//! Password hashes: Argon2id (RFC 9106) as PHC strings, with the parameters of OWASP's first choice for 19 MiB.
//!
//! One hash takes about 30 ms and 19 MiB in wasm, memory that the isolate then keeps: hash one at a time, never concurrently.

use crate::secret::constant_time_eq;
use argon2::{Algorithm, Argon2, Params, Version, password_hash::phc::PasswordHash};

/// Memory in KiB, passes, lanes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A stored hash that asks for more than this is refused: it can't be ours, and would take the isolate's memory.
const MAX_MEMORY_KIB: u32 = 65_536;
const MAX_PASSES: u32 = 10;

/// The hash that is checked when there is no such user, so that the answer takes as long. Of 32 random bytes that were thrown
/// away; with the parameters of today, which a test holds.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$uKmMXAFADNwTGOO5vmPMRA$vA/ZyQmuh0EJhIuXDU6/ycGUFEFy6b75y2VHp0RTc1c";

/// Hashing failed: parameters out of range, or no memory for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashError;
impl std::fmt::Display for HashError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the password could not be hashed")
    }
}
impl std::error::Error for HashError {}

/// How long a password is: in code points, as people count (NIST SP 800-63B-4 §3.1.1.2). Which lengths are allowed is `domain`'s.
pub fn length(password: &str) -> usize {
    password.chars().count()
}

/// Hashes a password. `salt` is 16 fresh bytes from the rng port. Gives a PHC string.
///
/// # Errors
/// Only when there is no memory for it.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, HashError> {
    let argon2 = Params::new(MEMORY_KIB, PASSES, LANES, Some(32))
        .map(|p| Argon2::new(Algorithm::Argon2id, Version::V0x13, p))
        .map_err(|_| HashError)?;
    argon2::PasswordHasher::hash_password_with_salt(&argon2, password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|_| HashError)
}

/// Whether a password is the one behind a stored PHC string. A string that is none is never matched.
pub fn verify(password: &str, stored: &str) -> bool {
    check(password, stored).unwrap_or(false)
}

fn check(password: &str, stored: &str) -> Option<bool> {
    let stored = PasswordHash::new(stored).ok()?;
    let (salt, expected) = (stored.salt.as_ref()?, stored.hash.as_ref()?);
    let (algorithm, version, params) = settings(&stored)?;
    if params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_PASSES {
        return None;
    }
    let mut out = vec![0; expected.as_ref().len()];
    Argon2::new(algorithm, version, params).hash_password_into(password.as_bytes(), salt.as_ref(), &mut out).ok()?;
    Some(constant_time_eq(&out, expected.as_ref()))
}

fn settings(stored: &PasswordHash) -> Option<(Algorithm, Version, Params)> {
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = Version::try_from(stored.version?).ok()?;
    Some((algorithm, version, Params::try_from(stored).ok()?))
}

/// Does the work of [`verify`] for a user that does not exist, so that the answer takes as long. There is nothing to match.
pub fn verify_nobody(password: &str) {
    std::hint::black_box(verify(password, DUMMY));
}

/// Whether a stored hash was made otherwise than [`hash`] makes them now: hash anew at the next sign-in.
pub fn needs_rehash(stored: &str) -> bool {
    PasswordHash::new(stored).ok().and_then(|hash| settings(&hash)).is_none_or(|(algorithm, version, params)| {
        (algorithm, version, params.m_cost(), params.t_cost(), params.p_cost())
            != (Algorithm::Argon2id, Version::V0x13, MEMORY_KIB, PASSES, LANES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These were made with PyPI `argon2-cffi` 25.1.0 (the reference implementation in C), salt of sixteen sevens.
    const STAPLE: &str = "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$JNx2xIwljkPXNZfdYj6ePjD1Cq0InApnzwBnC9D/6dU";
    const SMALLER: &str = "$argon2id$v=19$m=12288,t=3,p=1$BwcHBwcHBwcHBwcHBwcHBw$TR+DzGl1P0reo04wgWe8K0ToCGr2bzVXVzgX+e8peqo";
    const ARGON2I: &str = "$argon2i$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$vVCt+V4FV4OhLMl2jhHZiNw/zIU15/oy1kz+bF06ID4";

    #[test]
    fn known_answer() {
        assert_eq!(hash("correct horse battery staple é", [7; 16]).as_deref(), Ok(STAPLE));
        assert!(verify("correct horse battery staple é", STAPLE));
        assert!(!verify("correct horse battery staple e", STAPLE));
        assert!(!verify("", STAPLE));
    }

    #[test]
    fn hashes_of_other_parameters_verify_and_are_made_anew() {
        assert!(!needs_rehash(STAPLE));
        for old in [SMALLER, ARGON2I] {
            assert!(verify("pw", old) && !verify("px", old));
            assert!(needs_rehash(old));
        }
    }

    #[test]
    fn nobody_costs_what_somebody_costs() {
        assert!(!needs_rehash(DUMMY));
        assert_eq!(check("any password", DUMMY), Some(false), "the work was done");
        verify_nobody("any password");
    }

    #[test]
    fn what_is_no_hash_of_ours_never_matches() {
        let greedy = STAPLE.replace("m=19456", "m=4194304");
        let slow = STAPLE.replace("t=2", "t=4000000");
        for stored in
            ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw", "$2b$10$abcdefghijklmnopqrstuv", &greedy, &slow]
        {
            assert!(!check("correct horse battery staple é", stored).unwrap_or(false), "{stored}");
        }
        assert!(needs_rehash("plain"));
        assert_eq!(check("pw", &greedy), None, "refused before any memory is taken");
    }

    #[test]
    fn length_is_in_code_points() {
        assert_eq!(length("pässwörd"), 8);
        assert_eq!(length("🔑🔑"), 2);
    }
}
