//! What was asked for with an address that anybody may type becomes a letter here, or nothing: the request that asked did the same
//! whatever the address was, and was answered before.

use crate::Claimed;
use domain::actions;
use kernel::{
    Id, Result,
    app::App,
    audit::{Action, AuditLog},
    dispatch::SIGN_IN,
    task::Task,
};
use mail::{Asked, Content, Letter, Link, Wish};
use serde_json::json;
use store::{
    addressees::{self, Addressee},
    tokens::{self, Issue, Issued, Purpose},
    waiting::SignUp,
};

/// The letter that answers it; `None` when there is nobody to answer. The link and the letter are written in one batch, under the
/// mail's claim: however often it is tried, it says the same.
///
/// # Errors
/// What the database refused; "wrong state" when the claim no longer holds.
pub(crate) async fn answer(task: &Task<'_>, claimed: &Claimed, asked: Asked) -> Result<Option<Content>> {
    let found = addressees::find(task, asked.among, claimed.org.as_ref(), &claimed.to).await?;
    match asked.wish {
        Wish::SignIn | Wish::Reset => match found.as_ref().filter(|one| one.able) {
            Some(one) => link(task, claimed, &asked, &To::from(one), asked.detail.as_deref()).await.map(Some),
            None => Ok(None),
        },
        Wish::SignUp | Wish::SignUpAgain if found.as_ref().is_some_and(|one| !one.invited) => owner(task, claimed, &asked).await.map(Some),
        Wish::SignUp => newcomer(task, claimed, &asked, asked.detail.as_deref().unwrap_or_default()).await.map(Some),
        Wish::SignUpAgain => {
            let newest = task.first(tokens::newest(Purpose::SignUp, &claimed.to, &asked.host, task.now())).await?;
            match tokens::judge(newest.as_ref(), Purpose::SignUp, &asked.host, task.now())? {
                Ok(waiting) => newcomer(task, claimed, &asked, &waiting.detail(&task.app.config.keys)?).await.map(Some),
                Err(_) => Ok(None),
            }
        }
    }
}

/// Whom a link is for: an account, or the address of a sign-up.
struct To<'a> {
    subject: &'a str,
    name: &'a str,
}
impl<'a> From<&'a Addressee> for To<'a> {
    fn from(of: &'a Addressee) -> Self {
        Self { subject: &of.id, name: &of.name }
    }
}

/// Who wants an account, and has to confirm the address. The link of one who asked before stays good: nobody can take it from them.
async fn newcomer(task: &Task<'_>, claimed: &Claimed, asked: &Asked, detail: &str) -> Result<Content> {
    let name = SignUp::parse(detail)?.name;
    link(task, claimed, asked, &To { subject: &claimed.to, name: &name }, Some(detail)).await
}

/// Who has an account, and is told that somebody tried to sign up with its address.
async fn owner(task: &Task<'_>, claimed: &Claimed, asked: &Asked) -> Result<Content> {
    let page = |path: &str| Link::at(&task.app.config.origin(&asked.host), path);
    let content = content(asked, Letter::AlreadyRegistered { sign_in: page(SIGN_IN)?, reset: page("/reset")? });
    let stmts = store::mail::answered(&task.app.config.keys, &claimed.id, claimed.claim, task.ports.random(), &content)?;
    task.bookkeep(stmts.into()).await?;
    Ok(content)
}

/// Issues a link, and writes its letter.
async fn link(task: &Task<'_>, claimed: &Claimed, asked: &Asked, to: &To<'_>, detail: Option<&str>) -> Result<Content> {
    let log = claimed.org.as_ref().map_or(AuditLog::Platform, |org| AuditLog::Org(org.clone()));
    let purpose = purpose(asked.wish);
    // A sign-up has no account to be told by; the request and this event name the same mail.
    let target = if purpose == Purpose::SignUp { claimed.id.as_str() } else { to.subject };
    let mut change = task.mutation_in(log, sent(asked.wish), target).detail(json!({"mail": claimed.id}).to_string());
    if purpose != Purpose::SignUp {
        change = change.then(tokens::end(to.subject, purpose, task.now()));
    }
    let of = Issue { purpose, subject: to.subject, org: claimed.org.as_ref(), host: &asked.host, email: &claimed.to, detail };
    let (mut change, issued) = tokens::issue(change, task.app, &of)?;
    let content = content(asked, letter(task.app, asked, to.name, &issued)?);
    for stmt in store::mail::answered(&task.app.config.keys, &claimed.id, claimed.claim, task.ports.random(), &content)? {
        change = change.then(stmt);
    }
    task.commit(change).await?;
    Ok(content)
}

fn content(asked: &Asked, letter: Letter) -> Content {
    Content { letter, brand: asked.brand.clone(), manage: None }
}

const fn purpose(wish: Wish) -> Purpose {
    match wish {
        Wish::SignIn => Purpose::SignIn,
        Wish::Reset => Purpose::Reset,
        Wish::SignUp | Wish::SignUpAgain => Purpose::SignUp,
    }
}

const fn sent(wish: Wish) -> Action {
    match wish {
        Wish::SignIn => actions::SIGN_IN_LINK_SENT,
        Wish::Reset => actions::PASSWORD_RESET_SENT,
        Wish::SignUp | Wish::SignUpAgain => actions::SIGN_UP_SENT,
    }
}

fn letter(app: &App, asked: &Asked, name: &str, issued: &Issued) -> Result<Letter> {
    let at = |path| tokens::link(app, &asked.host, path, issued);
    let (name, expires) = (name.to_owned(), issued.expires);
    Ok(match asked.wish {
        Wish::SignIn => Letter::SignInLink { link: at("/sign-in/link/open")?, expires },
        Wish::Reset => Letter::ResetPassword { name, link: at("/reset/choose")?, expires },
        Wish::SignUp | Wish::SignUpAgain => Letter::VerifyAddress { name, link: at("/sign-up/verify")?, expires },
    })
}
