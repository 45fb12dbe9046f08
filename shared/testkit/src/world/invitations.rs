//! An open invitation of each kind: of a member, of a customer.

use super::{Seed, Tenant};
use crate::call::host;
use kernel::{InvitationId, UserId, host::Surface, time::Span};

impl Seed<'_> {
    pub(super) fn invitations(&self, of: &Tenant<'_>, owner: &UserId) -> InvitationId {
        let invitation: InvitationId = self.id();
        let at = self.ago(Span::days(2));
        self.db.insert(
            "invitations",
            &[
                ("org_id", of.id.into()),
                ("id", (&invitation).into()),
                ("email", format!("{}-invitations-email@example.com", of.canary).into()),
                ("role", "member".into()),
                ("token_hash", crypto::token::hash(&crypto::token::encode(&self.rng.bytes())).into()),
                ("invited_by", owner.into()),
                ("created_at", at.clone()),
                ("sent_at", at.clone()),
                ("expires_at", self.now.plus(Span::days(5)).into()),
            ],
        );
        self.db.insert(
            "tokens",
            &[
                ("hash", crypto::token::hash(&crypto::token::encode(&self.rng.bytes())).into()),
                ("purpose", "customer_invitation".into()),
                ("subject", of.text("tokens-subject")),
                ("org_id", of.id.into()),
                ("host", host(Surface::Portal, of.slug).into()),
                ("email", format!("{}-tokens-email@example.com", of.canary).into()),
                ("detail", of.text("tokens-detail")),
                ("created_at", at),
                ("expires_at", self.now.plus(Span::days(5)).into()),
            ],
        );
        invitation
    }
}
