//! Times and the ids that were made then: ids begin with the time, so an index over them answers for a span of time.

use kernel::{AuditId, Id, Millis};

/// The ids of audit events of a span: from the first, up to and without the second.
pub fn ids(from: Millis, to: Millis) -> (String, String) {
    (AuditId::make(from, [0; 10]).to_string(), AuditId::make(to, [0; 10]).to_string())
}

/// When an id was made: the first 48 bits of a UUIDv7 (RFC 9562 §5.7).
pub fn time_of(id: &str) -> Option<Millis> {
    let hex = id.split_once('_')?.1.get(..12)?;
    i64::from_str_radix(hex, 16).ok().map(Millis::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::RequestId;

    #[test]
    fn a_span_holds_what_was_made_in_it_and_nothing_else() {
        let (at, later) = (Millis::new(1_795_464_526_007), Millis::new(1_795_464_526_008));
        let (from, to) = ids(at, later);
        for random in [[0; 10], [255; 10], [7; 10]] {
            let (within, after) = (AuditId::make(at, random).to_string(), AuditId::make(later, random).to_string());
            assert!(within >= from && within < to && after >= to);
        }
        assert!(AuditId::make(Millis::new(at.get() - 1), [255; 10]).to_string() < from);
    }

    #[test]
    fn an_id_tells_its_time() {
        let at = Millis::new(1_795_464_526_007);
        assert_eq!(time_of(RequestId::make(at, [9; 10]).as_str()), Some(at));
        assert_eq!((time_of("req_"), time_of("nonsense"), time_of("req_zzzzzzzzzzzzzz")), (None, None, None));
    }
}
