//! Organizations as a person sees them: making one, and bringing back one that is being deleted. One file for each page and form.

pub mod create;
pub mod create_page;
pub mod deleted_page;
pub mod restore;
pub mod slug_check;
pub mod steps_hide;

kernel::sql! {
    /// Whether a slug is somebody's, or was another organization's.
    Read Global("a slug is one organization's among all")
    SLUG_TAKEN(2) -> ["taken"] =
        "SELECT EXISTS(SELECT 1 FROM orgs WHERE slug = ?1) OR EXISTS(SELECT 1 FROM retired_slugs WHERE slug = ?1 AND org_id <> ?2) AS taken";
    /// In the batch of whatever takes a slug: it was not another organization's.
    Bookkeep Global("a slug is one organization's among all")
    SLUG_FREE(2) -> [] =
        "INSERT INTO guard(name, ok) SELECT 'state', NOT EXISTS (SELECT 1 FROM retired_slugs WHERE slug = ?1 AND org_id <> ?2)";
}
