//! Whom an organization's letters go to.

kernel::sql! {
    /// The addresses of an organization's owners. An organization has few; a mail for each goes into one batch.
    Read Org OWNERS(1) -> ["email"] =
        "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.org_id = ?1 AND m.role = 'owner' AND u.deleted_at IS NULL ORDER BY m.user_id LIMIT 20";
}
