//! The service is never left without anybody to run it.

/// Whether the account is the only one with the operator role `admin` that can still sign in: neither banned nor deleted. As an
/// expression of the statement whose change it decides, so that of two changes at once the second sees the first.
macro_rules! last_admin {
    ($user:literal, $now:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM operators p WHERE p.user_id = ",
            $user,
            " AND p.role = 'admin') AND NOT EXISTS (SELECT 1 FROM operators p JOIN users w ON w.id = p.user_id WHERE p.role = 'admin' AND p.user_id <> ",
            $user,
            " AND w.deleted_at IS NULL AND (w.banned_until IS NULL OR w.banned_until <= ",
            $now,
            ")))"
        )
    };
}
pub(crate) use last_admin;
